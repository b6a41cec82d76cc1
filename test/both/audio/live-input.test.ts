import { assert } from 'chai';
import { describe, it } from '#test';
import { LevelGate } from '../../../src/audio/level-gate.js';
import { LiveInput } from '../../../src/audio/live-input.js';
import { PlaybackQueue } from '../../../src/audio/playback-queue.js';
import type { HeardSpeech, PlaybackState } from '../../../src/shared/contracts/playback-messages.js';

const RATE = 48_000;
const QUANTUM = 128;
const DELAY = 0.1 * RATE;
/** Ends an utterance here, s. */
const SILENCE = 0.1;

/** A worklet's inside without the audio thread: one live round, played quantum by quantum. */
class LiveBench {
  readonly heard: HeardSpeech[] = [];
  readonly states: string[] = [];
  readonly played: number[] = [];
  readonly queue: PlaybackQueue;
  live: LiveInput | null;
  /** As changes of the utterance are reported. */
  readonly level = new LevelGate(RATE, SILENCE);
  private frame = 0;

  constructor(isAudible = true) {
    this.queue = new PlaybackQueue(RATE, {
      handleState: ({ state }: PlaybackState) => this.states.push(state),
      handlePlayhead: () => undefined,
    });
    this.live = this.open(1, isAudible);
  }

  /** @param round Above 1 it goes on after an interruption. */
  open(round: number, isAudible = true): LiveInput {
    this.live = new LiveInput(
      round,
      { delayFrames: DELAY, level: this.level, isContinued: round > 1 },
      {
        handleHeard: (heard) => this.heard.push({ ...heard, samples: heard.samples.slice() }),
        handleFeed: (message) => this.queue.handleFeed(message),
      },
    );
    this.queue.openLive(round, isAudible);
    return this.live;
  }

  /** @param value Sample of a frame. */
  run(quanta: number, value: (frame: number) => number, hasSource = true): void {
    const out = new Float32Array(QUANTUM);
    for (let count = 0; count < quanta; count++) {
      const input = Float32Array.from(out, (_, index) => value(this.frame + index));
      this.level.process(hasSource ? input : undefined, QUANTUM);
      const { live } = this;
      if (live && this.queue.isOpen(live.round)) live.process(hasSource ? input : undefined, QUANTUM);
      this.queue.process(out, this.frame);
      const isVoiced = live?.takeChange(this.queue.playedFrames(live.round)) ?? null;
      if (live && isVoiced !== null) this.queue.setVoiced(live.round, isVoiced);
      this.played.push(...out);
      this.frame += QUANTUM;
    }
  }
}

const wave = (frame: number): number => 0.5 * Math.sin(frame / 17);

/** One assertion for a hundred thousand samples; one for each would take ten seconds. */
const largestDifference = (samples: readonly number[], expected: (index: number) => number): number =>
  samples.reduce((most, sample, index) => Math.max(most, Math.abs(sample - expected(index))), 0);

describe('LiveInput', () => {
  it('plays every sample later by the same delay, and passes every one on at once', () => {
    const bench = new LiveBench();
    bench.run(1000, wave);
    const start = bench.played.findIndex((sample) => sample !== 0);
    // Pieces are passed on whole: the delay is rounded up to one.
    assert.isAtLeast(start, DELAY - QUANTUM);
    assert.isAtMost(start, DELAY + 8 * QUANTUM);
    const offset = start - 1;
    const late = bench.played.slice(start + 200);
    assert.isBelow(
      largestDifference(late, (index) => wave(start + 200 + index - offset)),
      1e-6,
    );
    const heard = bench.heard.flatMap(({ samples }) => [...samples]);
    assert.lengthOf(heard, 1000 * QUANTUM);
    assert.isBelow(largestDifference(heard, wave), 1e-6);
    assert.deepEqual(bench.states, ['started', 'voiced']);
  });

  it('keeps time without a sound where somebody else plays it', () => {
    const bench = new LiveBench(false);
    bench.run(200, wave);
    assert.isTrue(bench.played.every((sample) => sample === 0));
    assert.deepEqual(bench.states, ['started', 'voiced']);
    assert.isAbove(bench.heard.length, 20);
  });

  it('hears silence while the source gives nothing', () => {
    const bench = new LiveBench();
    bench.run(16, wave, false);
    assert.lengthOf(bench.heard, 2);
    assert.isTrue(bench.heard.every(({ samples }) => samples.every((sample) => sample === 0)));
  });

  it('hears nothing while paused, and is no later for it afterwards', () => {
    const bench = new LiveBench();
    bench.run(200, wave);
    bench.queue.handleControl({ type: 'pause' });
    const before = bench.heard.length;
    bench.run(100, wave);
    assert.equal(bench.heard.length, before);
    bench.queue.handleControl({ type: 'resume' });
    bench.run(50, wave);
    const queued = bench.heard.reduce((sum, { samples }) => sum + samples.length, 0);
    const played = bench.played.filter((sample) => sample !== 0).length;
    assert.isAtMost(queued - played, DELAY + 16 * QUANTUM);
    assert.deepEqual(bench.states, ['started', 'voiced', 'paused', 'resumed']);
  });

  it('ends when all that was heard is played, also what is shorter than the delay', () => {
    const bench = new LiveBench();
    bench.run(13, wave);
    bench.live!.end();
    bench.live = null;
    bench.run(20, wave);
    assert.deepEqual(bench.states, ['started', 'ended']);
    assert.isTrue(bench.heard.at(-1)!.isEnd);
    assert.equal(
      bench.heard.reduce((sum, { samples }) => sum + samples.length, 0),
      13 * QUANTUM,
    );
  });

  it('tells the utterances of a source apart, when they are heard', () => {
    const bench = new LiveBench();
    const hum = (frame: number): number => 0.0005 * Math.sin(frame / 17);
    const second = RATE / QUANTUM;
    bench.run(second, hum);
    bench.run(second / 4, wave);
    bench.run(second, hum);
    assert.deepEqual(bench.states, ['started', 'voiced', 'silent']);
    bench.run(second / 4, wave);
    assert.deepEqual(bench.states, ['started', 'voiced', 'silent', 'voiced']);
  });

  it('drops the rest of an interrupted utterance, and plays the next', () => {
    const bench = new LiveBench();
    const second = RATE / QUANTUM;
    bench.run(second / 2, wave);
    bench.queue.handleControl({ type: 'flush', beforeRound: 2 });
    bench.open(2);
    const heardBefore = bench.heard.length;
    bench.played.length = 0;
    bench.run(second / 2, wave);
    bench.run(second / 8, () => 0);
    // The fade of the interruption.
    assert.isTrue(bench.played.slice(0.01 * RATE).every((sample) => sample === 0));
    assert.isTrue(bench.heard.slice(heardBefore).every(({ samples }) => samples.every((sample) => sample === 0)));
    assert.deepEqual(bench.states, ['started', 'voiced', 'flushed', 'started']);
    bench.run(second / 2, wave);
    assert.deepEqual(bench.states.slice(4), ['voiced']);
    assert.isAbove(Math.max(...bench.played), 0.4);
  });

  it('is over when the round is dropped', () => {
    const bench = new LiveBench();
    bench.run(100, wave);
    bench.queue.handleFeed({ type: 'flush', beforeRound: 2 });
    const before = bench.heard.length;
    bench.run(20, wave);
    assert.equal(bench.heard.length, before);
    assert.deepEqual(bench.states, ['started', 'voiced', 'flushed']);
  });
});
