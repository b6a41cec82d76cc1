import { afterEach, assert, beforeEach, describe, it } from '#test';

import { AvatarController } from '../../../../src/avatar/avatar-controller.js';
import type { AvatarControllerOptions } from '../../../../src/avatar/controller-options.js';
import { AvatarError } from '../../../../src/shared/contracts/errors.js';
import type { MotionSource, RoomSource } from '../../../../src/shared/contracts/motion-source.js';
import type { PlaybackState } from '../../../../src/shared/contracts/playback-messages.js';
import { codeOf } from '../../../helpers/code-of.js';
import { packedMessage } from '../../../helpers/forwarded-messages.js';
import { FakeOutput, FakeSession, settled } from '../controller-fakes.js';

const PCM = new Uint8Array(320).fill(1);
const MOTION = packedMessage('a', 0, 10);
const LAST = packedMessage('a', 10, 10, { isEnd: true });

describe('AvatarController in backend mode', () => {
  let session: FakeSession;
  let opened: (MotionSource | RoomSource)[];
  let told: string[];
  let failure: AvatarError | null;
  let controller: AvatarController;

  function create(options: Partial<AvatarControllerOptions> = {}): void {
    const own = session;
    controller = new AvatarController(
      {
        output: new FakeOutput(),
        openSession: async (source) => {
          if (failure) throw failure;
          opened.push(source);
          return own;
        },
        speechChunks: () => {
          throw new Error('nothing is to be decoded here');
        },
      },
      { mode: 'backend', ...options },
    );
    controller.on('frames-discarded', ({ payloadCount, reason }) => told.push(`${payloadCount} ${reason}`));
    controller.on('conversation-state', ({ state }) => told.push(state));
    controller.on('error', ({ code }) => told.push(code));
  }

  const report = (state: PlaybackState['state'], round: number): void =>
    controller.handlePlaybackState({ round, state, contextSeconds: 0, mediaSeconds: 0 });
  /** Rounds that got motion, with the number of payloads. */
  const motion = (): string[] =>
    session.calls.filter((call) => call.startsWith('motion')).map((call) => `${call.split(':')[0].slice(7)} ${call.split(',').length}`);

  beforeEach(() => {
    session = new FakeSession();
    opened = [];
    told = [];
    failure = null;
    create();
  });
  // What a test did not wait for would reach the session of the next.
  afterEach(async () => {
    controller.dispose();
    await settled();
  });

  it('gives the id with the first audio and takes motion for it, without start()', async () => {
    const id = controller.yieldAudioData(PCM)!;
    assert.match(id, /^\d{14}_[\w-]{12}$/);
    assert.equal(controller.yieldAudioData(PCM), id);
    assert.isFalse(controller.yieldFramesData([MOTION], id));
    await settled();
    assert.deepEqual(opened, [{ kind: 'app', sampleRateHz: 16000, connectTimeoutMs: 15_000, fallback: 'audio' }]);
    assert.equal(session.calls[0], 'open');
    assert.deepEqual(
      session.appended.map(({ round, samples }) => [round, samples.length]),
      [
        [1, 160],
        [1, 160],
      ],
    );
    assert.deepEqual(motion(), ['1 1']);
  });

  it('says that the final motion has come, and goes on saying so', () => {
    const id = controller.yieldAudioData(PCM, true)!;
    assert.isFalse(controller.yieldFramesData([MOTION], id));
    assert.isTrue(controller.yieldFramesData([LAST.buffer], id));
    assert.isTrue(controller.yieldFramesData([], id));
    assert.deepEqual(told, []);
  });

  it('has no id for nothing', () => {
    assert.isNull(controller.yieldAudioData(new Uint8Array(0)));
    assert.isNull(controller.yieldAudioData(new Uint8Array(0), true));
  });

  it('discards motion of another conversation, counts it and says so', async () => {
    assert.isFalse(controller.yieldFramesData([MOTION, LAST], 'unheard-of'));
    const first = controller.yieldAudioData(PCM, true)!;
    controller.yieldAudioData(PCM);
    assert.isFalse(controller.yieldFramesData([LAST], first));
    assert.deepEqual(told, ['2 not-current', '1 not-current']);
    await settled();
    assert.deepEqual(motion(), []);
    assert.equal((await controller.stats()).discardedMessages, 3);
  });

  it('discards motion after an interruption and after the end', async () => {
    const first = controller.yieldAudioData(PCM)!;
    controller.interrupt();
    controller.yieldFramesData([LAST], first);
    const second = controller.yieldAudioData(PCM, true)!;
    assert.notEqual(second, first);
    assert.isFalse(controller.yieldFramesData([MOTION], second));
    await settled();
    assert.include(session.calls, 'interrupt 2');
    report('started', 2);
    report('ended', 2);
    assert.isFalse(controller.yieldFramesData([LAST], second));
    assert.deepEqual(told, ['1 not-current', 'playing', 'idle', '1 not-current']);
    assert.deepEqual(motion(), ['2 1']);
  });

  it('takes an empty or missing payload for audio only, and discards what comes then', async () => {
    for (const nothing of [[], undefined, null, [new Uint8Array(0)], [MOTION, new ArrayBuffer(0)]]) {
      const id = controller.yieldAudioData(PCM, true)!;
      assert.isFalse(controller.yieldFramesData(nothing, id));
      assert.isFalse(controller.yieldFramesData([LAST], id));
      assert.equal(told.pop(), '1 audio-only');
    }
    const id = controller.yieldAudioData(PCM, true)!;
    assert.isTrue(controller.yieldFramesData([LAST], id), 'the next conversation has motion again');
  });

  it('opens a new conversation with audio after the end, which interrupts the one before', async () => {
    const first = controller.yieldAudioData(PCM, true);
    const second = controller.yieldAudioData(PCM);
    assert.notEqual(first, second);
    await settled();
    assert.include(session.calls, 'interrupt 2');
    assert.deepEqual(
      session.appended.map(({ round, isEnd }) => [round, isEnd]),
      [
        [1, true],
        [2, false],
      ],
    );
  });

  it('refuses the calls of other modes, and other modes refuse its calls', async () => {
    assert.equal(
      codeOf(() => controller.send(PCM)),
      'networkLayerNotAvailable',
    );
    assert.equal(await controller.speak('hello.mp3').catch(({ code }: AvatarError) => code), 'networkLayerNotAvailable');
    for (const options of [{ mode: 'local' }, { mode: 'direct', appId: 'app' }, { mode: 'backend', relayUrl: '/relay' }] as const) {
      controller.dispose();
      create(options);
      assert.equal(
        codeOf(() => controller.yieldAudioData(PCM)),
        'networkLayerNotAvailable',
      );
      assert.equal(
        codeOf(() => controller.yieldFramesData([MOTION], 'id')),
        'networkLayerNotAvailable',
      );
    }
  });

  it('has a relay number its rounds above those of the mode before', async () => {
    controller.yieldAudioData(PCM, true);
    await settled();
    controller.configure({ relayUrl: 'wss://relay.example/' });
    void controller.start().catch(() => undefined);
    await settled();
    assert.include(session.sources.at(-1), { kind: 'relay', firstRound: 2 });
  });

  it('refuses wrong input without losing the conversation', () => {
    const id = controller.yieldAudioData(PCM)!;
    assert.equal(
      codeOf(() => controller.yieldFramesData('motion' as never, id)),
      'invalidMotionData',
    );
    assert.equal(
      codeOf(() => controller.yieldAudioData('sound' as never)),
      'invalidAudioInput',
    );
    assert.equal(controller.yieldAudioData(PCM), id);
    assert.isTrue(controller.yieldFramesData([LAST], id));
    controller.configure({ sampleRateHz: 11_025 });
    assert.equal(
      codeOf(() => controller.yieldAudioData(PCM)),
      'unsupportedSampleRate',
    );
  });

  it('opens another conversation after one that could not be played', async () => {
    failure = new AvatarError('playbackInitFailed', 'no worklet');
    const first = controller.yieldAudioData(PCM)!;
    await settled();
    failure = null;
    assert.isFalse(controller.yieldFramesData([LAST], first));
    assert.includeMembers(told, ['playbackInitFailed', '1 not-current']);
    const second = controller.yieldAudioData(PCM)!;
    assert.notEqual(second, first);
    assert.isTrue(controller.yieldFramesData([LAST], second));
    await settled();
    assert.deepEqual(motion(), ['2 1']);
  });

  it('is connected by start() as soon as sound and motion can be taken', async () => {
    const starting = controller.start();
    await settled();
    session.opening!.resolve();
    await starting;
    assert.equal(controller.connectionState, 'connected');
    controller.yieldAudioData(PCM);
    await settled();
    assert.deepEqual(session.calls, ['open']);
  });
});
