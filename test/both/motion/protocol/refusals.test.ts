import { assert, describe, it } from '#test';

import {
  REFUSAL_KINDS,
  refusalInClose,
  refusalInServerError,
  refusalInUpgrade,
  refusalOfConsole,
  retryOfRefusal,
} from '../../../../src/motion/protocol/refusals.js';
import { REFUSAL_SAMPLES } from '../../../helpers/refusal-samples.js';

describe('the dictionary of refusals', () => {
  it('finds the kind by text first, then by number', () => {
    for (const { given, kind } of REFUSAL_SAMPLES) {
      const found =
        'serverError' in given
          ? refusalInServerError(given.serverError, given.text ?? '', given.hasEgress)
          : 'close' in given
            ? refusalInClose(given.close, given.text ?? '')
            : refusalInUpgrade(given.upgrade, given.body ?? '');
      assert.equal(found, kind, JSON.stringify(given));
    }
  });

  it('has a sample of every kind', () => {
    assert.sameMembers([...new Set(REFUSAL_SAMPLES.map(({ kind }) => kind))], [...REFUSAL_KINDS]);
  });

  it('reads the refusals of a console, where UNAUTHENTICATED concerns the API key', () => {
    assert.equal(refusalOfConsole(401, 'UNAUTHENTICATED | Unauthenticated | invalid API key'), 'invalidRequest');
    assert.equal(refusalOfConsole(404, 'NOT_FOUND'), 'appIDUnrecognized');
    assert.equal(refusalOfConsole(402, ''), 'billingRequired');
    assert.equal(refusalOfConsole(200, 'INVALID_ARGUMENT | app id mismatch'), 'appIDMismatch');
    assert.equal(refusalOfConsole(503, ''), 'serverError');
  });

  it('says whether another attempt can help', () => {
    const kinds = (retry: string) => REFUSAL_KINDS.filter((kind) => retryOfRefusal(kind) === retry);
    assert.sameMembers(kinds('fresh-token'), ['sessionTokenExpired', 'sessionTokenInvalid', 'unauthenticated']);
    assert.sameMembers(kinds('on-demand'), ['idleTimeout']);
    assert.sameMembers(kinds('later'), [
      'sessionDurationExceeded',
      'concurrentLimitExceeded',
      'upstreamError',
      'serverError',
      'connectionFailed',
      'connectionClosed',
      'connectionLost',
    ]);
  });
});
