import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { dispose, Room } from '@livekit/rtc-node';
import { assert } from 'chai';

import { AudioFormat, EgressType } from '../../../../src/motion/protocol/generated/message_pb.js';
import { packageFolder } from '../../../../src/server/package-folder.js';
import { type IngressClient, type RunningServer, startMotionServer, voicePcm } from '../../../helpers/node/motion-server.js';
import { RoomListener } from '../../../helpers/node/room-listener.js';
import { RoomServer } from '../../../helpers/node/room-server.js';

interface Report {
  method: string;
  caller: string;
  payload: Record<string, unknown>;
  atMs: number;
}

const AGENT = 'agent-AJ_1';
const AVATAR = 'spatius-avatar-agent';
/** `voicePcm(2)` as Ogg Opus. */
const SPEECH = new Uint8Array(readFileSync(join(packageFolder(), 'test/fixtures/voice-2s.opus')));

/** A LiveKit agent as the Python plugin makes of it: a participant with the two methods. */
class Agent {
  readonly reports: Report[] = [];
  readonly room = new Room();

  static async join(url: string, token: string): Promise<Agent> {
    const agent = new Agent();
    await agent.room.connect(url, token, { autoSubscribe: false, dynacast: false });
    for (const method of ['lk.playback_started', 'lk.playback_finished']) {
      agent.room.localParticipant!.registerRpcMethod(method, async ({ callerIdentity, payload }) => {
        agent.reports.push({
          method,
          caller: callerIdentity,
          payload: JSON.parse(payload) as Record<string, unknown>,
          atMs: performance.now(),
        });
        return callerIdentity === AVATAR ? 'ok' : 'reject';
      });
    }
    return agent;
  }

  async until(count: number): Promise<Report[]> {
    while (this.reports.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
    return this.reports;
  }
}

describe('LiveKit egress for a LiveKit agent', { timeout: 240_000 }, () => {
  let rooms: RoomServer;
  let running: RunningServer;
  const warnings: Record<string, unknown>[] = [];
  const toClose: (() => Promise<unknown>)[] = [];
  before(async () => {
    rooms = await RoomServer.start();
    const none = (): void => undefined;
    const warn = (fields: Readonly<Record<string, unknown>>, event: string): unknown => warnings.push({ event, ...fields });
    running = await startMotionServer({
      livekit: { hosts: [{ host: new URL(rooms.url).host }] },
      // Lines of other levels would use up the client's ten a second.
      logger: { debug: none, info: none, warn, error: none, isLevelEnabled: (level) => level === 'warn' },
    });
  });
  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close();
    warnings.length = 0;
  });
  after(async () => {
    await running.close();
    await rooms.close();
    await dispose();
  });

  async function joinAgent(): Promise<Agent> {
    const agent = await Agent.join(rooms.url, await rooms.token(AGENT, { kind: 'agent' }));
    toClose.push(() => agent.room.disconnect());
    return agent;
  }

  /** Token, configuration and format are those of the Python plugin. */
  async function openAsPlugin(audio: { sampleRate: number; audioFormat: AudioFormat }, agent = AGENT): Promise<IngressClient> {
    const apiToken = await rooms.token(AVATAR, {
      kind: 'agent',
      attributes: { 'lk.publish_on_behalf': agent },
      canSubscribe: false,
      canPublishSources: ['camera', 'microphone'],
      canUpdateOwnMetadata: false,
    });
    const client = await running.connect();
    toClose.push(() => client.close());
    const extraAttributes = { 'lk.publish_on_behalf': agent, livekit_agent_identity: agent };
    client.send({
      case: 'clientConfigureSession',
      value: {
        ...audio,
        egressType: EgressType.LIVEKIT,
        livekitEgress: { url: rooms.url, apiToken, roomName: 'room', publisherId: AVATAR, extraAttributes, idleTimeout: 120 },
      },
    });
    assert.equal((await client.next()).data.case, 'serverConfirmSession');
    return client;
  }
  const opus = { sampleRate: 24_000, audioFormat: AudioFormat.OGG_OPUS };
  const pcm = { sampleRate: 16_000, audioFormat: AudioFormat.PCM_S16LE };

  it('reports the start and the end of each segment to the agent, in order', async () => {
    const agent = await joinAgent();
    const client = await openAsPlugin(opus);
    const sentAtMs = performance.now();
    client.sendAudio('one', SPEECH);
    client.sendAudio('one', new Uint8Array(0), true);
    client.sendAudio('two', SPEECH, true);
    const reports = await agent.until(4);
    await client.answer('one');
    await client.answer('two');
    assert.deepEqual(
      reports.map(({ method, caller }) => [method, caller]),
      ['started', 'finished', 'started', 'finished'].map((what) => [`lk.playback_${what}`, AVATAR]),
    );
    for (const [started, finished] of [reports.slice(0, 2), reports.slice(2, 4)]) {
      assert.hasAllKeys(finished.payload, ['playback_position', 'interrupted']);
      assert.isFalse(finished.payload.interrupted);
      assert.approximately(finished.payload.playback_position as number, 2, 0.1);
      assert.isAtLeast(finished.atMs, started.atMs);
    }
    // In real time: the sound was heard, not only sent. A busy machine reports later, never earlier.
    assert.isAtLeast(reports[1].atMs - sentAtMs, 1900);
    assert.isAtLeast(reports[3].atMs - sentAtMs, 3800);
    assert.deepEqual(warnings, []);
  });

  it('reports a cut with the seconds that had left', async () => {
    const listener = await RoomListener.join(rooms.url, await rooms.token('visitor'));
    toClose.push(() => listener.close());
    const agent = await joinAgent();
    const client = await openAsPlugin(pcm);
    // The first packets wait until the room's data channels are open; a report's time of arrival says nothing then.
    client.sendAudio('first', voicePcm(0.3), true);
    await agent.until(2);
    agent.reports.length = 0;
    client.sendAudio('long', voicePcm(20));
    await listener.until(() =>
      listener.ofType('clock').some(({ conversationId, mediaSeconds }) => conversationId === 'long' && mediaSeconds > 0.5),
    );
    client.send({ case: 'clientInterrupt', value: { reqId: 'long' } });
    const [started, finished] = await agent.until(2);
    await listener.until(() => listener.ofType('cut').length > 0);
    assert.equal(started.method, 'lk.playback_started');
    assert.isTrue(finished.payload.interrupted);
    assert.approximately(finished.payload.playback_position as number, listener.ofType('cut')[0].mediaSeconds, 0.002);
    assert.isAbove(finished.payload.playback_position as number, 0.5);
    client.sendAudio('next', voicePcm(0.3), true);
    await agent.until(4);
    assert.deepEqual(
      agent.reports.slice(2).map(({ method, payload }) => [method, payload.interrupted]),
      [
        ['lk.playback_started', undefined],
        ['lk.playback_finished', false],
      ],
    );
  });

  it('reports a segment that was cut before its first sample once, at position 0', async () => {
    const agent = await joinAgent();
    const client = await openAsPlugin(pcm);
    client.sendAudio('waiting', voicePcm(0.02));
    client.send({ case: 'clientInterrupt', value: { reqId: 'waiting' } });
    const [report] = await agent.until(1);
    assert.deepEqual([report.method, report.payload], ['lk.playback_finished', { playback_position: 0, interrupted: true }]);
    await client.answer('waiting');
    assert.lengthOf(agent.reports, 1);
  });

  it('needs no right to set attributes: the token names the agent, and the voice is heard', async () => {
    const listener = await RoomListener.join(rooms.url, await rooms.token('visitor'));
    toClose.push(() => listener.close());
    await joinAgent();
    const client = await openAsPlugin(pcm);
    assert.deepEqual(rooms.peer(AVATAR)?.info.attributes, { 'lk.publish_on_behalf': AGENT });
    // Longer than the visitor takes to subscribe.
    client.sendAudio('speech', voicePcm(10), true);
    await listener.until(() => listener.levels.some(({ rms }) => rms > 0.05));
  });

  it('speaks on when the agent is not there, and says so in the log', async () => {
    const client = await openAsPlugin(pcm, 'agent-elsewhere');
    client.sendAudio('speech', voicePcm(0.3), true);
    await client.answer('speech');
    while (warnings.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(warnings[0].event, 'agent not reached');
    assert.equal(warnings[0].message, 'lk.playback_started: the participant is not in the room');
  });
});
