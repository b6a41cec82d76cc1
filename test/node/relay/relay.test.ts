import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { decodeMessage } from '../../../src/motion/protocol/envelope.js';
import type { SessionProvider } from '../../../src/relay/relay-options.js';
import type { SessionPool } from '../../../src/server-sdk/session-pool.js';
import { type RunningServer, startMotionServer, voicePcm } from '../../helpers/node/motion-server.js';
import { RelayBackend, type RelayListener } from '../../helpers/node/relay-backend.js';

/** Speech as a text-to-speech service gives it: in pieces of any size, faster than it is spoken, or at the pace of speech. */
async function* chunks(pcm: Uint8Array, chunkBytes = 3001, pauseMs = 0): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < pcm.length; at += chunkBytes) {
    yield pcm.subarray(at, at + chunkBytes);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Speech at the pace in which it is spoken, without end. */
async function* liveSpeech(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield voicePcm(0.1);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Motion frames of our own server, end to end, s. */
function motionSeconds(listener: RelayListener): number {
  let end = 0;
  for (const envelope of listener.turnEnvelopes) {
    const { data } = decodeMessage(envelope);
    const packed = data.case === 'serverResponseAnimation' ? data.value.packedMotion : undefined;
    if (packed) end = Math.max(end, (packed.startFrame + packed.frameCount) / packed.frameRate);
  }
  return end;
}

describe('The relay before a real Motion Server', () => {
  const cleanUps: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function startServer(port = 0): Promise<RunningServer> {
    const server = await startMotionServer({ limits: { drainTimeoutMs: 50 } }, port);
    cleanUps.push(() => server.close());
    return server;
  }

  async function start(
    ...[options, pool, lend]: [
      Parameters<typeof RelayBackend.start>[1]?,
      Parameters<typeof RelayBackend.start>[2]?,
      Parameters<typeof RelayBackend.start>[3]?,
    ]
  ): Promise<RelayBackend> {
    const server = await startServer();
    const backend = await RelayBackend.start(server.url, options, pool, lend);
    cleanUps.push(() => backend.close());
    return backend;
  }

  it('mirrors the speech byte for byte and passes the envelopes on as they came, both with their ends', async () => {
    const envelopes: Uint8Array[] = [];
    const watching = (pool: SessionPool): SessionProvider => ({
      borrow: async (options) => {
        const session = await pool.borrow(options);
        return {
          async *speak(audio, given) {
            for await (const message of session.speak(audio, given)) {
              envelopes.push(message.envelope.slice());
              yield message;
            }
          },
          release: () => session.release(),
        };
      },
    });
    const backend = await start({}, {}, watching);
    const listener = await backend.listen('a');
    const pcm = voicePcm(1.5);
    const turn = backend.relay.speak(chunks(pcm));
    await listener.until(() => listener.hasEnds);
    assert.deepEqual(listener.turnAudio, Buffer.from(pcm));
    assert.deepEqual(
      listener.turnEnvelopes.map((bytes) => Buffer.from(bytes)),
      envelopes.map((bytes) => Buffer.from(bytes)),
    );
    assert.ok(envelopes.length > 0);
    assert.ok(Math.abs(motionSeconds(listener) - 1.5) <= 0.04);
    const [begin] = listener.told('turn');
    assert.equal(begin!.turn_id, turn.id);
    assert.equal(begin!.sample_rate, 16000);
    const { outcome, audioSeconds, error, motionMessages } = await turn.finished;
    assert.deepEqual(
      { outcome, audioSeconds, error, motionMessages },
      { outcome: 'complete', audioSeconds: 1.5, error: null, motionMessages: envelopes.length },
    );
  });

  it('takes speech of another rate than the Motion Server is given', async () => {
    const backend = await start();
    const listener = await backend.listen('a');
    const pcm = voicePcm(1, 24000);
    backend.relay.speak(chunks(pcm, 999), { sampleRateHz: 24000 });
    await listener.until(() => listener.hasEnds);
    assert.deepEqual(listener.turnAudio, Buffer.from(pcm));
    assert.equal(listener.told('turn')[0].sample_rate, 24000);
    assert.ok(Math.abs(motionSeconds(listener) - 1) <= 0.06, `motion for ${motionSeconds(listener)} s`);
  });

  it('sends the newest turn only: the one before is interrupted and nothing of it follows', async () => {
    const backend = await start();
    const listener = await backend.listen('a');
    const first = backend.relay.speak(liveSpeech());
    await listener.until(() => listener.turnEnvelopes.length > 0);
    const second = backend.relay.speak(voicePcm(0.5));
    await listener.until(() => listener.told('turn').length === 2 && listener.hasEnds);
    assert.equal((await first.finished).outcome, 'interrupted');
    assert.deepEqual(
      listener.told('interrupt').map((fields) => fields.turn_id),
      [first.id],
    );
    assert.deepEqual(
      listener.told('turn').map((fields) => fields.turn_id),
      [first.id, second.id],
    );
    assert.deepEqual(listener.turnAudio, Buffer.from(voicePcm(0.5)));
    assert.ok(Math.abs(motionSeconds(listener) - 0.5) <= 0.04);
  });

  it('lets a turn that queues wait until the one before was heard', async () => {
    const backend = await start();
    const listener = await backend.listen('a');
    const first = backend.relay.speak(voicePcm(0.6));
    const second = backend.relay.speak(voicePcm(0.3), { order: 'queue' });
    const third = backend.relay.speak(voicePcm(0.2), { order: 'queue' });
    const begun = performance.now();
    await second.finished;
    assert.ok(performance.now() - begun >= 590);
    await listener.until(() => listener.told('turn').length === 3);
    assert.deepEqual(
      listener.told('turn').map((fields) => fields.turn_id),
      [first.id, second.id, third.id],
    );
    assert.deepEqual(listener.told('interrupt'), []);
    assert.equal((await third.finished).outcome, 'complete');
  });

  it('ends a turn of its signal, and one that still waits, without anybody hearing more', async () => {
    const backend = await start();
    const listener = await backend.listen('a');
    const abortion = new AbortController();
    const first = backend.relay.speak(liveSpeech(), { signal: abortion.signal });
    const waiting = backend.relay.speak(voicePcm(1), { order: 'queue', signal: abortion.signal });
    await listener.until(() => listener.turnAudio.length > 0);
    abortion.abort();
    assert.deepEqual([(await first.finished).outcome, (await waiting.finished).outcome], ['interrupted', 'interrupted']);
    await listener.until(() => listener.told('interrupt').length === 1);
    assert.equal(listener.told('turn').length, 1);
  });

  it('takes a client out of the turn that it interrupts, and ends what nobody hears any more', async () => {
    const backend = await start();
    const [one, other] = [await backend.listen('one'), await backend.listen('other')];
    const turn = backend.relay.speak(liveSpeech());
    await one.until(() => one.turnAudio.length > 0);
    one.say({ action: 'interrupt', turn_id: 'another' });
    one.say({ action: 'interrupt', turn_id: turn.id });
    await one.until(() => one.told('interrupt').length === 1);
    const heard = one.received.length;
    const before = other.turnAudio.length;
    await other.until(() => other.turnAudio.length > before + 6000);
    assert.equal(one.received.length, heard);
    other.say({ action: 'interrupt' });
    const { outcome } = await turn.finished;
    assert.equal(outcome, 'interrupted');
    assert.deepEqual(
      backend.named('interrupt').map(({ client, turnId }) => [client.id, turnId]),
      [
        ['one', 'another'],
        ['one', turn.id],
        ['other', null],
      ],
    );
  });

  it('speaks to whom it shall: turns of different clients run side by side', async () => {
    const backend = await start({}, { minSessions: 2 });
    const [one, other] = [await backend.listen('one'), await backend.listen('other')];
    const first = backend.relay.speak(voicePcm(0.5), { clients: [backend.client('one')] });
    const second = backend.relay.speak(voicePcm(0.8), { clients: ({ id }) => id === 'other' });
    await Promise.all([one.until(() => one.hasEnds), other.until(() => other.hasEnds)]);
    assert.deepEqual([one.turnAudio.length, other.turnAudio.length], [16000, 25600]);
    assert.deepEqual([(await first.finished).outcome, (await second.finished).outcome], ['complete', 'complete']);
  });

  it("tells a failure of the app's own choice of clients, and speaks to the others", async () => {
    const backend = await start();
    const [one, other] = [await backend.listen('one'), await backend.listen('other')];
    const clients = ({ id }: { id: string }): boolean => {
      if (id === 'one') throw new Error('no such visitor');
      return true;
    };
    const turn = backend.relay.speak(voicePcm(0.5), { clients });
    await other.until(() => other.hasEnds);
    assert.equal((await turn.finished).outcome, 'complete');
    // Also where the speech itself fails, whose end is told to the same clients.
    const failing = backend.relay.speak(new Uint8Array(0), { clients });
    assert.equal((await failing.finished).outcome, 'failed');
    assert.equal(one.turnAudio.length, 0);
    const errors = backend.named('error').filter(({ error }) => error.code === 'invalidConfiguration');
    assert.deepEqual(
      errors.map(({ client, error }) => [client?.id, (error.cause as Error).message]),
      [
        ['one', 'no such visitor'],
        ['one', 'no such visitor'],
      ],
    );
  });

  it('sends who comes late into the running turn, from now on', async () => {
    const backend = await start();
    const first = await backend.listen('first');
    // All at once, so that a late client finds it all in the past or the future.
    backend.relay.speak(voicePcm(30));
    await first.until(() => first.hasEnds);
    await new Promise((resolve) => setTimeout(resolve, 600));
    const late = await backend.listen('late');
    await late.until(() => late.hasEnds);
    const { start_seconds: startSeconds, frame } = late.told('turn')[0] as { start_seconds: number; frame: number };
    assert.ok(startSeconds >= 0.4 && startSeconds < 25, `from ${startSeconds} s on`);
    assert.ok(frame > 0);
    assert.equal(late.turnAudio.length, (30 - startSeconds) * 32000);
    assert.deepEqual(late.turnAudio, Buffer.from(voicePcm(30)).subarray(startSeconds * 32000));
  });

  it('goes on as sound alone when there is no Motion Server, and says so', async () => {
    const server = await startServer();
    await server.close();
    const backend = await RelayBackend.start(server.url, { limits: { motionTimeoutMs: 300 } });
    cleanUps.push(() => backend.close());
    const listener = await backend.listen('a');
    const turn = backend.relay.speak(chunks(voicePcm(1)));
    await listener.until(() => listener.hasEnds);
    assert.deepEqual(listener.turnAudio, Buffer.from(voicePcm(1)));
    const complaint = listener.turn.find(({ type }) => type === 'error') as { fields: Record<string, unknown> };
    assert.equal(complaint.fields.turn_id, turn.id);
    assert.equal(complaint.fields.code, 'connectTimeout');
    const { outcome, error } = await turn.finished;
    assert.deepEqual([outcome, error?.code], ['complete', 'connectTimeout']);
  });

  it('has a face again once the Motion Server has been restarted between turns', async () => {
    const server = await startServer();
    const backend = await RelayBackend.start(server.url);
    cleanUps.push(() => backend.close());
    const listener = await backend.listen('a');
    await backend.relay.speak(voicePcm(0.5)).finished;
    const { port } = server.server.address!;
    await server.close();
    await startServer(port);
    const { error, outcome, motionMessages } = await backend.relay.speak(voicePcm(0.5)).finished;
    assert.deepEqual([error, outcome], [null, 'complete']);
    assert.ok(motionMessages > 0);
    await listener.until(() => listener.told('turn').length === 2 && listener.hasEnds);
    assert.ok(Math.abs(motionSeconds(listener) - 0.5) <= 0.04);
  });

  it('asks another session when the one it got has died unnoticed', async () => {
    let borrowed = 0;
    const dying = (pool: SessionPool): SessionProvider => ({
      borrow: async (options) => {
        const session = await pool.borrow(options);
        const isDead = ++borrowed === 1;
        return {
          async *speak(audio, given) {
            if (isDead) {
              // It takes the speech with it.
              for await (const _ of audio) break;
              throw new Error('gone');
            }
            yield* session.speak(audio, given);
          },
          release: () => session.release(),
        };
      },
    });
    const backend = await start({}, {}, dying);
    const listener = await backend.listen('a');
    const { error } = await backend.relay.speak(chunks(voicePcm(1))).finished;
    await listener.until(() => listener.hasEnds);
    assert.equal(error, null);
    assert.equal(borrowed, 2);
    assert.ok(Math.abs(motionSeconds(listener) - 1) <= 0.04);
  });

  it('ends a turn whose speech breaks off, or is no speech, with the reason', async () => {
    const backend = await start();
    const listener = await backend.listen('a');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield voicePcm(0.4);
      throw new Error('the voice is gone');
    }
    const first = await backend.relay.speak(broken()).finished;
    assert.deepEqual([first.outcome, first.error?.code], ['failed', 'invalidAudioInput']);
    assert.match(first.error!.message, /the voice is gone/);
    await listener.until(() => listener.hasEnds);
    assert.equal(listener.turnAudio.length, 12800);
    const second = await backend.relay.speak(chunks(new Uint8Array(0))).finished;
    assert.equal(second.error?.code, 'noAudio');
    const file = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt '), voicePcm(0.1)]);
    const third = await backend.relay.speak(file).finished;
    assert.match(third.error!.message, /WAV file/);
    await listener.until(() => listener.received.filter(({ type }) => type === 'error').length === 3);
    assert.equal(listener.told('turn').length, 1);
    assert.throws(() => backend.relay.speak(voicePcm(1), { sampleRateHz: 100 }), { code: 'unsupportedSampleRate' });
  });

  it('takes from a source no more than it can use', async () => {
    const backend = await start({ limits: { maxAheadSeconds: 3 } });
    let taken = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        taken++;
        yield voicePcm(1);
      }
    }
    const turn = backend.relay.speak(endless());
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.ok(taken >= 3 && taken <= 12, `${taken} s taken`);
    backend.relay.interrupt();
    assert.equal((await turn.finished).outcome, 'interrupted');
  });

  it('lets go of what has been heard', async () => {
    const backend = await start({ limits: { maxLagSeconds: 0.3 } });
    const listener = await backend.listen('a');
    const turn = backend.relay.speak(voicePcm(4));
    await listener.until(() => listener.hasEnds);
    const all = 4 * 32_000;
    assert.ok(backend.relay.stats().heldBytes <= all + 20_000);
    // While it is heard, long before its end.
    await listener.until(() => backend.relay.stats().heldBytes < all * 0.7);
    assert.ok(!turn.isHeard);
    await turn.heard;
    await listener.until(() => backend.relay.stats().turns === 0);
  });

  it('closes in order: turns end, clients are told that they may come again', async () => {
    const server = await startServer();
    const backend = await RelayBackend.start(server.url);
    const listener = await backend.listen('a');
    const turn = backend.relay.speak(liveSpeech());
    await listener.until(() => listener.turnAudio.length > 0);
    await backend.close();
    assert.equal((await turn.finished).outcome, 'interrupted');
    await listener.until(() => listener.closing !== null);
    assert.throws(() => backend.relay.speak(voicePcm(1)), { code: 'connectionClosed' });
  });
});
