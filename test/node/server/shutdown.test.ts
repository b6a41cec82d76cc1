import { describe, it } from 'node:test';
import { assert } from 'chai';

import { startMotionServer, voicePcm } from '../../helpers/node/motion-server.js';

describe('the shutdown of a Motion Server', () => {
  it('finishes what is in flight, then closes with 1001', async () => {
    const running = await startMotionServer();
    const idle = await running.open();
    const busy = await running.open();
    const talking = await running.open();
    busy.sendAudio('r', voicePcm(30), true);
    talking.sendAudio('t', voicePcm(0.5));
    await Promise.all([busy.next(), talking.next()]);
    const stopped = running.close();
    assert.equal((await idle.closed).code, 1001);
    const answer = await busy.answer('r');
    assert.isNull(answer.error);
    assert.isTrue(answer.responses.at(-1)!.end);
    assert.equal((await busy.closed).code, 1001);
    // An open request may still be finished, but none begun.
    talking.sendAudio('u', voicePcm(0.5));
    assert.match((await talking.answer('u')).error!.message, /shutting down/);
    talking.sendAudio('t', voicePcm(0.5), true);
    assert.isNull((await talking.answer('t')).error);
    assert.equal((await talking.closed).code, 1001);
    await stopped;
    assert.isNull(running.server.address);
  });

  it('does not wait for ever for a request that is never finished', async () => {
    const running = await startMotionServer({ limits: { drainTimeoutMs: 200 } });
    const client = await running.open();
    client.sendAudio('r', voicePcm(0.5));
    await client.next();
    const begin = performance.now();
    await running.close();
    assert.isBelow(performance.now() - begin, 2000);
    assert.equal((await client.closed).code, 1001);
  });

  it('is noticed at once when the port is taken', async () => {
    const running = await startMotionServer();
    const { port } = new URL(running.url);
    const error: unknown = await startMotionServer({}, Number(port)).catch((reason: unknown) => reason);
    assert.match(String(error), /cannot listen on 127\.0\.0\.1/);
    await running.close();
  });
});
