import { assert, describe, it } from '#test';

import { motionTimeoutMs } from '../../../../src/speech/session/timeout-policy.js';

const timeout = { connectTimeoutMs: 15_000, startTimeoutMs: 3000, fallback: 'audio' } as const;
const local = { ...timeout, fallback: 'local' } as const;
const connecting = { state: 'connecting', hasBeenConnected: false, isRefused: false } as const;
const refused = { ...connecting, isRefused: true } as const;

describe('the time that a round waits for motion', () => {
  it('is the start timeout while the first attempt progresses, and the local engine takes over sooner', () => {
    assert.equal(motionTimeoutMs(timeout, connecting, 'audio-independent'), 3000);
    assert.equal(motionTimeoutMs(local, connecting, 'audio-independent'), 400);
    assert.equal(motionTimeoutMs({ ...timeout, connectTimeoutMs: 1000 }, connecting, 'audio-independent'), 1000);
  });

  it('is over at once when attempts were refused, or the connection has failed', () => {
    assert.equal(motionTimeoutMs(timeout, refused, 'audio-independent'), 0);
    assert.equal(motionTimeoutMs(local, refused, 'audio-independent'), 0);
    assert.equal(motionTimeoutMs(timeout, { ...connecting, state: 'failed' }, 'strict-sync'), 0);
  });

  it('is the limit of the connection in strict sync', () => {
    assert.equal(motionTimeoutMs(timeout, connecting, 'strict-sync'), 15_000);
    assert.equal(motionTimeoutMs(timeout, refused, 'strict-sync'), 15_000);
  });

  it('covers the restart of a server that was connected', () => {
    const again = { ...refused, hasBeenConnected: true };
    assert.equal(motionTimeoutMs(timeout, again, 'audio-independent'), 1500);
    assert.equal(motionTimeoutMs(timeout, again, 'strict-sync'), 1500);
  });

  it('is endless for sources that no round waits for', () => {
    assert.equal(motionTimeoutMs(null, connecting, 'audio-independent'), Infinity);
  });
});
