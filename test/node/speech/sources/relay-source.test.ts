import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';

import { encodeRelayFrame } from '../../../../src/motion/protocol/relay-frames.js';
import { int16FromPcmBytes } from '../../../../src/shared/samples/pcm.js';
import { FlakyLink } from '../../../helpers/node/flaky-link.js';
import { startMotionServer, voicePcm } from '../../../helpers/node/motion-server.js';
import { RecordedRelay } from '../../../helpers/node/recorded-relay.js';
import { RelayBackend } from '../../../helpers/node/relay-backend.js';

/** Speech at the pace in which it is spoken. */
async function* paced(pcm: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < pcm.length; at += 3200) {
    yield pcm.subarray(at, at + 3200);
    await new Promise((resolve) => setTimeout(resolve, 95));
  }
}

describe('The relay source', () => {
  const cleanUps: (() => void | Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function startBackend(options: Parameters<typeof RelayBackend.start>[1] = {}, port = 0): Promise<RelayBackend> {
    const server = await startMotionServer({ limits: { drainTimeoutMs: 50 } });
    cleanUps.push(() => server.close());
    const backend = await RelayBackend.start(server.url, options, {}, undefined, port);
    cleanUps.push(() => backend.close());
    return backend;
  }

  async function linkTo(backend: RelayBackend): Promise<FlakyLink> {
    const link = await FlakyLink.to(backend.port);
    cleanUps.push(() => link.close());
    return link;
  }

  function record(options: ConstructorParameters<typeof RecordedRelay>[0]): RecordedRelay {
    const recorded = new RecordedRelay(options);
    cleanUps.push(() => recorded.source.close());
    return recorded;
  }

  /** A relay of the test's own making. */
  async function startPlainRelay(serve: (socket: WebSocket, url: string) => void): Promise<string> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    server.on('connection', (socket, request) => serve(socket, request.url ?? ''));
    cleanUps.push(() => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    });
    return `ws://127.0.0.1:${(server.address() as { port: number }).port}/`;
  }

  it('brings the turns with their sound and motion, each to its end', async () => {
    const backend = await startBackend();
    const recorded = record({ url: backend.url });
    await recorded.source.open();
    for (const [seconds, rateHz] of [
      [1, 16000],
      [0.7, 24000],
    ] as const) {
      const pcm = voicePcm(seconds, rateHz);
      const turn = backend.relay.speak(pcm, { sampleRateHz: rateHz });
      await recorded.until(() => recorded.newest?.turnId === turn.id && recorded.isNewestOver);
      assert.deepEqual(recorded.newest!.samples, [...int16FromPcmBytes(pcm)]);
      assert.equal(recorded.newest!.rateHz, rateHz);
      assert.ok(Math.abs(recorded.coveredSeconds - seconds) <= 0.06, `covered ${recorded.coveredSeconds} s`);
    }
    assert.deepEqual(recorded.states, [
      { state: 'connecting', code: null },
      { state: 'connected', code: null },
    ]);
    assert.deepEqual(recorded.errors, []);
  });

  it('tells the relay of an interrupt and hears no more of that turn', async () => {
    const backend = await startBackend();
    const recorded = record({ url: backend.url });
    await recorded.source.open();
    const turn = backend.relay.speak(paced(voicePcm(5)));
    await recorded.until(() => recorded.rounds.length === 1 && recorded.newest!.samples.length > 0);
    recorded.source.interrupt(2);
    const heard = recorded.newest!.samples.length;
    assert.equal((await turn.finished).outcome, 'interrupted');
    backend.relay.speak(voicePcm(0.4));
    await recorded.until(() => recorded.rounds.length === 2 && recorded.isNewestOver);
    assert.equal(recorded.rounds[0].samples.length, heard);
    assert.equal(recorded.newest!.samples.length, 6400);
  });

  it('ends the round at once when the backend interrupts', async () => {
    const backend = await startBackend();
    const recorded = record({ url: backend.url });
    await recorded.source.open();
    backend.relay.speak(paced(voicePcm(5)));
    await recorded.until(() => recorded.rounds.length === 1 && recorded.newest!.samples.length > 0);
    backend.relay.interrupt();
    await recorded.until(() => recorded.newest!.isInterrupted);
  });

  it('reports an absent relay after the connect time-out and connects when it comes', async () => {
    const backend = await startBackend();
    const link = await linkTo(backend);
    link.cut();
    const recorded = record({ url: `ws://127.0.0.1:${link.port}/relay`, connectTimeoutMs: 150 });
    await assert.rejects(recorded.source.open(), { code: 'connectTimeout' });
    assert.deepEqual(
      recorded.states.map(({ state }) => state),
      ['connecting', 'failed'],
    );
    assert.deepEqual(recorded.errors, ['connectionFailed']);
    link.mend();
    await recorded.until(() => recorded.state === 'connected');
    backend.relay.speak(voicePcm(0.4));
    await recorded.until(() => recorded.isNewestOver);
  });

  it('loses nothing of a turn when the connection breaks for a moment', async () => {
    const backend = await startBackend();
    const link = await linkTo(backend);
    const recorded = record({ url: `ws://127.0.0.1:${link.port}/relay` });
    await recorded.source.open();
    const pcm = voicePcm(3);
    backend.relay.speak(paced(pcm));
    await recorded.until(() => recorded.coveredSeconds > 0.5);
    link.cut();
    await recorded.until(() => recorded.state === 'connecting');
    link.mend();
    await recorded.until(() => recorded.isNewestOver);
    assert.equal(recorded.rounds.length, 1);
    assert.deepEqual(recorded.newest!.samples, [...int16FromPcmBytes(pcm)]);
    assert.ok(Math.abs(recorded.coveredSeconds - 3) <= 0.06, `covered ${recorded.coveredSeconds} s`);
    assert.equal(recorded.source.reconnects, 1);
    assert.equal(recorded.states.find(({ code }) => code)!.code, 'websocketClosedAbnormally');
  });

  it('leaves out what was said while it was away for long, and keeps the motion with the sound', async () => {
    const backend = await startBackend({ limits: { maxLagSeconds: 0.3 } });
    const link = await linkTo(backend);
    const recorded = record({ url: `ws://127.0.0.1:${link.port}/relay` });
    await recorded.source.open();
    const pcm = voicePcm(4);
    backend.relay.speak(paced(pcm));
    await recorded.until(() => recorded.coveredSeconds > 0.5);
    link.cut();
    await new Promise((resolve) => setTimeout(resolve, 1200));
    link.mend();
    await recorded.until(() => recorded.isNewestOver);
    assert.equal(recorded.rounds.length, 1);
    const { samples } = recorded.newest!;
    const lost = 64_000 - samples.length;
    assert.ok(lost > 8000 && lost < 48_000, `${lost / 16000} s lost`);
    // The tail of what was heard is the tail of what was said.
    assert.deepEqual(samples.slice(-8000), [...int16FromPcmBytes(pcm).subarray(-8000)]);
    const ends = recorded.newest!.motion.map(({ startFrame, frameCount, frameRate }) => (startFrame + frameCount) / frameRate);
    assert.ok(
      Math.abs(Math.max(...ends) - samples.length / 16000) <= 0.06,
      `motion to ${Math.max(...ends)} s of ${samples.length / 16000} s`,
    );
  });

  it('ends a turn that nobody goes on with after what has come of it', async () => {
    const backend = await startBackend();
    const recorded = record({ url: backend.url });
    await recorded.source.open();
    backend.relay.speak(paced(voicePcm(20)));
    await recorded.until(() => recorded.coveredSeconds > 0.3);
    const { port } = backend;
    cleanUps.splice(cleanUps.length - 2, 1);
    // Torn from the middle of the turn, without the interrupt of an orderly end.
    for (const client of backend.relay.clients) client.terminate();
    await backend.close();
    await startBackend({}, port);
    await recorded.until(() => recorded.state === 'connected' && recorded.rounds[0].isAudioOver);
    assert.ok(['connectionClosed', null].includes(recorded.rounds[0].errorCode));
  });

  it('goes on in a turn that was cut off twice, however long it lasts', async () => {
    let connections = 0;
    const url = await startPlainRelay((socket) => {
      const tell = (fields: Record<string, unknown>): void => socket.send(encodeRelayFrame({ type: 'metadata', fields }));
      const say = (sample: number, isLast: boolean): void =>
        socket.send(encodeRelayFrame({ type: 'audio', pcm: Uint8Array.of(sample, 0), isLast }));
      const turn = { event: 'turn', turn_id: 't', sample_rate: 16000 };
      connections++;
      tell({ event: 'ready', sample_rate: 16000, resume_token: 'token', ...(connections > 1 && { turn_id: 't' }) });
      if (connections === 1) {
        tell(turn);
        say(1, false);
      }
      // Without a word of where the turn goes on, the second time.
      if (connections < 3) return void setTimeout(() => socket.terminate(), 50);
      tell({ ...turn, frame: 1, start_seconds: 1 / 16000 });
      setTimeout(() => say(2, true), 800);
    });
    const recorded = record({ url, resumeTimeoutMs: 500 });
    await recorded.source.open();
    await recorded.until(() => connections === 3 && recorded.rounds[0].isAudioOver);
    assert.deepEqual(
      recorded.rounds.map(({ samples }) => samples),
      [[1, 2]],
    );
    assert.equal(recorded.rounds[0].errorCode, null);
  });

  it('goes on with a relay that was restarted', async () => {
    const first = await startBackend();
    const recorded = record({ url: first.url });
    await recorded.source.open();
    const { port } = first;
    await first.close();
    await recorded.until(() => recorded.state === 'connecting');
    const second = await startBackend({}, port);
    await recorded.until(() => recorded.state === 'connected');
    second.relay.speak(voicePcm(0.4));
    await recorded.until(() => recorded.isNewestOver);
  });

  it('finds out that a relay has gone without a word', async () => {
    const backend = await startBackend();
    const link = await linkTo(backend);
    const recorded = record({ url: `ws://127.0.0.1:${link.port}/relay`, silenceMs: 60 });
    await recorded.source.open();
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(recorded.state, 'connected');
    link.freeze();
    await recorded.until(() => recorded.state === 'connecting');
    assert.equal(recorded.states.at(-1)!.code, 'websocketClosedAbnormally');
    link.cut();
    link.mend();
    await recorded.until(() => recorded.state === 'connected');
  });

  it('stops where it is not welcome, and rests where the relay says goodbye, until it is opened again', async () => {
    let code = 1008;
    const url = await startPlainRelay((socket) => {
      socket.send(encodeRelayFrame({ type: 'metadata', fields: { sample_rate: 16000 } }));
      setTimeout(() => socket.close(code, 'so it is'), 20);
    });
    const unwelcome = record({ url });
    await unwelcome.source.open();
    await unwelcome.until(() => unwelcome.state === 'failed');
    assert.equal(unwelcome.states.at(-1)!.code, 'websocketClosedUnexpected');
    code = 1000;
    const dismissed = record({ url });
    await dismissed.source.open();
    await dismissed.until(() => dismissed.state === 'disconnected');
    assert.equal(dismissed.states.at(-1)!.code, 'connectionClosed');
    await dismissed.source.open();
    assert.equal(dismissed.state, 'connected');
  });

  it('understands a relay of the public format, which names no turns', async () => {
    const pcm = voicePcm(0.2);
    const url = await startPlainRelay((socket) => {
      const say = (frame: Parameters<typeof encodeRelayFrame>[0]): void => socket.send(encodeRelayFrame(frame));
      say({ type: 'metadata', fields: { sample_rate: 22050, channels: 1, avatar_id: 'a', connection_id: 'c' } });
      for (let turn = 0; turn < 2; turn++) {
        say({ type: 'audio', pcm, isLast: false });
        say({ type: 'audio', pcm: new Uint8Array(0), isLast: true });
        say({ type: 'motion', envelopes: [], isLast: true });
      }
    });
    const recorded = record({ url });
    await recorded.source.open();
    await recorded.until(() => recorded.rounds.length === 2 && recorded.isNewestOver);
    assert.deepEqual(
      recorded.rounds.map(({ samples, rateHz }) => [samples.length, rateHz]),
      [
        [3200, 22050],
        [3200, 22050],
      ],
    );
  });

  it('survives a relay that talks nonsense, and leaves one that talks nothing else', async () => {
    const url = await startPlainRelay((socket) => {
      socket.send(encodeRelayFrame({ type: 'metadata', fields: { sample_rate: 16000 } }));
      socket.send('words');
      socket.send(Buffer.from([2, 0, 255, 255, 255, 255]));
      socket.send(encodeRelayFrame({ type: 'metadata', fields: { event: 'turn', turn_id: 't', sample_rate: 16000 } }));
      socket.send(encodeRelayFrame({ type: 'audio', pcm: Uint8Array.of(1, 0), isLast: false }));
      socket.send(encodeRelayFrame({ type: 'motion', envelopes: [Uint8Array.of(255, 255, 255)], isLast: false }));
      socket.send(encodeRelayFrame({ type: 'audio', pcm: Uint8Array.of(2, 0), isLast: true }));
      for (let index = 0; index < 60; index++) socket.send(Buffer.from([77]));
    });
    const recorded = record({ url });
    await recorded.source.open();
    await recorded.until(() => recorded.state === 'connecting');
    assert.deepEqual(recorded.rounds[0].samples, [1, 2]);
    assert.equal(recorded.rounds[0].errorCode, 'protocolError');
    assert.deepEqual(recorded.errors.slice(0, 1), ['protocolError']);
    assert.equal(recorded.states.at(-1)!.code, 'websocketClosedUnexpected');
  });

  it('rejects the opening that close() has made pointless, and an address that is none', async () => {
    const backend = await startBackend();
    const recorded = record({ url: backend.url });
    const opening = recorded.source.open();
    recorded.source.close();
    await assert.rejects(opening, { code: 'aborted' });
    assert.equal(recorded.state, 'disconnected');
    await assert.rejects(record({ url: 'ws://?' }).source.open(), { code: 'invalidConfiguration' });
  });
});
