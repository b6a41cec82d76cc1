import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { assert } from 'chai';
import type { AudioSource } from '../../../src/server-sdk/audio-source.js';
import { type AvatarSession, newAvatarSession } from '../../../src/server-sdk/avatar-session.js';
import type { AvatarSDKError } from '../../../src/server-sdk/sdk-error.js';
import { type RunningServer, startMotionServer, voicePcm } from '../../helpers/node/motion-server.js';
import { collect, failureOf, frameCountOf, sessionConfig } from '../../helpers/node/server-sdk.js';

const FRAMES_PER_SECOND = 50;

describe('speak()', () => {
  let running: RunningServer;
  let session: AvatarSession;
  before(async () => {
    running = await startMotionServer();
    session = newAvatarSession(sessionConfig(running.url));
    await session.start();
  });
  after(async () => {
    await session.close();
    await running.close();
  });

  it('hands out the motion of all of the audio, in order, up to the last', async () => {
    const messages = await collect(session.speak(voicePcm(2)));
    assert.equal(frameCountOf(messages), 2 * FRAMES_PER_SECOND);
    assert.deepEqual(
      messages.map(({ isLast }) => isLast),
      messages.map((_, index) => index === messages.length - 1),
    );
    assert.lengthOf(new Set(messages.map(({ reqId }) => reqId)), 1);
    assert.match(messages[0].reqId, /^\d{14}_[\w-]{12}$/);
  });

  it('takes audio in every shape that a text-to-speech service gives it', async () => {
    const pcm = voicePcm(0.6);
    const parts = [pcm.subarray(0, 4097), pcm.subarray(4097, 4098), new Uint8Array(0), pcm.subarray(4098)];
    async function* generator(): AsyncGenerator<Uint8Array> {
      for (const part of parts) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield part;
      }
    }
    const sources: Record<string, AudioSource> = {
      'an ArrayBuffer': pcm.slice().buffer,
      'an array': parts,
      'an async generator': generator(),
      'a web stream': new ReadableStream({
        start(controller) {
          for (const part of parts) if (part.length > 0) controller.enqueue(part);
          controller.close();
        },
      }),
      'a Node stream': Readable.from(
        parts.map((part) => Buffer.from(part)),
        { objectMode: false },
      ),
      'a response': new Response(pcm.slice()).body!,
    };
    for (const [name, source] of Object.entries(sources)) {
      assert.equal(frameCountOf(await collect(session.speak(source))), 0.6 * FRAMES_PER_SECOND, name);
    }
  });

  it('lets speeches of one session take turns', async () => {
    const [first, second] = await Promise.all([collect(session.speak(voicePcm(1))), collect(session.speak(voicePcm(0.4)))]);
    assert.equal(frameCountOf(first), FRAMES_PER_SECOND);
    assert.equal(frameCountOf(second), 0.4 * FRAMES_PER_SECOND);
    assert.notEqual(first[0].reqId, second[0].reqId);
  });

  it('interrupts when the loop is left, and the session goes on', async () => {
    for await (const message of session.speak(voicePcm(60))) {
      assert.isFalse(message.isLast);
      break;
    }
    const messages = await collect(session.speak(voicePcm(0.2)));
    assert.equal(frameCountOf(messages), 0.2 * FRAMES_PER_SECOND);
  });

  it('ends a source that is still giving when the loop is left', async () => {
    let isEnded = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield voicePcm(0.1);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      } finally {
        isEnded = true;
      }
    }
    for await (const message of session.speak(endless())) if (message) break;
    while (!isEnded) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('says of each request how long its parts took', async () => {
    const speech = session.speak(voicePcm(1));
    assert.deepEqual([speech.timing.reqId, speech.timing.firstEnvelopeMs], [null, null]);
    const messages = await collect(speech);
    const { timing } = speech;
    assert.equal(timing.reqId, messages[0].reqId);
    assert.equal(timing.audioBytes, 32_000);
    assert.equal(timing.audioSeconds, 1);
    assert.equal(timing.envelopeCount, messages.length);
    assert.equal(
      timing.envelopeBytes,
      messages.reduce((sum, { envelope }) => sum + envelope.length, 0),
    );
    assert.isAbove(timing.firstEnvelopeMs!, 0);
    assert.isAtLeast(timing.lastEnvelopeMs!, timing.firstEnvelopeMs!);
  });

  it('rejects with `unknown` and the cause when the source of the audio fails', async () => {
    const reason = new Error('no more voice');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield voicePcm(0.1);
      throw reason;
    }
    const error = await failureOf<AvatarSDKError>(collect(session.speak(failing())));
    assert.deepEqual([error.code, error.phase, error.cause], ['unknown', 'websocket_send', reason]);
    assert.equal((await failureOf(collect(session.speak(['text'] as unknown as AudioSource)))).code, 'invalidAudioInput');
    let isLetGo = false;
    async function* texts(): AsyncGenerator<unknown> {
      try {
        for (;;) yield 'text';
      } finally {
        isLetGo = true;
      }
    }
    assert.equal((await failureOf(collect(session.speak(texts() as AudioSource)))).code, 'invalidAudioInput');
    assert.isTrue(isLetGo);
    assert.equal((await failureOf(collect(session.speak(7 as unknown as AudioSource)))).code, 'invalidAudioInput');
    assert.equal(frameCountOf(await collect(session.speak(voicePcm(0.1)))), 5);
  });

  it('can be iterated once', async () => {
    const speech = session.speak(voicePcm(0.1));
    await collect(speech);
    assert.equal((await failureOf(collect(speech))).code, 'invalidRequest');
  });

  it('ends with `aborted` at each moment: before, while the audio is awaited, while motion comes', async () => {
    const reason = new Error('enough');
    const before = await failureOf(collect(session.speak(voicePcm(0.1), { signal: AbortSignal.abort(reason) })));
    assert.deepEqual([before.code, before.cause], ['aborted', reason]);

    const silent = new AbortController();
    const waiting = failureOf(collect(session.speak(new ReadableStream(), { signal: silent.signal })));
    setTimeout(() => silent.abort(), 20);
    assert.equal((await waiting).code, 'aborted');

    const later = new AbortController();
    const heard: boolean[] = [];
    const error = await failureOf(
      (async () => {
        for await (const { isLast } of session.speak(voicePcm(60), { signal: later.signal })) {
          heard.push(isLast);
          later.abort();
        }
      })(),
    );
    assert.equal(error.code, 'aborted');
    assert.deepEqual(heard, [false]);
    assert.equal(frameCountOf(await collect(session.speak(voicePcm(0.1)))), 5);
  });
});
