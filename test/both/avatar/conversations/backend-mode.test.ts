import { afterEach, assert, beforeEach, describe, it } from '#test';
import type { AvatarOptions } from '../../../../src/avatar/avatar-options.js';
import { type MotionPayload, readMotionPayloads } from '../../../../src/avatar/conversations/motion-payloads.js';
import type { PcmInput } from '../../../../src/avatar/conversations/pcm-input.js';
import { checkSpeechMode } from '../../../../src/avatar/conversations/speech-checks.js';
import { AvatarError } from '../../../../src/shared/contracts/errors.js';
import type { PlaybackState } from '../../../../src/shared/contracts/playback-messages.js';
import type { WorkerSourceOptions } from '../../../../src/shared/contracts/source-options.js';
import { codeOf } from '../../../helpers/code-of.js';
import { packedMessage } from '../../../helpers/forwarded-messages.js';
import { FakeOutput, FakeSession, settled, TestSpeech } from '../speech-fakes.js';

const PCM = new Uint8Array(320).fill(1);
const MOTION = packedMessage('a', 0, 10);
const LAST = packedMessage('a', 10, 10, { isEnd: true });

describe('Backend mode', () => {
  let session: FakeSession;
  let opened: WorkerSourceOptions[];
  let told: string[];
  let failure: AvatarError | null;
  let speech: TestSpeech;

  function create(options: Partial<AvatarOptions> = {}): void {
    const own = session;
    speech = new TestSpeech(
      {
        output: new FakeOutput(),
        openSession: async (source) => {
          if (failure) throw failure;
          opened.push(source);
          return own;
        },
        openPageSession: () => assert.fail('no source of this test runs on the page'),
        prepare: () => undefined,
        speechChunks: () => {
          throw new Error('nothing is to be decoded here');
        },
      },
      { mode: 'backend', ...options },
    );
    speech.on('frames-discarded', ({ payloadCount, reason }) => told.push(`${payloadCount} ${reason}`));
    speech.on('conversation-state', ({ state }) => told.push(state));
    speech.on('error', ({ code }) => told.push(code));
  }

  const report = (state: PlaybackState['state'], round: number): void =>
    speech.handlePlaybackState({ round, state, contextSeconds: 0, mediaSeconds: 0 });
  /** Rounds that got motion, with the number of payloads. */
  const motion = (): string[] =>
    session.calls.filter((call) => call.startsWith('motion')).map((call) => `${call.split(':')[0].slice(7)} ${call.split(',').length}`);

  /** As the element does. */
  function yieldAudio(pcm: PcmInput, isEnd = false): string | null {
    if (speech.connectionState === 'disconnected') speech.start().catch(() => undefined);
    return speech.send(pcm, isEnd);
  }
  const yieldMotion = (payloads: readonly MotionPayload[] | null | undefined, id: string): boolean =>
    speech.receiveMotion(id, readMotionPayloads(payloads));

  beforeEach(() => {
    session = new FakeSession();
    opened = [];
    told = [];
    failure = null;
    create();
  });
  // What a test did not wait for would reach the session of the next.
  afterEach(async () => {
    speech.dispose();
    await settled();
  });

  it('gives the id with the first audio and takes motion for it, without start()', async () => {
    const id = yieldAudio(PCM)!;
    assert.match(id, /^\d{14}_[\w-]{12}$/);
    assert.equal(yieldAudio(PCM), id);
    assert.isFalse(yieldMotion([MOTION], id));
    await settled();
    assert.deepEqual(opened, [{ kind: 'app', sampleRateHz: 16000, connectTimeoutMs: 15_000, startTimeoutMs: 3000, fallback: 'audio' }]);
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
    const id = yieldAudio(PCM, true)!;
    assert.isFalse(yieldMotion([MOTION], id));
    assert.isTrue(yieldMotion([LAST.buffer], id));
    assert.isTrue(yieldMotion([], id));
    assert.deepEqual(told, []);
  });

  it('has no id for nothing', () => {
    assert.isNull(yieldAudio(new Uint8Array(0)));
    assert.isNull(yieldAudio(new Uint8Array(0), true));
  });

  it('discards motion of another conversation, counts it and says so', async () => {
    assert.isFalse(yieldMotion([MOTION, LAST], 'unheard-of'));
    const first = yieldAudio(PCM, true)!;
    yieldAudio(PCM);
    assert.isFalse(yieldMotion([LAST], first));
    assert.deepEqual(told, ['2 not-current', '1 not-current']);
    await settled();
    assert.deepEqual(motion(), []);
    assert.equal((await speech.stats()).discardedMessages, 3);
  });

  it('discards motion after an interruption and after the end', async () => {
    const first = yieldAudio(PCM)!;
    speech.interrupt();
    yieldMotion([LAST], first);
    const second = yieldAudio(PCM, true)!;
    assert.notEqual(second, first);
    assert.isFalse(yieldMotion([MOTION], second));
    await settled();
    assert.include(session.calls, 'interrupt 2');
    report('started', 2);
    report('ended', 2);
    assert.isFalse(yieldMotion([LAST], second));
    assert.deepEqual(told, ['1 not-current', 'playing', 'idle', '1 not-current']);
    assert.deepEqual(motion(), ['2 1']);
  });

  it('takes an empty or missing payload for audio only, and discards what comes then', async () => {
    for (const nothing of [[], undefined, null, [new Uint8Array(0)], [MOTION, new ArrayBuffer(0)]]) {
      const id = yieldAudio(PCM, true)!;
      assert.isFalse(yieldMotion(nothing, id));
      assert.isFalse(yieldMotion([LAST], id));
      assert.equal(told.pop(), '1 audio-only');
    }
    const id = yieldAudio(PCM, true)!;
    assert.isTrue(yieldMotion([LAST], id), 'the next conversation has motion again');
  });

  it('opens a new conversation with audio after the end, which interrupts the one before', async () => {
    const first = yieldAudio(PCM, true);
    const second = yieldAudio(PCM);
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
      codeOf(() => checkSpeechMode({ mode: 'backend', relayUrl: null }, false)),
      'networkLayerNotAvailable',
    );
    assert.equal(await speech.speak('hello.mp3').catch(({ code }: AvatarError) => code), 'networkLayerNotAvailable');
    checkSpeechMode({ mode: 'backend', relayUrl: null }, true);
    for (const mode of [
      { mode: 'local', relayUrl: null },
      { mode: 'direct', relayUrl: null },
      { mode: 'backend', relayUrl: '/relay' },
    ] as const) {
      assert.equal(
        codeOf(() => checkSpeechMode(mode, true)),
        'networkLayerNotAvailable',
      );
    }
  });

  it('has a relay number its rounds above those of the mode before', async () => {
    yieldAudio(PCM, true);
    await settled();
    speech.configure({ relayUrl: 'wss://relay.example/' });
    void speech.start().catch(() => undefined);
    await settled();
    assert.include(session.sources.at(-1), { kind: 'relay', firstRound: 2 });
  });

  it('refuses wrong input without losing the conversation', () => {
    const id = yieldAudio(PCM)!;
    assert.equal(
      codeOf(() => yieldMotion('motion' as never, id)),
      'invalidMotionData',
    );
    assert.equal(
      codeOf(() => yieldAudio('sound' as never)),
      'invalidAudioInput',
    );
    assert.equal(yieldAudio(PCM), id);
    assert.isTrue(yieldMotion([LAST], id));
    speech.dispose();
    create({ sampleRateHz: 11_025 });
    assert.equal(
      codeOf(() => yieldAudio(PCM)),
      'unsupportedSampleRate',
    );
  });

  it('opens another conversation after one that could not be played', async () => {
    failure = new AvatarError('playbackInitFailed', 'no worklet');
    const first = yieldAudio(PCM)!;
    await settled();
    failure = null;
    assert.isFalse(yieldMotion([LAST], first));
    assert.includeMembers(told, ['playbackInitFailed', '1 not-current']);
    const second = yieldAudio(PCM)!;
    assert.notEqual(second, first);
    assert.isTrue(yieldMotion([LAST], second));
    await settled();
    assert.deepEqual(motion(), ['2 1']);
  });

  it('is connected by start() as soon as sound and motion can be taken', async () => {
    const starting = speech.start();
    await settled();
    session.opening!.resolve();
    await starting;
    assert.equal(speech.connectionState, 'connected');
    yieldAudio(PCM);
    await settled();
    assert.deepEqual(session.calls, ['open']);
  });
});
