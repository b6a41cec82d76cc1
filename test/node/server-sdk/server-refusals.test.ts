import { describe, it } from 'node:test';
import { assert } from 'chai';

import { isRetryable } from '../../../src/server-sdk/sdk-error.js';
import { errorFromClose, errorFromServer, errorFromUpgrade } from '../../../src/server-sdk/server-refusals.js';
import { REFUSAL_SAMPLES } from '../../helpers/refusal-samples.js';

const redact = (text: string): string => text;
const phase = 'websocket_runtime';

describe('the errors of a Motion Server in the Server SDK', () => {
  it('have the documented codes', () => {
    for (const { given, sdk } of REFUSAL_SAMPLES) {
      const { code } =
        'serverError' in given
          ? errorFromServer(
              { code: given.serverError, message: given.text ?? '', reqId: '' },
              { phase, hasEgress: given.hasEgress ?? false, redact },
            )
          : 'close' in given
            ? errorFromClose(given.close, given.text ?? '', { phase }, redact)
            : errorFromUpgrade(given.upgrade, given.body ?? '', redact);
      assert.equal(code, sdk, JSON.stringify(given));
    }
  });

  it('say whether the same may work later', () => {
    const closed = (code: number): boolean => isRetryable(errorFromClose(code, '', { phase }, redact));
    assert.deepEqual([1006, 1011, 4002, 4503, 4001, 4010].map(closed), [true, true, true, true, false, false]);
  });
});
