import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { assert } from 'chai';

import { AudioFormat, EgressType } from '../../../src/motion/protocol/generated/message_pb.js';
import { packageFolder } from '../../../src/server/package-folder.js';
import { type AvatarSession, newAvatarSession } from '../../../src/server-sdk/avatar-session.js';
import { generateLogId } from '../../../src/server-sdk/index.js';
import type { RequestTiming } from '../../../src/server-sdk/request-timing.js';
import type { AvatarSDKError } from '../../../src/server-sdk/sdk-error.js';
import type { AvatarSessionConfig } from '../../../src/server-sdk/session-config.js';
import type { AvatarError } from '../../../src/shared/contracts/errors.js';
import { bytesOf, ForeignMotionServer } from '../../helpers/node/foreign-motion-server.js';
import { type RunningServer, startMotionServer, TEST_API_KEY, voicePcm } from '../../helpers/node/motion-server.js';
import { collect, failureOf, frameCountOf, sessionConfig } from '../../helpers/node/server-sdk.js';

const assets = process.env.SPATIUS_ASSETS ?? join(packageFolder(), '../shared/assets');
const captureFile = join(assets, 'captures/motion_response.json');

const never = new Promise<never>(() => undefined);
const settled = (promise: Promise<unknown>, withinMs: number): Promise<boolean> =>
  Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), withinMs)),
  ]);

describe('an avatar session', () => {
  let running: RunningServer;
  before(async () => void (running = await startMotionServer()));
  after(() => running.close());

  it('passes motion on as it comes, up to the last, and says when the request is over', async () => {
    const envelopes: { envelope: Uint8Array; isLast: boolean }[] = [];
    let finish!: (timing: RequestTiming) => void;
    const finished = new Promise<RequestTiming>((resolve) => (finish = resolve));
    const session = newAvatarSession(
      sessionConfig(running.url, {
        transportFrames: (envelope, isLast) => envelopes.push({ envelope, isLast }),
        onRequestEnd: (timing) => finish(timing),
      }),
    );
    await session.init();
    const connectionId = await session.start();
    assert.equal(session.connectionId, connectionId);
    assert.match(connectionId, /^\d{14}_[\w-]{12}$/);
    const pcm = voicePcm(1);
    const ids = new Set<string>();
    for (let from = 0; from < pcm.length; from += 4096) ids.add(await session.sendAudio(pcm.subarray(from, from + 4096)));
    ids.add(await session.sendAudio(new Uint8Array(0), true));
    const timing = await finished;
    assert.deepEqual([...ids], [timing.reqId]);
    assert.equal(frameCountOf(envelopes.map((piece) => ({ ...piece, reqId: timing.reqId! }))), 50);
    assert.deepEqual(
      envelopes.map(({ isLast }) => isLast),
      envelopes.map((_, index) => index === envelopes.length - 1),
    );
    assert.notEqual(await session.sendAudio(pcm, true), timing.reqId);
    await session.close();
  });

  it('authenticates by headers or by query, and goes where it is told to', async () => {
    for (const useQueryAuth of [false, true]) {
      await using session = newAvatarSession({
        ...sessionConfig('', { useQueryAuth }),
        serverUrl: undefined as unknown as string,
        consoleEndpointUrl: `${running.url}/v1/console/`,
        ingressEndpointUrl: `${running.url}/v2/driveningress/`,
      } satisfies AvatarSessionConfig);
      await session.start();
      assert.isTrue(session.isOpen);
    }
  });

  it('ends once, whoever ends it and how often', async () => {
    let endCount = 0;
    const session = newAvatarSession(sessionConfig(running.url, { onClose: () => void endCount++ }));
    await session.start();
    await Promise.all([session.close(), session.close()]);
    await session[Symbol.asyncDispose]();
    assert.deepEqual([endCount, session.isOpen], [1, false]);
    assert.equal((await failureOf(session.start().then(() => session.sendAudio(voicePcm(0.1))))).code, 'connectionClosed');

    const lost = newAvatarSession(sessionConfig(running.url, { onClose: () => void endCount++ }));
    await lost.start();
    const other = await startMotionServer();
    const moved = newAvatarSession(sessionConfig(other.url, { onClose: () => void endCount++ }));
    await moved.start();
    await other.close();
    while (moved.isOpen) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([moved.close(), lost.close()]);
    assert.equal(endCount, 3);
    // One that was never started ends too.
    await newAvatarSession(sessionConfig(running.url, { onClose: () => void endCount++ })).close();
    assert.equal(endCount, 4);
  });

  it('can be closed while it is being started', async () => {
    const session = newAvatarSession(sessionConfig(running.url));
    const starting = failureOf(session.start());
    await session.close();
    assert.include(['aborted', 'connectionClosed'], (await starting).code);
  });

  it('starts, or gives up starting, at the wish of a signal', async () => {
    const session = newAvatarSession(sessionConfig(running.url));
    assert.equal((await failureOf(session.init({ signal: AbortSignal.abort() }))).code, 'aborted');
    const controller = new AbortController();
    const starting = failureOf(session.start({ signal: controller.signal }));
    controller.abort();
    assert.equal((await starting).code, 'aborted');
    // Given up, not ruined.
    assert.isString(await session.start());
    await session.close();
  });

  it('tells its configuration, and no secret to whoever prints it', async () => {
    await using session = newAvatarSession(
      sessionConfig(running.url, { useQueryAuth: true, extraParams: { server_post_process: 'false' } }),
    );
    await session.start();
    assert.deepInclude(session.config, {
      appId: 'app_test',
      avatarId: 'aria',
      sampleRate: 16_000,
      audioFormat: 'pcm_s16le',
      egress: null,
      extraParams: { server_post_process: 'false' },
    });
    assert.throws(() => ((session.config as { sampleRate: number }).sampleRate = 8000), TypeError);
    for (const text of [
      inspect(session, { depth: 20, showHidden: true }),
      inspect(session.speak(voicePcm(0.1)), { depth: 20 }),
      JSON.stringify(session),
      JSON.stringify(session.config),
    ]) {
      assert.notInclude(text, TEST_API_KEY);
      assert.notMatch(text, /eyJ/);
    }
  });

  it('refuses to be made of what cannot work', async () => {
    const wrong: Partial<AvatarSessionConfig>[] = [
      { appId: '' },
      { avatarId: '' },
      { apiKey: '' },
      { serverUrl: 'example.org' },
      { consoleEndpointUrl: 'javascript:x' },
      { region: 'evil.example/x-y' },
      { sampleRate: 0 },
      { sampleRate: NaN },
      { timeoutMs: -1 },
      { audioFormat: 'mp3' as 'ogg_opus' },
      { expireAt: new Date(0) },
      { expireAt: new Date(NaN) },
      { expireAt: new Date(Date.now() + 25 * 3600 * 1000) },
      { extraParams: { a: 1 as unknown as string } },
      { livekitEgress: { url: 'wss://a', roomName: 'r', publisherId: 'p' }, agoraEgress: { channelName: 'c' } },
    ];
    for (const options of wrong) {
      const error = await failureOf((async () => newAvatarSession(sessionConfig(running.url, options)))());
      assert.equal(error.code, 'invalidConfiguration', JSON.stringify(options));
    }
    const nowhere = await failureOf((async () => newAvatarSession({ appId: 'a', avatarId: 'b', apiKey: 'c' }))());
    assert.equal(nowhere.code, 'invalidConfiguration');
  });

  it('makes ids as the system has them', () => {
    assert.match(generateLogId(), /^\d{14}_[A-Za-z0-9_-]{12}$/);
    assert.notEqual(generateLogId(), generateLogId());
  });

  it('sends 10 MiB given in one piece', async () => {
    await using session = newAvatarSession(sessionConfig(running.url, { sampleRate: 48_000 }));
    await session.start();
    const pcm = new Uint8Array(10 * 1024 * 1024);
    const seconds = pcm.length / 2 / 48_000;
    let frames = 0;
    for await (const message of session.speak(pcm)) frames += frameCountOf([message]);
    assert.closeTo(frames, seconds * 50, 1);
  });

  it('carries fifty sessions at a time', async () => {
    const speak = async (index: number): Promise<number> => {
      // Server and clients share one thread here; on a busy machine fifty handshakes take their time.
      await using session = newAvatarSession(sessionConfig(running.url, { timeoutMs: 60_000 }));
      await session.start();
      return frameCountOf(await collect(session.speak(voicePcm(0.2 + 0.02 * index))));
    };
    const counts = await Promise.all(Array.from({ length: 50 }, (_, index) => speak(index)));
    assert.deepEqual(
      counts,
      Array.from({ length: 50 }, (_, index) => 10 + index),
    );
  });
});

describe('an avatar session with a server of somebody else', () => {
  let foreign: ForeignMotionServer;
  let sessions: AvatarSession[] = [];
  beforeEach(async () => void (foreign = await ForeignMotionServer.start()));
  afterEach(async () => {
    await Promise.all(sessions.map((session) => session.close()));
    sessions = [];
    await foreign.close();
  });

  async function started(options: Partial<AvatarSessionConfig> = {}): Promise<AvatarSession> {
    const session = newAvatarSession({
      appId: 'app',
      avatarId: 'nova',
      sessionToken: 'a-token',
      ingressEndpointUrl: foreign.ingressUrl,
      ...options,
    });
    sessions.push(session);
    await session.start();
    return session;
  }

  const motion = (reqId: string, end = false, padding = 0): Uint8Array =>
    // Field 999 is known to nobody, and comes last.
    new Uint8Array([
      ...bytesOf({ case: 'serverResponseAnimation', value: { reqId, end, avatarId: 'x'.repeat(padding) } }),
      0xba,
      0x3e,
      1,
      7,
    ]);

  it('introduces itself as documented, by headers or by query', async () => {
    await started();
    await started({ useQueryAuth: true, ingressEndpointUrl: `${foreign.ingressUrl}?tenant=7` });
    const [byHeader, byQuery] = foreign.upgrades;
    assert.equal(byHeader!.url, '/v2/driveningress/websocket?id=nova');
    assert.deepInclude(byHeader!.headers, { 'x-app-id': 'app', 'x-session-key': 'a-token' });
    assert.notProperty(byHeader!.headers, 'sec-websocket-extensions');
    assert.equal(byQuery!.url, '/v2/driveningress/websocket?tenant=7&id=nova&appId=app&sessionKey=a-token');
    assert.notProperty(byQuery!.headers, 'x-session-key');
  });

  it('announces what it will send, and where motion is to go', async () => {
    await started({ sampleRate: 24_000, bitrate: 32_000, audioFormat: 'ogg_opus', extraParams: { a: 'b' } });
    assert.deepInclude(foreign.configurations[0], {
      sampleRate: 24_000,
      bitrate: 32_000,
      audioFormat: AudioFormat.OGG_OPUS,
      egressType: EgressType.UNSPECIFIED,
      extraParams: { a: 'b' },
    });
    await started({
      livekitEgress: { url: 'wss://l', apiToken: 't', roomName: 'r', publisherId: 'p', extraAttributes: { c: 'd' }, idleTimeout: 9 },
    });
    assert.equal(foreign.configurations[1].egressType, EgressType.LIVEKIT);
    assert.deepInclude(foreign.configurations[1].livekitEgress!, {
      url: 'wss://l',
      apiToken: 't',
      roomName: 'r',
      publisherId: 'p',
      extraAttributes: { c: 'd' },
      idleTimeout: 9,
    });
    await started({ agoraEgress: { channelName: 'ch', token: 't', uid: 5, publisherId: 'p' } });
    assert.equal(foreign.configurations[2].egressType, EgressType.AGORA);
    assert.deepInclude(foreign.configurations[2].agoraEgress!, { channelName: 'ch', token: 't', uid: 5, publisherId: 'p' });
  });

  it('passes every envelope on byte for byte, unknown fields and all', async () => {
    const sent: Uint8Array[] = [];
    const passed: [Uint8Array, boolean][] = [];
    foreign.answer = ({ reqId, end }, socket) => {
      const envelope = motion(reqId, end, 100);
      sent.push(envelope);
      socket.send(envelope);
    };
    const session = await started({ transportFrames: (envelope, isLast) => passed.push([envelope, isLast]) });
    const messages = await collect(session.speak([voicePcm(0.1), voicePcm(0.1)]));
    assert.deepEqual(
      messages.map(({ envelope }) => [...envelope]),
      sent.map((envelope) => [...envelope]),
    );
    assert.lengthOf(passed, 0);
    sent.length = 0;
    await session.sendAudio(voicePcm(0.1));
    await session.sendAudio(voicePcm(0.1), true);
    while (passed.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(
      passed.map(([envelope, isLast]) => [[...envelope], isLast]),
      [
        [[...sent[0]], false],
        [[...sent[1]], true],
      ],
    );
  });

  it('passes the recorded answer of a Spatius Motion Server byte for byte', {
    skip: !existsSync(captureFile) && `no ${captureFile}`,
  }, async () => {
    const capture = JSON.parse(await readFile(captureFile, 'utf8')) as { animation_messages_base64: string[] };
    const recorded = capture.animation_messages_base64.map((text) => Buffer.from(text, 'base64'));
    // Protobuf merges a field that comes twice: the recorded message with the id of the request that is asked now.
    foreign.answer = ({ reqId, end }, socket) => {
      if (end)
        for (const envelope of recorded)
          socket.send(Buffer.concat([envelope, bytesOf({ case: 'serverResponseAnimation', value: { reqId } })]));
    };
    const session = await started();
    const speech = session.speak(voicePcm(0.1));
    const messages = await collect(speech);
    assert.lengthOf(messages, recorded.length);
    messages.forEach(({ envelope, isLast, reqId }, index) => {
      assert.equal(reqId, speech.timing.reqId);
      assert.isTrue(recorded[index].equals(envelope.subarray(0, recorded[index].length)), `message ${index}`);
      assert.equal(isLast, index === recorded.length - 1);
    });
  });

  it('hands out envelopes of 10 MiB, and ends with `protocolError` above `maxMessageBytes`', async () => {
    const big = (reqId: string): Uint8Array =>
      Buffer.concat([motion(reqId, true), Buffer.from([0xc2, 0x3e, 0x80, 0x80, 0x80, 0x05]), Buffer.alloc(10 * 1024 * 1024, 7)]);
    foreign.answer = ({ reqId, end }, socket) => end && socket.send(big(reqId));
    const [message] = await collect((await started()).speak(voicePcm(0.1)));
    assert.isTrue(Buffer.from(big(message!.reqId)).equals(message!.envelope));
    const error = await failureOf(collect((await started({ maxMessageBytes: 1024 * 1024 })).speak(voicePcm(0.1))));
    assert.equal(error.code, 'protocolError');
  });

  it('calls no transportFrames with an egress; the end of a speech is still heard', async () => {
    let callCount = 0;
    foreign.answer = ({ reqId, end }, socket) => end && socket.send(motion(reqId, true));
    const session = await started({ agoraEgress: { channelName: 'c' }, transportFrames: () => void callCount++ });
    await session.sendAudio(voicePcm(0.1), true);
    const messages = await collect(session.speak(voicePcm(0.1)));
    assert.deepEqual([messages.map(({ isLast }) => isLast), callCount], [[true], 0]);
    // What is still playing there can be stopped.
    assert.equal(await session.interrupt(), foreign.audio[0].reqId);
    while (foreign.interrupted.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(foreign.interrupted, [foreign.audio[0].reqId]);
  });

  it('passes nothing of a request on once it is interrupted; the next audio opens a new one', async () => {
    const passed: boolean[] = [];
    const errors: AvatarError[] = [];
    const session = await started({ transportFrames: (_envelope, isLast) => passed.push(isLast), onError: (error) => errors.push(error) });
    const first = await session.sendAudio(voicePcm(0.1));
    assert.equal(await session.interrupt(), first);
    const second = await session.sendAudio(voicePcm(0.1));
    assert.notEqual(second, first);
    // Late ones, and a server that complains of what was on its way.
    foreign.socket!.send(motion(first));
    foreign.socket!.send(motion(first, true));
    foreign.socket!.send(bytesOf({ case: 'serverError', value: { reqId: first, code: 3, message: 'the request is over' } }));
    foreign.socket!.send(motion(second, true));
    while (passed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([passed, errors], [[true], []]);
    assert.deepEqual(
      foreign.audio.map(({ reqId }) => reqId),
      [first, second],
    );
  });

  it('drops what callbacks throw, and reports what it cannot read while it goes on', async () => {
    const errors: AvatarError[] = [];
    const session = await started({
      transportFrames: () => {
        throw new Error('from the callback');
      },
      onError: (error) => {
        errors.push(error);
        throw new Error('from the callback');
      },
    });
    foreign.socket!.send(Uint8Array.of(0x0a, 0xff));
    foreign.socket!.send('a text message is ignored');
    foreign.answer = ({ reqId }, socket) => socket.send(motion(reqId, true));
    await session.sendAudio(voicePcm(0.1), true);
    const messages = await collect(session.speak(voicePcm(0.1)));
    assert.lengthOf(messages, 1);
    assert.deepEqual(
      errors.map(({ code }) => code),
      ['protocolError'],
    );
  });

  it('rejects a handshake that is none with `protocolError`', async () => {
    for (const confirmation of [
      'a text message',
      Uint8Array.of(0x0a, 0xff),
      bytesOf({ case: 'serverConfirmSession', value: { connectionId: '' } }),
      bytesOf({ case: 'serverResponseAnimation', value: { reqId: 'x' } }),
    ]) {
      foreign.confirmation = confirmation;
      const error = await failureOf<AvatarSDKError>(started());
      assert.deepEqual([error.code, error.phase], ['protocolError', 'websocket_handshake']);
    }
  });

  it('gives up a handshake that is not answered, by time and by signal', async () => {
    foreign.confirmation = null;
    const error = await failureOf<AvatarSDKError>(started({ timeoutMs: 100 }));
    assert.deepEqual([error.code, error.phase], ['connectionFailed', 'websocket_handshake']);
    const controller = new AbortController();
    const session = newAvatarSession({ appId: 'app', avatarId: 'nova', sessionToken: 'a-token', ingressEndpointUrl: foreign.ingressUrl });
    const starting = failureOf(session.start({ signal: controller.signal }));
    while (foreign.configurations.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    assert.equal((await starting).code, 'aborted');
    await session.close();
  });

  it('ends when the server says that the session failed, also where the server forgets to close it', async () => {
    let isClosed = false;
    const errors: AvatarError[] = [];
    const session = await started({ onError: (error) => errors.push(error), onClose: () => (isClosed = true) });
    const speech = failureOf(collect(session.speak(new ReadableStream())));
    foreign.socket!.send(bytesOf({ case: 'serverError', value: { code: 4001, message: 'credits exhausted' } }));
    assert.equal((await speech).code, 'creditsExhausted');
    assert.deepEqual([isClosed, errors.map(({ code }) => code)], [true, ['creditsExhausted']]);
    assert.equal((await failureOf(session.start())).code, 'creditsExhausted');
  });

  it('holds back whoever sends when the server does not read, and keeps nothing of what was sent', async () => {
    const session = await started();
    foreign.socket!.pause();
    const chunk = voicePcm(10);
    let sentCount = 0;
    let isStuck = false;
    while (!isStuck && sentCount < 1000) {
      const sending = session.sendAudio(chunk);
      isStuck = !(await settled(sending, 1000));
      if (!isStuck) sentCount++;
      else sending.catch(() => undefined);
    }
    assert.isTrue(isStuck, 'a socket takes no 320 MB');
    chunk.fill(0);
    foreign.socket!.resume();
    while (foreign.audio.length < sentCount * 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const firstBytes = foreign.audio.slice(0, 2).reduce((sum, { audio }) => sum + audio.reduce((inner, byte) => inner + byte, 0), 0);
    assert.isAbove(firstBytes, 0, 'what was sent before the buffer was used anew');
  });

  it('takes no more audio while nobody takes the motion, and goes on when somebody does', async () => {
    let chunkCount = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; chunkCount < 400; chunkCount++) yield new Uint8Array(1024);
    }
    foreign.answer = ({ reqId, end }, socket) => socket.send(motion(reqId, end, 10_000));
    const session = await started({ maxBufferedBytes: 50_000 });
    const messages = session.speak(endless())[Symbol.asyncIterator]();
    await messages.next();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.isBelow(chunkCount, 100);
    let count = 1;
    while (!(await messages.next()).done) count++;
    assert.equal(count, 401);
  });

  it('stops reading a server that floods it, without losing anything', async () => {
    foreign.answer = ({ reqId, end }, socket) => {
      if (end) for (let index = 0; index < 200; index++) socket.send(motion(reqId, index === 199, 100_000));
    };
    const session = await started({ maxBufferedBytes: 100_000 });
    const messages = session.speak(voicePcm(0.1))[Symbol.asyncIterator]();
    await messages.next();
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.isAbove(foreign.socket!.bufferedAmount, 1_000_000, 'what is not read waits at the sender');
    let count = 1;
    while (!(await messages.next()).done) count++;
    assert.equal(count, 200);
  });

  it('gives up a send at the wish of a signal, and interrupts its request', async () => {
    const session = await started();
    foreign.socket!.pause();
    const controller = new AbortController();
    let sending: Promise<unknown> = never;
    for (let index = 0; index < 100; index++) {
      sending = session.sendAudio(voicePcm(10), false, { signal: controller.signal });
      if (!(await settled(sending, 1000))) break;
    }
    const failure = failureOf(sending);
    controller.abort();
    assert.equal((await failure).code, 'aborted');
    foreign.socket!.resume();
    while (foreign.interrupted.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(foreign.interrupted, [foreign.audio[0].reqId]);
  });
});
