import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { assert } from 'chai';

import { createMessage, encodeMessage } from '../../../src/motion/protocol/envelope.js';
import type { MotionServerOptions } from '../../../src/server/motion-server.js';
import type { SpeechEngine } from '../../../src/server/speech-request.js';
import { CHANNEL_COUNT } from '../../../src/shared/contracts/channels.js';
import { type IngressClient, type RunningServer, startMotionServer, TEST_APP_ID, voicePcm } from '../../helpers/node/motion-server.js';

async function withServer(options: Partial<MotionServerOptions>, run: (running: RunningServer) => Promise<void>): Promise<void> {
  const running = await startMotionServer(options);
  try {
    await run(running);
  } finally {
    await running.close();
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A client-to-server frame (masked with zeros) of a binary message. */
function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(14);
  header[0] = 0x82;
  header[1] = 0x80 | 127;
  header.writeBigUInt64BE(BigInt(message.length), 2);
  return Buffer.concat([header, message]);
}

/** A WebSocket by hand on a bare socket, configured, for clients that do not behave. */
async function bareSession(running: RunningServer, sampleRate = 16000): Promise<Socket> {
  const { port } = new URL(running.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `GET /v2/driveningress/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${await running.token()} HTTP/1.1\r\n` +
      `Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write(frame(encodeMessage(createMessage({ case: 'clientConfigureSession', value: { sampleRate } }))));
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

const audioFrame = (reqId: string, audio: Uint8Array, end = false): Buffer =>
  frame(encodeMessage(createMessage({ case: 'clientAudioInput', value: { reqId, audio, end } })));

describe('the limits of a Motion Server', () => {
  it('close a socket that is never configured', () =>
    withServer({ limits: { configureTimeoutMs: 100 } }, async (running) => {
      const client = await running.connect();
      assert.match((await client.nextError()).message, /expected ClientConfigureSession message/);
      assert.equal((await client.closed).code, 1002);
    }));

  it('close a session without audio normally, with the reason', () =>
    withServer({ limits: { idleTimeoutMs: 1500 } }, async (running) => {
      const client = await running.open();
      await sleep(800);
      const begin = performance.now();
      client.sendAudio('r', voicePcm(0.1), true);
      await client.answer('r');
      const error = await client.nextError();
      // Counted from the audio, not from the start of the session. A timer may fire a millisecond early.
      assert.isAbove(performance.now() - begin, 1490);
      assert.equal(error.message, 'no audio input for 1.5 s');
      assert.equal((await client.closed).code, 1000);
    }));

  it('end a session after its time with 4002', () =>
    withServer({ limits: { maxSessionMs: 1000 } }, async (running) => {
      const client = await running.open();
      const error = await client.nextError();
      assert.equal(error.code, 4002);
      assert.match(error.message, /session time limit reached/);
      assert.equal((await client.closed).code, 4002);
    }));

  it('close with 1009 on a message that is too long', () =>
    withServer({ limits: { maxMessageBytes: 10_000 } }, async (running) => {
      const client = await running.open();
      client.sendAudio('r', new Uint8Array(10_000), true);
      assert.equal((await client.closed).code, 1009);
    }));

  it('fail a request that is too long, and only that', () =>
    withServer({ limits: { maxRequestSeconds: 1 } }, async (running) => {
      const client = await running.open();
      client.sendAudio('long', voicePcm(0.9));
      client.sendAudio('long', voicePcm(0.9), true);
      const answer = await client.answer('long');
      assert.match(answer.error!.message, /limited to 1 s/);
      client.sendAudio('short', voicePcm(1), true);
      assert.isNull((await client.answer('short')).error);
      await client.close();
    }));

  it('cut off a peer that answers no ping, and keep one that does', () =>
    withServer({ limits: { pingIntervalMs: 500 } }, async (running) => {
      const dead = await bareSession(running);
      const alive = await running.open();
      const begin = performance.now();
      await new Promise<void>((resolve) => dead.on('close', () => resolve()).resume());
      assert.isBelow(performance.now() - begin, 5000);
      await sleep(700);
      alive.sendAudio('r', voicePcm(0.1), true);
      assert.isNull((await alive.answer('r')).error);
      await alive.close();
    }));

  it('hold back a sender that is faster than the engine, without losing anything', () => {
    let mostInFlight = 0;
    let pushed = 0;
    const slowEngine = (): SpeechEngine => ({
      push(samples) {
        pushed += samples.length * 2;
        const end = performance.now() + 1;
        while (performance.now() < end);
        return null;
      },
      finish: () => null,
    });
    return withServer({ limits: { maxQueuedBytes: 100_000 }, createEngine: slowEngine }, async (running) => {
      const socket = await bareSession(running, 48000);
      const pcm = new Uint8Array(400_000);
      const chunkCount = 50;
      const answered = new Promise((resolve) => socket.once('data', resolve));
      for (let sent = 1; sent <= chunkCount; sent++) {
        const isTaken = socket.write(audioFrame('r', pcm, sent === chunkCount));
        mostInFlight = Math.max(mostInFlight, sent * pcm.length - pushed);
        if (!isTaken) await new Promise((resolve) => socket.once('drain', resolve));
      }
      // The answer of a request without motion is its end alone.
      await answered;
      assert.equal(pushed, chunkCount * pcm.length);
      // Of 20 MB only the queue and the buffers of the kernel (a few MB) were ever on their way.
      assert.isBelow(mostInFlight, 12_000_000);
      socket.destroy();
    });
  });

  it('stop computing for a client that does not read, and cut it off when it never does', () => {
    let pushedSeconds = 0;
    // 4 kB of noise for every slice of audio.
    const frameCount = 50;
    const values = Float32Array.from({ length: frameCount * CHANNEL_COUNT }, () => Math.random());
    const wordyEngine = (): SpeechEngine => ({
      push(samples) {
        const startFrame = Math.round(pushedSeconds * 250);
        pushedSeconds += samples.length / 16000;
        return { frameRate: 50, startFrame, frameCount, values };
      },
      finish: () => null,
    });
    return withServer({ limits: { maxBufferedBytes: 20_000, stallTimeoutMs: 300 }, createEngine: wordyEngine }, async (running) => {
      const socket = await bareSession(running);
      socket.pause();
      const pcm = new Uint8Array(640_000);
      for (let index = 0; index < 300; index++) socket.write(audioFrame(`r${index >> 4}`, pcm, index % 16 === 15));
      const sessionCount = async (): Promise<number> =>
        ((await (await fetch(`${running.url}/healthz`)).json()) as { sessions: number }).sessions;
      const deadline = performance.now() + 20_000;
      while ((await sessionCount()) > 0 && performance.now() < deadline) await sleep(50);
      assert.equal(await sessionCount(), 0);
      // 6000 s were offered, for 120 MB of answers.
      assert.isBelow(pushedSeconds, 3000);
      socket.destroy();
    });
  });

  it('keep a long message of one session from holding up another', () =>
    withServer({}, async (running) => {
      const greedy = await running.open();
      const polite = await running.open();
      greedy.sendAudio('big', voicePcm(100), true);
      // Its first motion shows that the work on it has begun.
      await greedy.next();
      const done: string[] = [];
      polite.sendAudio('small', voicePcm(0.3), true);
      await Promise.all([polite.answer('small').then(() => done.push('small')), greedy.answer('big').then(() => done.push('big'))]);
      assert.deepEqual(done, ['small', 'big']);
      await Promise.all([greedy.close(), polite.close()]);
    }));

  it('cost a client its session when it sends no WebSocket frames after the upgrade', () =>
    withServer({}, async (running) => {
      let state = 17;
      const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
      for (let round = 0; round < 20; round++) {
        const socket = await bareSession(running);
        const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
        // Unmasked, so that no garbage happens to be the start of a long frame that never ends.
        socket.write(Buffer.from([next(), next() & 0x7f, ...Array.from({ length: 300 }, next)]));
        socket.resume();
        socket.setTimeout(3000, () => socket.destroy(new Error('still open')));
        await closed;
        assert.isNull(socket.errored);
      }
      const client = await running.open();
      client.sendAudio('r', voicePcm(0.2), true);
      assert.isNull((await client.answer('r')).error);
      await client.close();
    }));

  it('bound what hundreds of tiny requests in one go can cost, and answer every one', () =>
    withServer({}, async (running) => {
      const client: IngressClient = await running.open();
      for (let index = 0; index < 500; index++) client.sendAudio(`r${index}`, new Uint8Array(0), true);
      for (let index = 0; index < 500; index++) {
        const { data } = await client.next();
        assert.equal(data.case === 'serverResponseAnimation' && data.value.reqId, `r${index}`);
      }
      await client.close();
    }));
});
