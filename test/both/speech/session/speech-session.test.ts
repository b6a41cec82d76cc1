import { afterEach, assert, beforeEach, describe, it } from '#test';

import { CHANNEL_COUNT, CHANNEL_INDEX } from '../../../../src/shared/contracts/channels.js';
import type { MotionFrames } from '../../../../src/shared/contracts/motion-frames.js';
import type { MotionFeed, PlaybackFeed } from '../../../../src/shared/contracts/playback-messages.js';
import type { WorkerSourceOptions } from '../../../../src/shared/contracts/source-options.js';
import type { FrameStarvation } from '../../../../src/shared/contracts/speech-session.js';
import { LiveSpeechSession } from '../../../../src/speech/session/speech-session.js';

const voice = (seconds: number, rate = 16000): Float32Array =>
  Float32Array.from({ length: Math.round(seconds * rate) }, (_, index) => 0.3 * Math.sin((2 * Math.PI * 140 * index) / rate));

const jawsOf = ({ frameCount, values }: MotionFrames): number[] =>
  Array.from({ length: frameCount }, (_, i) => values[i * CHANNEL_COUNT + CHANNEL_INDEX.jawOpen]);

describe('LiveSpeechSession', () => {
  let playback: PlaybackFeed[];
  let motion: MotionFeed[];
  let told: string[];
  let session: LiveSpeechSession;
  let ports: MessagePort[];

  function open(source: WorkerSourceOptions = { kind: 'engine' }, starvation: FrameStarvation = 'audio-independent'): void {
    const toWorklet = new MessageChannel();
    const toStage = new MessageChannel();
    ports = [toWorklet.port2, toStage.port2];
    // Firefox brings what was sent before a port was closed, to the next test then.
    const [ownPlayback, ownMotion] = [playback, motion];
    toWorklet.port2.onmessage = ({ data }) => ownPlayback.push(data as PlaybackFeed);
    toStage.port2.onmessage = ({ data }) => ownMotion.push(data as MotionFeed);
    session = new LiveSpeechSession(
      {
        source,
        frameStarvation: starvation,
        contextRateHz: 48000,
        playbackPort: toWorklet.port1,
        stagePort: toStage.port1,
      },
      {
        handleConnectionState: (state) => told.push(state),
        handleError: ({ code }) => told.push(code),
        handleRoundOpened: (round) => told.push(`${round} opened`),
        handleRoundMotion: (round, kind) => told.push(`${round} ${kind}`),
        requestToken: async () => 'token',
      },
    );
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  /** Resolves once messages have come and no more are coming. */
  const arrived = async (): Promise<void> => {
    let count = -1;
    for (let isQuiet = 0; isQuiet < 2; isQuiet = playback.length + motion.length === count && count > 0 ? isQuiet + 1 : 0) {
      count = playback.length + motion.length;
      await pause(30);
    }
  };
  const soundSeconds = (round: number): number =>
    playback.reduce((sum, item) => (item.type === 'append' && item.round === round ? sum + item.samples.length / 48000 : sum), 0);
  const releases = (round: number): number[] =>
    playback.flatMap((item) => (item.type === 'release' && item.round === round ? [item.untilSeconds] : []));

  beforeEach(() => {
    playback = [];
    motion = [];
    told = [];
  });
  afterEach(() => {
    session.dispose();
    for (const port of ports) port.close();
  });

  it('sends sound at the rate of the context, motion and the end of both', async () => {
    open();
    session.append(1, voice(0.5, 22050), 22050, false);
    session.append(1, voice(0.5, 22050), 22050, true);
    await arrived();
    assert.closeTo(soundSeconds(1), 1, 0.0005);
    assert.deepInclude(playback, { type: 'finish', round: 1 });
    assert.deepInclude(motion, { type: 'finish', round: 1 });
    assert.deepEqual(releases(1), [Infinity]);
    assert.deepEqual(told, ['1 local']);
  });

  it('tells the worklet of the audio before its release', async () => {
    open();
    session.append(1, voice(0.5), 16000, true);
    await arrived();
    const order = playback.map(({ type }) => type);
    assert.isBelow(order.indexOf('append'), order.indexOf('release'));
  });

  it('releases sound as far as there is motion in strict sync, and all of it in the end', async () => {
    open({ kind: 'engine' }, 'strict-sync');
    session.append(1, voice(1), 16000, false);
    await arrived();
    session.append(1, voice(1), 16000, false);
    await arrived();
    session.append(1, voice(0.1), 16000, true);
    for (let left = 200; left > 0 && releases(1).at(-1) !== Infinity; left--) await pause(30);
    const all = releases(1);
    assert.isAbove(all[0], 0.12);
    assert.isAtMost(all[0], 1);
    assert.isAbove(all.length, 2);
    assert.deepEqual(
      [...all].sort((one, other) => one - other),
      all,
    );
    assert.equal(all.at(-1), Infinity);
  });

  it('frees the sound when strict sync is switched off', async () => {
    open({ kind: 'engine' }, 'strict-sync');
    session.append(1, voice(1), 16000, false);
    session.setFrameStarvation('audio-independent');
    await arrived();
    assert.equal(releases(1).at(-1), Infinity);
  });

  it('plays a round of 30 ms', async () => {
    open();
    session.append(1, voice(0.03), 16000, true);
    await arrived();
    assert.closeTo(soundSeconds(1), 0.03, 0.0005);
    assert.deepEqual(releases(1), [Infinity]);
  });

  it('keeps the time when the rate changes within a round', async () => {
    open();
    session.append(1, voice(0.5, 16000), 16000, false);
    session.append(1, voice(0.5, 44100), 44100, true);
    await arrived();
    assert.closeTo(soundSeconds(1), 1, 0.001);
  });

  it('drops what comes late for an older round', async () => {
    open();
    session.append(2, voice(0.2), 16000, true);
    session.append(1, voice(0.2), 16000, true);
    session.interrupt(2);
    await arrived();
    assert.equal(soundSeconds(1), 0);
    assert.isFalse(playback.some(({ type }) => type === 'flush'));
    session.interrupt(3);
    session.append(2, voice(0.2), 16000, true);
    await arrived();
    assert.closeTo(soundSeconds(2), 0.2, 0.001);
    assert.deepInclude(playback, { type: 'flush', beforeRound: 3 });
    assert.deepInclude(motion, { type: 'flush', beforeRound: 3 });
  });

  it('drops what comes after the end of a round', async () => {
    open();
    session.append(1, voice(0.2), 16000, true);
    session.append(1, voice(0.2), 16000, true);
    await arrived();
    assert.closeTo(soundSeconds(1), 0.2, 0.001);
  });

  it('takes another source', async () => {
    open({
      kind: 'server',
      serverUrl: 'ws://127.0.0.1:1/v2/driveningress',
      appId: 'app',
      avatarId: 'aria',
      sampleRateHz: 16000,
      connectTimeoutMs: 60_000,
      startTimeoutMs: 3000,
      fallback: 'audio',
    });
    session.append(1, voice(0.3), 16000, true);
    await arrived();
    assert.deepEqual(releases(1), []);
    session.setSource({ kind: 'engine' });
    session.append(2, voice(0.3), 16000, true);
    await arrived();
    assert.deepEqual(releases(2), [Infinity]);
    assert.deepEqual(told, ['2 local']);
  });

  it('works off long speech in slices that let other messages through', async () => {
    open();
    session.append(1, voice(30), 16000, true);
    await pause(1);
    session.append(2, voice(0.3), 16000, true);
    await arrived();
    assert.deepInclude(motion, { type: 'finish', round: 2 });
    assert.isFalse(motion.some((item) => item.type === 'finish' && item.round === 1));
  });

  it('gives a round the expression it was begun with, and only that', async () => {
    const widest = (round: number): number =>
      Math.max(...motion.flatMap((item) => (item.type === 'frames' && item.round === round ? jawsOf(item.frames) : [])));
    const frameCount = (round: number): number =>
      motion.reduce((sum, item) => (item.type === 'frames' && item.round === round ? sum + item.frames.frameCount : sum), 0);
    open();
    await session.begin(1, { style: 'calm', intensity: 0.5 });
    session.append(1, voice(0.5), 16000, false);
    session.append(1, voice(0.5), 16000, true);
    await arrived();
    session.append(2, voice(1), 16000, true);
    await arrived();
    assert.isAbove(widest(2), 0.1);
    assert.isBelow(widest(1), 0.5 * widest(2));
    assert.equal(frameCount(1), 50);
    assert.equal(frameCount(2), 50);
    assert.equal(releases(1).at(-1), Infinity);
  });

  describe('with exact times', () => {
    const nobody: WorkerSourceOptions = {
      kind: 'server',
      serverUrl: 'ws://127.0.0.1:1/v2/driveningress',
      appId: 'app',
      avatarId: 'aria',
      sampleRateHz: 24000,
      connectTimeoutMs: 60_000,
      startTimeoutMs: 3000,
      fallback: 'audio',
    };
    const visemes = [
      { viseme: 'aa', startSeconds: 0.2 },
      { viseme: 'PP', startSeconds: 0.4 },
      { viseme: 'sil', startSeconds: 0.5 },
    ];
    const frames = (round: number): MotionFrames[] =>
      motion.flatMap((item) => (item.type === 'frames' && item.round === round ? [item.frames] : []));

    for (const source of [{ kind: 'engine' }, nobody] as WorkerSourceOptions[]) {
      it(`moves the mouth by them in ${source.kind} mode, without waiting for anybody`, async () => {
        open(source);
        await session.begin(1, { visemes });
        session.append(1, voice(0.5), 16000, false);
        session.append(1, voice(0.5), 16000, true);
        await arrived();
        const jaws = frames(1).flatMap(jawsOf);
        assert.lengthOf(jaws, 50);
        assert.isAbove(jaws[15], 0.4);
        assert.equal(jaws[45], 0);
        assert.deepEqual(releases(1), [Infinity]);
        assert.deepEqual(told, ['1 local']);
        assert.deepInclude(motion, { type: 'finish', round: 1 });
      });
    }

    it('goes on by ear with the next round', async () => {
      open();
      await session.begin(1, { visemes });
      session.append(1, voice(0.5), 16000, true);
      session.append(2, voice(1), 16000, true);
      await arrived();
      assert.isAbove(frames(2).flatMap(jawsOf)[45], 0.05);
    });

    it('says so when they reach far beyond the sound, and plays it', async () => {
      open();
      await session.begin(1, {
        visemes: [
          { viseme: 'aa', startSeconds: 200 },
          { viseme: 'PP', startSeconds: 400 },
        ],
      });
      session.append(1, voice(0.5), 16000, true);
      await arrived();
      assert.sameMembers(told, ['1 local', 'invalidTimings']);
      assert.closeTo(soundSeconds(1), 0.5, 0.001);
    });

    it('refuses those that cannot be understood before anything is heard', async () => {
      open();
      const reason = await session.begin(1, { phonemes: [{ phoneme: 'a', startSeconds: NaN }] }).then(
        () => null,
        (error: { code: string }) => error,
      );
      assert.propertyVal(reason, 'code', 'invalidTimings');
      await pause(20);
      assert.lengthOf(playback, 0);
    });
  });

  it('keeps an expression for the rounds after, unless they say otherwise', async () => {
    const widest = (round: number): number =>
      Math.max(...motion.flatMap((item) => (item.type === 'frames' && item.round === round ? jawsOf(item.frames) : [])));
    open();
    session.setExpression({ style: 'natural', intensity: 0.5 });
    for (const round of [1, 2, 3]) {
      if (round === 2) await session.begin(round, { intensity: 1 });
      if (round === 3) await session.begin(round, { style: 'natural' });
      session.append(round, voice(1), 16000, true);
      await arrived();
    }
    assert.approximately(widest(1), 0.5 * widest(2), 0.02);
    assert.approximately(widest(3), widest(1), 0.02);
  });

  it('does not begin a round in a manner that cannot be', async () => {
    open();
    const reason = await session.begin(1, { intensity: -1 }).then(
      () => null,
      (error: { code: string }) => error,
    );
    assert.propertyVal(reason, 'code', 'invalidConfiguration');
    await pause(20);
    assert.lengthOf(playback, 0);
  });

  it('sends nothing after dispose()', async () => {
    open();
    session.append(1, voice(10), 16000, false);
    session.dispose();
    await pause(50);
    const count = motion.length;
    session.append(1, voice(1), 16000, true);
    await pause(50);
    assert.lengthOf(motion, count);
    const error = await session.open().then(
      () => null,
      (reason: { code: string }) => reason,
    );
    assert.propertyVal(error, 'code', 'aborted');
  });
});
