import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { startMotionServer, voicePcm } from '../../helpers/node/motion-server.js';
import { RelayBackend } from '../../helpers/node/relay-backend.js';

/** Slow: minutes of speech fill the operating system's buffers. `relay-clients.test.ts` has the most common case. */
describe("The relay's clients", () => {
  const cleanUps: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function start(options: Parameters<typeof RelayBackend.start>[1] = {}): Promise<RelayBackend> {
    const server = await startMotionServer({ limits: { drainTimeoutMs: 50 } });
    cleanUps.push(() => server.close());
    const backend = await RelayBackend.start(server.url, options);
    cleanUps.push(() => backend.close());
    return backend;
  }

  it('that ask and do not read cost no memory, and are turned away after too much nonsense', async () => {
    const backend = await start({ limits: { maxBufferedBytes: 64 * 1024, maxAheadSeconds: 1000, maxFaults: 12 } });
    const listener = await backend.listen('deaf');
    const client = backend.client('deaf');
    listener.socket.pause();
    // Fills whatever the operating system buffers.
    await backend.relay.speak(new Uint8Array(96_000 * 2 * 120), { sampleRateHz: 96_000 }).finished;
    const before = client.bufferedBytes;
    assert.ok(before > 64 * 1024);
    for (let count = 0; count < 5000; count++) listener.say({ action: 'ping' });
    listener.say({ action: 'wave' });
    while (backend.named('message').length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(client.bufferedBytes <= before, `${client.bufferedBytes - before} bytes more`);
    // A turn may lose its motion on a busy machine, which is an error of no client.
    const faults = () => backend.named('error').filter((error) => error.client !== null);
    for (let count = 0; count < 20; count++) listener.socket.send('nonsense');
    while (faults().length < 12) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(client.bufferedBytes <= before + 100, `${client.bufferedBytes - before} bytes more`);
    listener.socket.resume();
    await listener.until(() => listener.closing !== null);
    assert.equal(listener.closing!.code, 1008);
    assert.equal(faults().length, 12);
  });

  it('of the public format that cannot keep up leave the turn in order and hear the next', async () => {
    const backend = await start({ limits: { maxBufferedBytes: 64 * 1024, maxLagSeconds: 0.3, maxAheadSeconds: 1000 } });
    const plain = await backend.listen('plain', 'frames', { action: 'start', sample_rate: 16000 });
    plain.socket.pause();
    const rate = 96_000;
    const turn = backend.relay.speak(new Uint8Array(rate * 2 * 120).fill(1), { sampleRateHz: rate });
    await turn.finished;
    await new Promise((resolve) => setTimeout(resolve, 400));
    // What lies in the operating system's buffers is far more than has been heard: the next turn finds it behind.
    const next = backend.relay.speak(voicePcm(4));
    await next.finished;
    await new Promise((resolve) => setTimeout(resolve, 600));
    plain.socket.resume();
    await plain.until(() => plain.hasEnds);
    assert.deepEqual(
      backend.named('lag').map(({ turnId }) => turnId),
      [next.id],
    );
    backend.relay.speak(voicePcm(0.5));
    await plain.until(() => plain.told('turn').length === 3 && plain.hasEnds);
    assert.deepEqual(plain.turnAudio, Buffer.from(voicePcm(0.5)));
  });
});
