/** What every source has to do, over the five there are: with a real Motion Server, relay and engine, and a room in memory. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';

import type { AvatarError } from '../../../src/shared/contracts/errors.js';
import type { MotionFrames } from '../../../src/shared/contracts/motion-frames.js';
import { int16FromPcmBytes } from '../../../src/shared/samples/pcm.js';
import { LiveKitSource, type RoomSourceListener } from '../../../src/speech/room/livekit-source.js';
import type { Source, SourceListener } from '../../../src/speech/source.js';
import { AppSource } from '../../../src/speech/sources/app-source.js';
import type { WebSocketConstructor } from '../../../src/speech/sources/direct-connection.js';
import { EngineSource } from '../../../src/speech/sources/engine-source.js';
import { RelaySource } from '../../../src/speech/sources/relay-source.js';
import { ServerSource } from '../../../src/speech/sources/server-source.js';
import { packedMessage } from '../../helpers/forwarded-messages.js';
import { InMemoryRoom } from '../../helpers/node/in-memory-room.js';
import { type RunningServer, startMotionServer, TEST_APP_ID, voicePcm } from '../../helpers/node/motion-server.js';
import { RelayBackend } from '../../helpers/node/relay-backend.js';

const SPEECH_SECONDS = 3;
const MOTION_MESSAGES = [0, 25, 50].map((start) => packedMessage('a', start, 25, { isEnd: start === 50 }));
const MESSAGES_SECONDS = 1.5;
const policy = { connectTimeoutMs: 5000, startTimeoutMs: 3000, fallback: 'audio' } as const;

/** A socket whose messages take some time to arrive, so that some are on their way at any moment. */
class SlowSocket extends WebSocket {
  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event !== 'message') return super.emit(event, ...values);
    setTimeout(() => super.emit(event, ...values), 150);
    return true;
  }
}
const socketClass = SlowSocket as unknown as WebSocketConstructor;

class Recorder implements SourceListener, RoomSourceListener {
  readonly states: string[] = [];
  readonly errors: AvatarError[] = [];
  readonly motion: { round: number; frames: MotionFrames }[] = [];
  readonly ended = new Set<number>();
  readonly opened: number[] = [];
  readonly interrupted: number[] = [];
  /** Called with the round of each piece of motion, before it is recorded. */
  onMotion: ((round: number) => void) | null = null;

  handleState(state: string): void {
    this.states.push(state);
  }
  handleMotion(round: number, frames: MotionFrames): void {
    this.motion.push({ round, frames });
    this.onMotion?.(round);
  }
  handleMotionEnd(round: number): void {
    this.ended.add(round);
  }
  handleRoundError(_round: number, error: AvatarError | null): void {
    if (error) this.errors.push(error);
  }
  handleError(error: AvatarError): void {
    this.errors.push(error);
  }
  handleRoundOpened(round: number): void {
    this.opened.push(round);
  }
  handleInterrupted(round: number): void {
    this.interrupted.push(round);
  }
  handleSpeech(): void {}
  handleRoundHeard(): void {}
  handlePlaybackState(): void {}
  handlePlayhead(): void {}
  handleAudioBlocked(): void {}
  handleOutputLatency(): void {}
  handleVisitor(): void {}
  handleAgentState(): void {}
  handleText(): void {}
  handleVoiceAlone(): number {
    return 1;
  }
  isVoiceHeard(): boolean {
    return false;
  }
  requestToken(): Promise<string> {
    return Promise.reject(new Error("an app's room needs no token"));
  }

  coveredSeconds(round: number): number {
    const ends = this.motion
      .filter((one) => one.round === round)
      .map(({ frames }) => (frames.startFrame + frames.frameCount) / frames.frameRate);
    return Math.max(0, ...ends);
  }

  async until(isTrue: () => boolean): Promise<void> {
    for (const deadline = Date.now() + 10_000; !isTrue(); await pause(5)) {
      if (Date.now() > deadline) {
        throw new Error(`${isTrue} never held: ${JSON.stringify({ ...this, motion: this.motion.length, ended: [...this.ended] })}`);
      }
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Rig {
  readonly source: Source;
  /** Motion that comes of one `speak`, s. */
  readonly motionSeconds: number;
  /** Has something said; `round` numbers it where the source does not. */
  speak(round: number): void;
}

let server: RunningServer;
let backend: RelayBackend;

const RIGS: Record<string, (recorder: Recorder) => Rig> = {
  server: (recorder) => {
    const { ingressUrl: serverUrl, token: requestToken } = server;
    const settings = { serverUrl, requestToken, appId: TEST_APP_ID, avatarId: 'aria', sampleRateHz: 16_000, WebSocket: socketClass };
    return sending(new ServerSource({ ...settings, ...policy }, recorder));
  },
  engine: (recorder) => sending(new EngineSource(recorder)),
  app: (recorder) => {
    const source = new AppSource({ kind: 'app', sampleRateHz: 16_000, ...policy }, recorder);
    const { speak } = sending(source);
    return {
      source,
      motionSeconds: MESSAGES_SECONDS,
      speak(round) {
        speak(round);
        source.motion.receive(round, MOTION_MESSAGES);
      },
    };
  },
  relay: (recorder) => ({
    motionSeconds: SPEECH_SECONDS,
    source: new RelaySource({ url: backend.url, firstRound: 1, WebSocket: socketClass, ...policy }, recorder),
    speak: () => void backend.relay.speak(voicePcm(SPEECH_SECONDS), { sampleRateHz: 16_000 }),
  }),
  livekit: (recorder) => {
    const room = new InMemoryRoom();
    const options = { kind: 'livekit', url: '', identity: null, room, connectTimeoutMs: 1000, firstRound: 1 } as const;
    let conversation = 0;
    return {
      source: new LiveKitSource(options, recorder),
      motionSeconds: MESSAGES_SECONDS,
      speak() {
        const id = ++conversation;
        room.publish({ type: 'clock', conversation: id, mediaSeconds: 0 });
        for (const payload of MOTION_MESSAGES) room.publish({ type: 'motion', conversation: id, mediaSeconds: 0, payload });
      },
    };
  },
};

function sending(source: Source): Rig {
  return {
    source,
    motionSeconds: SPEECH_SECONDS,
    speak: (round) => source.speech!.send(round, int16FromPcmBytes(voicePcm(SPEECH_SECONDS)), true),
  };
}

describe('A source of speech and motion', () => {
  before(async () => {
    server = await startMotionServer({ limits: { drainTimeoutMs: 50 } });
    backend = await RelayBackend.start(server.url);
  });
  after(async () => {
    await backend.close();
    await server.close();
  });

  for (const [kind, makeRig] of Object.entries(RIGS)) {
    describe(kind, () => {
      let recorder: Recorder;
      let rig: Rig;

      async function open(): Promise<void> {
        recorder = new Recorder();
        rig = makeRig(recorder);
        await rig.source.open();
      }
      afterEach(() => {
        rig.source.close();
        // A relay speaks in real time: the next test would hear the rest.
        backend.relay.interrupt();
      });

      it('reports when it is connected and when it is closed, and can be opened again', async () => {
        await open();
        rig.source.close();
        await rig.source.open();
        const settled = recorder.states.filter((state) => state !== 'connecting');
        assert.deepEqual(settled, ['connected', 'disconnected', 'connected']);
        assert.equal(rig.source.discardedMessages, 0);
      });

      it('takes speech exactly where it opens no rounds itself', async () => {
        await open();
        assert.equal(rig.source.speech === null, rig.source.opensRounds);
      });

      it('brings all motion of a round in order, then its end', async () => {
        await open();
        rig.speak(1);
        await recorder.until(() => recorder.ended.has(1));
        const starts = recorder.motion.map(({ frames }) => frames.startFrame / frames.frameRate);
        assert.deepEqual(
          starts,
          [...starts].sort((one, other) => one - other),
        );
        assert.ok(Math.abs(recorder.coveredSeconds(1) - rig.motionSeconds) <= 0.1);
        assert.deepEqual(recorder.errors, []);
      });

      it('brings nothing more of an interrupted round, counts its late messages, and goes on with the next', async () => {
        await open();
        recorder.onMotion = (round) => {
          recorder.onMotion = null;
          rig.source.interrupt(round + 1);
        };
        rig.speak(1);
        await recorder.until(() => recorder.motion.length > 0);
        if (kind !== 'engine') await recorder.until(() => rig.source.discardedMessages > 0);
        await pause(300);
        assert.deepEqual(
          recorder.motion.map(({ round }) => round),
          [1],
        );
        rig.speak(2);
        await recorder.until(() => recorder.ended.has(2));
        assert.ok(!recorder.ended.has(1));
        assert.ok(recorder.coveredSeconds(2) > 1);
        if (rig.source.opensRounds) await recorder.until(() => recorder.opened.includes(2));
      });

      it('brings nothing after it was closed', async () => {
        await open();
        rig.speak(1);
        rig.source.close();
        const count = recorder.motion.length;
        await pause(400);
        assert.equal(recorder.motion.length, count);
        assert.deepEqual(recorder.errors, []);
      });
    });
  }
});
