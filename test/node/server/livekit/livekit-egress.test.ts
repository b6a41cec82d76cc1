import type { Socket } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { dispose } from '@livekit/rtc-node';
import { assert } from 'chai';

import { decodeMessage } from '../../../../src/motion/protocol/envelope.js';
import {
  EgressType,
  type ServerPlaybackState,
  ServerPlaybackState_State,
  type ServerResponseAnimation,
} from '../../../../src/motion/protocol/generated/message_pb.js';
import { motionPayloadFrom } from '../../../../src/motion/protocol/motion-payload.js';
import { type IngressClient, type RunningServer, startMotionServer, voicePcm } from '../../../helpers/node/motion-server.js';
import { type HeardPacket, RoomListener } from '../../../helpers/node/room-listener.js';
import { ROOM_API_KEY, ROOM_API_SECRET, RoomServer } from '../../../helpers/node/room-server.js';

function responseOf(packet: HeardPacket): ServerResponseAnimation {
  const { data } = decodeMessage(packet.payload);
  if (data.case !== 'serverResponseAnimation') throw new Error(`${data.case} instead of motion`);
  return data.value;
}

describe('a session with LiveKit egress', { timeout: 240_000 }, () => {
  let rooms: RoomServer;
  let running: RunningServer;
  const toClose: (() => Promise<unknown>)[] = [];
  const warnings: string[] = [];
  const noteWarning = (warning: Error): unknown => warnings.push(`${warning.name}: ${warning.message}`);
  before(async () => {
    process.on('warning', noteWarning);
    rooms = await RoomServer.start();
    running = await startMotionServer({ livekit: { hosts: [{ host: new URL(rooms.url).host }] } });
  });
  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close();
  });
  after(async () => {
    await running.close();
    await rooms.close();
    await dispose();
    process.off('warning', noteWarning);
    // Such as of listeners that pile up where packets are sent faster than they leave.
    assert.deepEqual(warnings, []);
  });

  async function listen(): Promise<RoomListener> {
    const listener = await RoomListener.join(rooms.url, await rooms.token('visitor'));
    toClose.push(() => listener.close());
    return listener;
  }

  async function open(egress: object, sampleRate = 16000): Promise<IngressClient> {
    const client = await running.connect();
    toClose.push(() => client.close());
    client.send({ case: 'clientConfigureSession', value: { sampleRate, egressType: EgressType.LIVEKIT, livekitEgress: egress } });
    return client;
  }

  async function openInRoom(egress: object = {}): Promise<IngressClient> {
    const apiToken = await rooms.token('avatar', { kind: 'agent' });
    const client = await open({ url: rooms.url, apiToken, ...egress });
    assert.equal((await client.next()).data.case, 'serverConfirmSession');
    return client;
  }

  async function refusalOf(egress: object): Promise<[message: string, code: number, closeCode: number]> {
    const client = await open(egress);
    const { message, code } = await client.nextError();
    return [message, code, (await client.closed).code];
  }

  it('says speech in the room: voice, motion ahead of it, the clock, the end', async () => {
    const listener = await listen();
    const client = await openInRoom({ extraAttributes: { 'lk.publish_on_behalf': 'agent' } });
    assert.equal(rooms.peer('avatar')?.info.attributes['lk.publish_on_behalf'], 'agent');
    assert.equal(rooms.peer('avatar')?.info.attributes['spatius.avatar'], 'aria');
    // All at once: the room gets it in real time all the same.
    const sentAtMs = performance.now();
    client.sendAudio('speech', voicePcm(2), true);
    const answer = await client.answer('speech');
    assert.lengthOf(answer.frames, 0, 'no motion goes back over the socket');
    await listener.until(() => listener.ofType('ended').length > 0);

    const motion = listener.ofType('motion');
    const frames = motion
      .map((packet) => motionPayloadFrom(responseOf(packet)))
      .flatMap((payload) => (payload.kind === 'packed' ? [payload.frames] : []));
    assert.equal(frames[0].startFrame, 0);
    for (let index = 1; index < frames.length; index++) {
      assert.equal(frames[index].startFrame, frames[index - 1].startFrame + frames[index - 1].frameCount, 'motion has no gap');
    }
    const last = frames.at(-1)!;
    assert.approximately((last.startFrame + last.frameCount) / last.frameRate, 2, 0.1);
    assert.isTrue(responseOf(motion.at(-1)!).end);
    for (const [index, packet] of motion.entries()) {
      if (!frames[index]) continue;
      assert.isAtMost(packet.mediaSeconds, frames[index].startFrame / frames[index].frameRate, 'motion leaves before its voice');
    }
    assert.approximately(listener.ofType('ended')[0].mediaSeconds, 2, 0.001);
    assert.deepEqual([...new Set(listener.packets.map(({ conversationId }) => conversationId))], ['speech']);
    const sequences = listener.packets.map(({ sequence }) => sequence);
    assert.equal(new Set(sequences).size, sequences.length);

    const clocks = listener.ofType('clock');
    assert.isAbove(clocks.length, 15);
    for (let index = 1; index < clocks.length; index++) assert.isAtLeast(clocks[index].mediaSeconds, clocks[index - 1].mediaSeconds);
    // In real time, not as fast as it came. The encoder's queue of 0.3 s is beyond what has ended.
    assert.isAbove(listener.ofType('ended')[0].atMs - sentAtMs, 1600);
    assert.isAbove(Math.max(...listener.levels.map(({ rms }) => rms)), 0.05, 'the voice is heard');
  });

  it('says speech that came in one piece with the configuration, before the room was joined', async () => {
    const listener = await listen();
    const apiToken = await rooms.token('avatar', { kind: 'agent' });
    const client = await running.connect();
    toClose.push(() => client.close());
    const { _socket: socket } = client.socket as unknown as { _socket: Socket };
    socket.cork();
    client.send({
      case: 'clientConfigureSession',
      value: { sampleRate: 16000, egressType: EgressType.LIVEKIT, livekitEgress: { url: rooms.url, apiToken } },
    });
    client.sendAudio('early', voicePcm(0.5), true);
    socket.uncork();
    assert.equal((await client.next()).data.case, 'serverConfirmSession');
    await client.answer('early');
    await listener.until(() => listener.ofType('ended').length > 0);
  });

  it('says one speech after the other, each on its own time', async () => {
    const listener = await listen();
    const client = await openInRoom();
    client.sendAudio('one', voicePcm(0.5), true);
    client.sendAudio('two', voicePcm(0.5), true);
    await client.answer('one');
    await client.answer('two');
    await listener.until(() => listener.ofType('ended').length === 2);
    const ended = listener.ofType('ended');
    assert.deepEqual(
      ended.map(({ conversationId }) => conversationId),
      ['one', 'two'],
    );
    assert.isAbove(ended[1].conversation, ended[0].conversation);
    assert.isAbove(listener.ofType('clock').find(({ conversationId }) => conversationId === 'two')!.run, ended[0].run);
  });

  it('holds when speech comes too slowly, and goes on as a new run', async () => {
    const listener = await listen();
    const client = await openInRoom();
    const pcm = voicePcm(1.2);
    client.sendAudio('slow', pcm.subarray(0, pcm.length / 2));
    await listener.until(() => listener.ofType('clock').length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    client.sendAudio('slow', pcm.subarray(pcm.length / 2), true);
    await client.answer('slow');
    const held = listener.ofType('held')[0];
    const second = listener.ofType('clock').find(({ run }) => run > held.run)!;
    // The motion of the last of it waits for the sound that follows.
    assert.isAbove(held.mediaSeconds, 0);
    assert.isAtMost(held.mediaSeconds, 0.6);
    assert.isAtLeast(second.runStartSeconds, held.mediaSeconds);
    assert.isAtLeast(second.mediaSeconds, second.runStartSeconds);
  });

  it('is silent at once when the client interrupts, and says where', async () => {
    const listener = await listen();
    const client = await openInRoom();
    client.sendAudio('long', voicePcm(20), true);
    await listener.until(() => listener.ofType('clock').some(({ mediaSeconds }) => mediaSeconds > 0.5));
    client.send({ case: 'clientInterrupt', value: { reqId: 'long' } });
    assert.isTrue((await client.answer('long')).responses.at(-1)!.end);
    await listener.until(() => listener.ofType('cut').length > 0);
    const cut = listener.ofType('cut')[0];
    assert.equal(cut.conversationId, 'long');
    assert.isAbove(cut.mediaSeconds, 0.4);
    assert.isBelow(cut.mediaSeconds, 15);
    const count = listener.ofType('clock').length;
    client.sendAudio('next', voicePcm(0.4), true);
    await client.answer('next');
    assert.isTrue(
      listener
        .ofType('clock')
        .slice(count)
        .every(({ conversationId }) => conversationId === 'next'),
    );
  });

  describe('playback control', () => {
    const { PLAYING, PAUSED, ENDED, INTERRUPTED } = ServerPlaybackState_State;

    async function nextState(client: IngressClient): Promise<ServerPlaybackState> {
      for (;;) {
        const { data } = await client.next();
        if (data.case === 'serverPlaybackState') return data.value;
      }
    }

    it('is announced to sessions in a room, and to no others', async () => {
      const apiToken = await rooms.token('avatar', { kind: 'agent' });
      const client = await open({ url: rooms.url, apiToken });
      const { data } = await client.next();
      assert.deepInclude(data.value, { capabilities: ['playback_control', 'playback_state'] });
      const plain = await running.connect();
      toClose.push(() => plain.close());
      plain.send({ case: 'clientConfigureSession', value: {} });
      assert.deepInclude((await plain.next()).data.value, { capabilities: [] });
      plain.send({ case: 'clientPause', value: { reqId: 'x' } });
      assert.match((await plain.nextError()).message, /pause and resume are for sessions with an egress/);
    });

    it('holds a request where it is and plays on from there, reporting each state', async () => {
      const listener = await listen();
      const client = await openInRoom();
      client.sendAudio('speech', voicePcm(1.5), true);
      const started = await nextState(client);
      assert.deepInclude({ ...started }, { reqId: 'speech', state: PLAYING });
      client.send({ case: 'clientPause', value: { reqId: 'speech' } });
      const paused = await nextState(client);
      assert.deepInclude({ ...paused }, { reqId: 'speech', state: PAUSED });
      assert.isBelow(Number(paused.playedMs), 1500);
      await listener.until(() => listener.ofType('held').length > 0);
      client.send({ case: 'clientPause', value: { reqId: 'another' } });
      const other = await nextState(client);
      assert.deepInclude({ ...other }, { reqId: 'another', state: PAUSED, playedMs: paused.playedMs });
      assert.lengthOf(listener.ofType('ended'), 0);
      client.send({ case: 'clientResume', value: { reqId: 'speech' } });
      assert.equal((await nextState(client)).state, PLAYING);
      assert.deepInclude({ ...(await nextState(client)) }, { reqId: 'speech', state: ENDED, playedMs: 1500n });
      assert.isTrue((await client.answer('speech')).responses.at(-1)!.end);
      client.send({ case: 'clientPause', value: { reqId: 'speech' } });
      assert.deepInclude({ ...(await nextState(client)) }, { state: ENDED, playedMs: 1500n }, 'a pause that comes too late');
    });

    it('reports that a request was cut', async () => {
      const listener = await listen();
      const client = await openInRoom();
      client.sendAudio('long', voicePcm(20), true);
      assert.equal((await nextState(client)).state, PLAYING);
      await listener.until(() => listener.ofType('clock').some(({ mediaSeconds }) => mediaSeconds > 0.3));
      client.send({ case: 'clientInterrupt', value: { reqId: 'long' } });
      const cut = await nextState(client);
      assert.deepInclude({ ...cut }, { reqId: 'long', state: INTERRUPTED, reason: 'explicit' });
      assert.isAbove(Number(cut.playedMs), 200);
    });

    it('cuts a request that is paused for too long', async () => {
      const own = await startMotionServer({ livekit: { hosts: [{ host: new URL(rooms.url).host }] }, limits: { maxPauseMs: 100 } });
      toClose.push(() => own.close());
      const client = await own.connect();
      const apiToken = await rooms.token('avatar', { kind: 'agent' });
      const livekitEgress = { url: rooms.url, apiToken };
      client.send({ case: 'clientConfigureSession', value: { egressType: EgressType.LIVEKIT, livekitEgress } });
      client.sendAudio('long', voicePcm(20), true);
      assert.equal((await nextState(client)).state, PLAYING);
      client.send({ case: 'clientPause', value: { reqId: 'long' } });
      assert.equal((await nextState(client)).state, PAUSED);
      assert.deepInclude({ ...(await nextState(client)) }, { reqId: 'long', state: INTERRUPTED, reason: 'pause_timeout' });
      assert.isTrue((await client.answer('long')).responses.at(-1)!.end);
      await client.close();
    });
  });

  it('is silent when somebody in the room asks for it, and tells its client', async () => {
    const listener = await listen();
    const client = await openInRoom();
    client.sendAudio('long', voicePcm(20), true);
    await listener.until(() => listener.ofType('clock').some(({ mediaSeconds }) => mediaSeconds > 0.3));
    await listener.interrupt();
    assert.isTrue((await client.answer('long')).responses.at(-1)!.end);
    await listener.until(() => listener.ofType('cut').length > 0);
  });

  it('leaves the room with its session, and tells when the room is gone', async () => {
    const client = await openInRoom();
    await client.close();
    while (rooms.peer('avatar')) await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await openInRoom();
    rooms.peer('avatar')!.remove();
    assert.match((await second.nextError()).message, /egress connection .* was lost/);
    assert.equal((await second.closed).code, 4503);
  });

  it('ends after the silence that its client allows', async () => {
    const client = await openInRoom({ idleTimeout: 1 });
    const error = await client.nextError();
    assert.equal(error.message, 'livekit silence timeout: no audio input for 1 s');
    assert.equal((await client.closed).code, 1000);
  });

  it('makes a token of its own from the deprecated key and secret', async () => {
    const client = await open({
      url: rooms.url,
      apiKey: ROOM_API_KEY,
      apiSecret: ROOM_API_SECRET,
      roomName: 'room',
      publisherId: 'somebody',
    });
    assert.equal((await client.next()).data.case, 'serverConfirmSession');
    assert.exists(rooms.peer('somebody'));
  });

  it('refuses what cannot lead into a room, in the words and codes that SDKs know', async () => {
    const apiToken = await rooms.token('avatar');
    assert.deepEqual(await refusalOf({}), ['livekit_egress: url is missing', 3, 1008]);
    assert.deepEqual(await refusalOf({ url: rooms.url }), [
      'livekit_egress: missing livekit credentials: provide api_token or both api_key and api_secret, with room_name',
      3,
      1008,
    ]);
    assert.deepEqual(await refusalOf({ url: 'wss://elsewhere.example', apiToken }), [
      'livekit_egress: url is not on the list of LiveKit servers that this server may join',
      3,
      1008,
    ]);
    assert.deepEqual(await refusalOf({ url: rooms.url, apiToken, idleTimeout: -1 }), [
      'livekit_egress: idle_timeout must be 0..86400 seconds',
      3,
      1008,
    ]);
    assert.deepEqual(await refusalOf({ url: rooms.url, apiToken: 'nonsense' }), [
      'livekit_egress: failed to join the LiveKit room: unauthorized: invalid token',
      16,
      1008,
    ]);
    assert.deepEqual(await refusalOf({ url: rooms.url, apiToken: await rooms.token('avatar', { expiresIn: -60 }) }), [
      'livekit_egress: failed to join the LiveKit room: unauthorized: invalid token',
      16,
      1008,
    ]);
  });

  it('says that a listed server cannot be reached, without naming it', async () => {
    const gone = await RoomServer.start();
    const { url } = gone;
    await gone.close();
    const other = await startMotionServer({ livekit: { hosts: [{ host: new URL(url).host }] } });
    toClose.push(() => other.close());
    const client = await other.connect();
    client.send({
      case: 'clientConfigureSession',
      value: { egressType: EgressType.LIVEKIT, livekitEgress: { url, apiToken: await rooms.token('avatar') } },
    });
    const error = await client.nextError();
    assert.deepEqual(
      [error.code, error.message],
      [14, 'livekit_egress: failed to create egress connection: the LiveKit server cannot be reached'],
    );
  });
});
