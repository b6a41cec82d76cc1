import { assert, describe, it } from '#test';

import { errorFromClose, errorFromServer, errorFromStatus, retryOf } from '../../../../src/speech/sources/server-errors.js';
import { REFUSAL_SAMPLES } from '../../../helpers/refusal-samples.js';

describe('the errors of a Motion Server on a page', () => {
  it('have the codes of AvatarKit', () => {
    for (const { given, page } of REFUSAL_SAMPLES) {
      // A page never asks for an egress.
      if ('serverError' in given && given.hasEgress) continue;
      const { code } =
        'serverError' in given
          ? errorFromServer(given.serverError, given.text ?? '')
          : 'close' in given
            ? errorFromClose(given.close, given.text ?? '')
            : errorFromStatus(given.upgrade, given.body ?? '');
      assert.equal(code, page, JSON.stringify(given));
    }
  });

  it('never show what looks like a token', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJhcHBJZCI6ImFwcCJ9.c2lnbmF0dXJl';
    assert.notInclude(errorFromServer(0, `invalid session token ${token}`).message, token);
    assert.notInclude(errorFromClose(4010, `bad ${token}`).message, token);
    assert.notInclude(errorFromStatus(400, JSON.stringify({ message: `bad ${token}` })).message, token);
  });

  it('say whether another attempt can help', () => {
    assert.equal(retryOf(errorFromClose(1006, '')), 'later');
    assert.equal(retryOf(errorFromClose(4010, '')), 'fresh-token');
    assert.equal(retryOf(errorFromServer(0, 'app id mismatch')), 'never');
    assert.equal(retryOf(errorFromServer(0, 'no audio input for 5 s')), 'on-demand');
    assert.equal(retryOf(errorFromServer(4001, '')), 'never');
  });
});
