import { afterEach, assert, beforeEach, describe, it } from '#test';

import type { AvatarOptions } from '../../../src/avatar/avatar-options.js';
import type { SpeechChunk } from '../../../src/avatar/speech-parts.js';
import { AvatarError } from '../../../src/shared/contracts/errors.js';
import type { PlaybackState } from '../../../src/shared/contracts/playback-messages.js';
import type { SessionListener } from '../../../src/shared/contracts/session.js';
import type { SourceOptions } from '../../../src/shared/contracts/source-options.js';
import { FakeOutput, FakeSession, settled, TestSpeech } from './speech-fakes.js';

describe('AvatarSpeech', () => {
  let session: FakeSession;
  let output: FakeOutput;
  let listener: SessionListener;
  let opened: SourceOptions[];
  let failure: Error | null;
  /** What making a session waits for. */
  let beforeSession: Promise<void> | null;
  let told: string[];
  let speech: TestSpeech;
  const created: TestSpeech[] = [];

  function create(options: Partial<AvatarOptions> = {}): TestSpeech {
    const made = new TestSpeech(
      {
        output,
        openSession: async (source, _starvation, its) => {
          if (failure) throw failure;
          opened.push(source);
          listener = its;
          const made = session;
          await beforeSession;
          return made;
        },
        openPageSession: async (source) => {
          opened.push(source);
          const made = session;
          await beforeSession;
          return made;
        },
        prepare: () => undefined,
        speechChunks: (source) => source as AsyncIterable<SpeechChunk>,
      },
      { mode: 'direct', appId: 'app', ...options },
    );
    made.on('connection-state', ({ state, reason }) => told.push(`${state} ${reason}`));
    made.on('conversation-state', ({ state, reason }) => told.push(`${state} ${reason}`));
    made.on('error', ({ code }) => told.push(code));
    created.push(made);
    return made;
  }

  const report = (state: PlaybackState['state'], round: number): void =>
    speech.handlePlaybackState({ round, state, contextSeconds: 0, mediaSeconds: 0 });

  async function started(options: Partial<AvatarOptions> = {}): Promise<void> {
    speech = create(options);
    const starting = speech.start();
    await settled();
    listener.handleConnectionState('connected', null);
    session.opening!.resolve();
    await starting;
    told.length = 0;
  }

  beforeEach(() => {
    session = new FakeSession();
    output = new FakeOutput();
    opened = [];
    failure = null;
    beforeSession = null;
    told = [];
  });

  afterEach(() => {
    for (const made of created.splice(0)) made.dispose();
  });

  describe('start() and close()', () => {
    it('is connected when the transport is', async () => {
      speech = create();
      assert.equal(speech.connectionState, 'disconnected');
      const starting = speech.start();
      assert.equal(speech.connectionState, 'connecting');
      await settled();
      session.opening!.resolve();
      await starting;
      assert.equal(speech.connectionState, 'connected');
      assert.deepEqual(told, ['connecting userAction', 'connected userAction']);
    });

    it('gives the same promise while connecting', async () => {
      speech = create();
      const first = speech.start();
      assert.strictEqual(speech.start(), first);
      await settled();
      session.opening!.resolve();
      await first;
      await speech.start();
      assert.deepEqual(session.calls, ['open']);
    });

    it('tells a failure once, whichever way it is heard first', async () => {
      for (const isReportFirst of [true, false]) {
        told = [];
        speech = create();
        const starting = speech.start().then(
          () => null,
          (error: AvatarError) => error,
        );
        await settled();
        const error = new AvatarError('connectTimeout', 'nobody there');
        if (isReportFirst) listener.handleConnectionState('failed', error);
        session.opening!.reject(error);
        assert.strictEqual(await starting, error);
        if (!isReportFirst) listener.handleConnectionState('failed', error);
        assert.deepEqual(told, ['connecting userAction', 'failed fallbackMode', 'connectTimeout']);
      }
    });

    it('tells an error of an attempt once, also when it is why there is no connection; again at the next start', async () => {
      speech = create();
      for (let attempt = 0; attempt < 2; attempt++) {
        told = [];
        const starting = speech.start().then(
          () => null,
          (error: AvatarError) => error,
        );
        await settled();
        const error = new AvatarError('tokenRequestFailed', 'The token endpoint answered 404.');
        listener.handleError(error);
        listener.handleConnectionState('failed', error);
        session.opening!.reject(error);
        assert.strictEqual(await starting, error);
        assert.equal(told.filter((one) => one === 'tokenRequestFailed').length, 1);
        assert.isTrue(told.some((one) => one.startsWith('failed ')));
      }
    });

    it('rejects a start that close() comes before, and can start again at once', async () => {
      speech = create();
      const first = speech.start().then(
        () => null,
        (error: AvatarError) => error.code,
      );
      await settled();
      speech.close();
      const second = speech.start();
      assert.equal(await first, 'aborted');
      assert.equal(speech.connectionState, 'connecting');
      await settled();
      session.opening!.resolve();
      await second;
      assert.equal(speech.connectionState, 'connected');
    });

    it('fails when there can be no session, and tries again the next time', async () => {
      failure = new AvatarError('workerFailed', 'no worker');
      speech = create();
      const error = await speech.start().then(
        () => null,
        (reason: AvatarError) => reason,
      );
      assert.propertyVal(error, 'code', 'workerFailed');
      assert.equal(speech.connectionState, 'failed');
      failure = null;
      const starting = speech.start();
      await settled();
      session.opening!.resolve();
      await starting;
    });

    it('says what is missing in its options', async () => {
      speech = create({ appId: '' });
      const error = await speech.start().then(
        () => null,
        (reason: AvatarError) => reason,
      );
      assert.propertyVal(error, 'code', 'invalidConfiguration');
    });

    it('shows a lost connection that is being taken up again', async () => {
      await started();
      listener.handleConnectionState('connecting', new AvatarError('websocketClosedAbnormally', 'lost'));
      listener.handleConnectionState('connected', null);
      assert.deepEqual(told, ['connecting networkError', 'websocketClosedAbnormally', 'connected userAction']);
    });

    it('uses changed options from the next start on', async () => {
      await started();
      speech.configure({ serverUrl: 'wss://other.example', sampleRateHz: 16000 });
      assert.equal(speech.connectionState, 'disconnected');
      const starting = speech.start();
      await settled();
      session.opening!.resolve();
      await starting;
      assert.propertyVal(session.sources[0], 'serverUrl', 'wss://other.example/v2/driveningress');
      speech.configure({ serverUrl: 'wss://other.example' });
      assert.equal(speech.connectionState, 'connected');
    });
  });

  describe('raw speech', () => {
    it('keeps one conversation until its end and then begins another', async () => {
      await started();
      const first = speech.send(new Uint8Array([1, 0]));
      assert.match(first!, /^\d{14}_[\w-]{12}$/);
      assert.equal(speech.send(new Uint8Array([2, 0]), true), first);
      const second = speech.send(new Int16Array([3]).buffer);
      assert.notEqual(second, first);
      await settled();
      assert.deepEqual(session.appended, [
        { round: 1, samples: [1], rate: 16000, isEnd: false },
        { round: 1, samples: [2], rate: 16000, isEnd: true },
        { round: 2, samples: [3], rate: 16000, isEnd: false },
      ]);
      assert.deepEqual(output.calls, ['flush 2']);
      assert.include(session.calls, 'interrupt 2');
    });

    it('closes a conversation with an empty chunk, and begins none with one', async () => {
      await started();
      assert.isNull(speech.send(new Uint8Array(0), true));
      const id = speech.send(new Uint8Array([1, 0]));
      assert.equal(speech.send(new Uint8Array(0), true), id);
      await settled();
      assert.deepEqual(
        session.appended.map(({ isEnd }) => isEnd),
        [false, true],
      );
    });

    it('joins odd chunks and reports an odd total', async () => {
      await started();
      speech.send(new Uint8Array([1]));
      speech.send(new Uint8Array([0, 2]));
      speech.send(new Uint8Array([0, 9]), true);
      await settled();
      assert.deepEqual(
        session.appended.flatMap(({ samples }) => samples),
        [1, 2],
      );
      assert.deepEqual(told, ['invalidAudioInput']);
    });

    it('refuses a WAV header and an unknown rate', async () => {
      await started();
      const wav = new TextEncoder().encode('RIFF0000WAVEfmt ');
      assert.throws(() => speech.send(wav), AvatarError, /WAV/);
      assert.isNull(speech.newestConversationId);
      assert.throws(() => create({ mode: 'local', sampleRateHz: 11025 }).send(new Uint8Array(2)), AvatarError, /unsupported sample rate/);
    });

    it('listens to a live source without a start, quietly unless it is asked to play it', async () => {
      speech = create();
      const outcomes: string[] = [];
      const note = ({ code }: AvatarError): void => void outcomes.push(code);
      speech.listen('a microphone').catch(note);
      await settled();
      speech.listen('a call', { sound: 'delayed' }).catch(note);
      await settled();
      assert.deepEqual(
        session.calls.filter((call) => call.startsWith('listen')),
        ['listen 2', 'listen 4'],
      );
      assert.deepEqual(
        output.calls.filter((call) => call.startsWith('listen')),
        ['listen 2 to a microphone', 'listen 4 to a call aloud'],
      );
      assert.deepEqual(outcomes, ['aborted']);
      speech.close();
      await settled();
      assert.deepEqual(outcomes, ['aborted', 'aborted']);
      const stop = AbortSignal.abort();
      assert.equal(await speech.listen('a microphone', { signal: stop }).catch(({ code }: AvatarError) => code), 'aborted');
    });

    it('goes on with a live source after an interruption, until it is stopped or other speech takes its place', async () => {
      speech = create({ mode: 'local' });
      const stop = new AbortController();
      const outcomes: string[] = [];
      const note = ({ code }: AvatarError): void => void outcomes.push(code);
      speech.listen('a call', { signal: stop.signal }).catch(note);
      await settled();
      for (const round of [3, 4]) {
        speech.interrupt();
        await settled();
        assert.equal(output.calls.at(-1), `listen ${round} to a call`);
      }
      assert.lengthOf(
        output.calls.filter((call) => call === 'connect a call'),
        1,
      );
      assert.isFalse(output.live!.signal.aborted);
      stop.abort();
      await settled();
      assert.deepEqual(outcomes, ['aborted']);
      assert.isTrue(output.live!.signal.aborted);
      speech.listen('another call').catch(note);
      await settled();
      speech.interrupt();
      speech.send(new Uint8Array([1, 0]));
      await settled();
      assert.deepEqual(outcomes, ['aborted', 'aborted']);
      assert.isTrue(output.live!.signal.aborted);
    });

    it('is playing while a live source speaks and idle in its silences, each utterance a conversation of its own', async () => {
      speech = create({ mode: 'local' });
      const changes: [string, string, number][] = [];
      speech.on('conversation-state', ({ state, conversationId }) => changes.push([state, conversationId, speech.audibleSeconds]));
      speech.listen('a call').catch(() => undefined);
      await settled();
      const report = (state: PlaybackState['state'], mediaSeconds: number): void =>
        speech.handlePlaybackState({ round: 2, state, mediaSeconds, contextSeconds: 0 });
      report('started', 0);
      assert.equal(speech.conversationState, 'idle');
      report('voiced', 0.5);
      report('silent', 1.4);
      report('voiced', 1.25);
      assert.equal(speech.conversationState, 'playing');
      const [first, silence, second] = changes;
      assert.deepEqual(
        changes.map(([state, , seconds]) => [state, seconds]),
        [
          ['playing', 1],
          ['idle', 0],
          ['playing', 0.25],
        ],
      );
      assert.equal(silence[1], first[1]);
      assert.notEqual(second[1], first[1]);
      assert.equal(speech.heardConversationId, second[1]);
    });

    it('reports a live source that brings nothing, once for each reason that is known', async () => {
      speech = create({ mode: 'local' });
      const errors: string[] = [];
      speech.on('error', ({ code, message }) => errors.push(`${code} ${message}`));
      speech.listen('a call').catch(() => undefined);
      await settled();
      const { handleSilence } = output.live!;
      handleSilence(true, null);
      assert.isString(speech.liveSilence);
      handleSilence(true, 'It is muted.');
      handleSilence(true, 'It is muted.');
      assert.equal(speech.liveSilence, 'It is muted.');
      handleSilence(false, null);
      assert.isNull(speech.liveSilence);
      assert.deepEqual(errors, ['noAudio It is muted.']);
    });

    it('needs no start in local mode', async () => {
      speech = create({ mode: 'local' });
      assert.isString(speech.send(new Uint8Array([1, 0]), true));
      await settled();
      assert.deepEqual(opened, [{ kind: 'engine' }]);
      assert.lengthOf(session.appended, 1);
    });

    it('reports a session that cannot be had', async () => {
      failure = new AvatarError('playbackInitFailed', 'no sound');
      speech = create({ mode: 'local' });
      speech.send(new Uint8Array([1, 0]));
      await settled();
      assert.deepEqual(told, ['playbackInitFailed']);
    });
  });

  describe('the conversation', () => {
    it('is playing while the worklet says so', async () => {
      await started();
      const id = speech.send(new Uint8Array([1, 0]), true);
      assert.equal(speech.conversationState, 'idle');
      report('started', 1);
      assert.equal(speech.conversationState, 'playing');
      assert.equal(speech.audibleSeconds, 1.5);
      assert.equal(speech.newestConversationId, id);
      report('ended', 1);
      assert.deepEqual(told, ['playing userAction', 'idle playbackEnd']);
      assert.equal(speech.audibleSeconds, 0);
    });

    it('is idle at once after interrupt(), and what the worklet says of it later is history', async () => {
      await started();
      speech.send(new Uint8Array([1, 0]));
      report('started', 1);
      speech.interrupt();
      assert.deepEqual(told, ['playing userAction', 'idle userAction']);
      report('flushed', 1);
      speech.interrupt();
      await settled();
      assert.deepEqual(told, ['playing userAction', 'idle userAction']);
      assert.deepEqual(output.calls, ['flush 2']);
      const next = speech.send(new Uint8Array([1, 0]));
      assert.equal(speech.newestConversationId, next);
    });

    it('pauses and resumes; an interrupt while paused starts clean', async () => {
      await started();
      speech.pause();
      assert.deepEqual(output.calls, []);
      speech.send(new Uint8Array([1, 0]));
      report('started', 1);
      speech.pause();
      speech.pause();
      report('paused', 1);
      assert.equal(speech.conversationState, 'paused');
      speech.interrupt();
      assert.deepEqual(output.calls, ['pause', 'flush 2', 'resume']);
      assert.equal(speech.conversationState, 'idle');
    });

    it('reports stalls', async () => {
      await started();
      const stalls: boolean[] = [];
      speech.on('playback-stall', ({ isStalled }) => stalls.push(isStalled));
      speech.send(new Uint8Array([1, 0]));
      report('started', 1);
      report('stalled', 1);
      report('recovered', 1);
      assert.deepEqual(stalls, [true, false]);
      assert.equal(speech.conversationState, 'playing');
    });
  });

  describe('speak()', () => {
    async function* chunks(...parts: number[][]): AsyncIterable<SpeechChunk> {
      for (const part of parts) yield { samples: new Float32Array(part), sampleRateHz: 44100 };
    }

    it('starts by itself, closes the conversation and resolves when it was heard', async () => {
      speech = create();
      let isHeard = false;
      const speaking = speech.speak(chunks([0.5], [], [0.25])).then(() => (isHeard = true));
      await settled();
      assert.include(session.calls, 'open');
      assert.deepEqual(
        session.appended.map(({ samples, rate, isEnd }) => [samples, rate, isEnd]),
        [
          [[0.5], 44100, false],
          [[0.25], 44100, false],
          [[], 44100, true],
        ],
      );
      report('started', 1);
      await settled();
      assert.isFalse(isHeard);
      report('ended', 1);
      await speaking;
    });

    it('reads a source at most 30 s ahead of what is heard', async () => {
      await started();
      const second = new Float32Array(8000);
      async function* minutes(): AsyncIterable<SpeechChunk> {
        for (let count = 0; count < 600; count++) yield { samples: second, sampleRateHz: 8000 };
      }
      const speaking = speech.speak(minutes()).catch((error: AvatarError) => error.code);
      await settled();
      assert.lengthOf(session.appended, 31);
      report('started', 1);
      output.media = 12;
      for (const end = performance.now() + 2000; session.appended.length < 43 && performance.now() < end; ) await settled();
      assert.lengthOf(session.appended, 43);
      speech.interrupt();
      assert.equal(await speaking, 'aborted');
    });

    const codeOf = (work: Promise<void>): Promise<string> =>
      work.then(
        () => 'resolved',
        (error: AvatarError) => error.code,
      );

    it('rejects with aborted when something else is said, or nothing', async () => {
      await started();
      const first = codeOf(speech.speak(chunks([0.5])));
      await settled();
      const second = codeOf(speech.speak(chunks([0.5])));
      assert.equal(await first, 'aborted');
      await settled();
      speech.interrupt();
      assert.equal(await second, 'aborted');
    });

    it('ends with its signal', async () => {
      await started();
      const abortion = new AbortController();
      const speaking = codeOf(speech.speak(chunks([0.5]), { signal: abortion.signal }));
      await settled();
      abortion.abort();
      assert.equal(await speaking, 'aborted');
      assert.include(output.calls, 'flush 2');
      assert.equal(await codeOf(speech.speak(chunks([0.5]), { signal: abortion.signal })), 'aborted');
    });

    it('rejects when there is no audio in it, or decoding fails', async () => {
      await started();
      assert.equal(await codeOf(speech.speak(chunks([]))), 'noAudio');
      const broken = {
        async *[Symbol.asyncIterator]() {
          yield { samples: new Float32Array(1), sampleRateHz: 16000 };
          throw new AvatarError('invalidAudioInput', 'not audio');
        },
      };
      assert.equal(await codeOf(speech.speak(broken)), 'invalidAudioInput');
      assert.isNull(session.appended.find(({ isEnd }) => isEnd) ?? null);
    });

    it('says in which manner before the first audio, and nothing of it where there is none', async () => {
      await started();
      void codeOf(speech.speak(chunks([0.5]), { sampleRateHz: 8000 }));
      await settled();
      void codeOf(speech.speak(chunks([0.5]), { style: 'calm', intensity: 0.5 }));
      await settled();
      assert.deepEqual(
        session.calls.filter((call) => call.startsWith('begin')),
        ['begin 2 {"style":"calm","intensity":0.5} after 2'],
      );
      assert.equal(session.appended.at(-1)!.round, 2);
    });

    it('tells the session of the expression that options ask for, at once and when they change', async () => {
      speech = create({ mode: 'local', style: 'calm', intensity: 0.5 });
      speech.send(new Int16Array(10), false);
      await settled();
      speech.configure({ intensity: 0.7 });
      speech.configure({ intensity: 0.7 });
      await settled();
      assert.deepEqual(session.expressions, [
        { style: 'calm', intensity: 0.5 },
        { style: 'calm', intensity: 0.7 },
      ]);
      assert.notInclude(session.calls, 'setSource');
    });

    it('rejects for a manner that cannot be, without a sound', async () => {
      await started();
      assert.equal(await codeOf(speech.speak(chunks([0.5]), { intensity: NaN })), 'invalidConfiguration');
      assert.lengthOf(session.appended, 0);
    });

    it('rejects when there is no way to the loudspeaker', async () => {
      speech = create({ mode: 'local' });
      failure = new AvatarError('playbackInitFailed', 'no worklet');
      assert.equal(await codeOf(speech.speak(chunks([0.5]))), 'playbackInitFailed');
      assert.include(told, 'playbackInitFailed');
      failure = null;
      void codeOf(speech.speak(chunks([0.5])));
      await settled();
      assert.lengthOf(session.appended, 2);
    });

    it('rejects when the worker dies, and speaks again with another', async () => {
      await started();
      const speaking = codeOf(speech.speak(chunks([0.5])));
      await settled();
      listener.handleError(new AvatarError('workerFailed', 'died'));
      assert.equal(await speaking, 'workerFailed');
      assert.equal(speech.connectionState, 'failed');
      void codeOf(speech.speak(chunks([0.5])));
      await settled();
      assert.lengthOf(opened, 2);
    });
  });

  it('passes a change of frame starvation on', async () => {
    await started();
    speech.configure({ frameStarvation: 'strict-sync' });
    await settled();
    assert.include(session.calls, 'strict-sync');
  });

  it('asks nothing of a session that does not exist to tell its figures', async () => {
    speech = create();
    assert.propertyVal(await speech.stats(), 'motionBytes', 0);
    assert.lengthOf(opened, 0);
    await started();
    assert.propertyVal(await speech.stats(), 'motionBytes', 7);
  });

  it('lets go of a room that was still being made when it was disposed', async () => {
    await started({ mode: 'local' });
    const room = new FakeSession();
    let enter!: () => void;
    const entered = new Promise<void>((resolve) => (enter = resolve));
    const inWorker = session;
    session = room;
    beforeSession = entered;
    speech.configure({ mode: 'livekit', livekitUrl: 'ws://localhost', token: { sessionToken: 'token' } });
    speech.start().catch(() => undefined);
    await settled();
    speech.dispose();
    assert.equal(inWorker.calls.at(-1), 'dispose');
    enter();
    await settled();
    assert.deepEqual(
      opened.map(({ kind }) => kind),
      ['engine', 'livekit'],
    );
    assert.equal(room.calls.at(-1), 'dispose');
  });

  it('refuses live speech in a room, and keeps the motion worker up to date meanwhile', async () => {
    await started({ mode: 'local' });
    const inWorker = session;
    session = new FakeSession();
    speech.configure({ mode: 'livekit', livekitUrl: 'ws://localhost', token: { sessionToken: 'token' } });
    speech.start().catch(() => undefined);
    await settled();
    const code = await speech.listen({}).catch((error: AvatarError) => error.code);
    assert.equal(code, 'networkLayerNotAvailable');
    speech.configure({ frameStarvation: 'strict-sync' });
    await settled();
    assert.include(inWorker.calls, 'strict-sync');
    assert.notInclude(session.calls, 'strict-sync');
  });

  it('is quiet after dispose()', async () => {
    await started();
    speech.dispose();
    await settled();
    assert.include(session.calls, 'dispose');
    told.length = 0;
    listener.handleConnectionState('failed', new AvatarError('serverError', 'x'));
    report('started', 1);
    assert.deepEqual(told, []);
    assert.equal(await speech.start().catch(({ code }: AvatarError) => code), 'aborted');
  });
});
