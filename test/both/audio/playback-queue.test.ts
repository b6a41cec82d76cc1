import { assert, describe, it } from '#test';
import { EDGE_FADE_SECONDS, FLUSH_FADE_SECONDS, PlaybackQueue } from '../../../src/audio/playback-queue.js';
import type { PlaybackState, PlayheadReport } from '../../../src/shared/contracts/playback-messages.js';

const RATE = 48000;
const QUANTUM = 128;
const EDGE = Math.round(EDGE_FADE_SECONDS * RATE);
const FLUSH = Math.round(FLUSH_FADE_SECONDS * RATE);

/** Runs a queue quantum by quantum and keeps all that comes out. */
class Rig {
  readonly states: PlaybackState[] = [];
  readonly reports: PlayheadReport[] = [];
  readonly queue = new PlaybackQueue(RATE, {
    handleState: (state) => this.states.push({ ...state }),
    handlePlayhead: (report) => this.reports.push({ ...report }),
  });
  readonly output: number[] = [];

  run(quanta: number): this {
    const out = new Float32Array(QUANTUM).fill(9);
    for (let index = 0; index < quanta; index++) {
      this.queue.process(out, this.output.length);
      this.output.push(...out);
    }
    return this;
  }

  append(samples: Float32Array, round = 1): this {
    this.queue.handleFeed({ type: 'append', round, samples });
    return this;
  }

  release(untilSeconds = Infinity, round = 1): this {
    this.queue.handleFeed({ type: 'release', round, untilSeconds });
    return this;
  }

  finish(round = 1): this {
    this.queue.handleFeed({ type: 'finish', round });
    return this;
  }

  names(): string {
    return this.states.map((state) => `${state.round}:${state.state}`).join(' ');
  }
}

function ramp(start: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => (start + index) / 65536);
}

function tone(count: number, start = 0): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => 0.8 * Math.sin((2 * Math.PI * 220 * (start + index)) / RATE));
}

function constant(count: number): Float32Array {
  return new Float32Array(count).fill(0.5);
}

function largestStep(samples: number[]): number {
  let largest = 0;
  for (let index = 1; index < samples.length; index++) {
    largest = Math.max(largest, Math.abs(samples[index] - samples[index - 1]));
  }
  return largest;
}

/** Steepest step that a raised cosine of so many frames makes of a constant 0.5. */
function fadeStep(frames: number): number {
  return (0.5 * Math.PI) / 2 / frames + 1e-6;
}

describe('PlaybackQueue', () => {
  it('is silent until the round is released', () => {
    const rig = new Rig().append(constant(4800)).run(10);
    assert.isTrue(rig.output.every((sample) => sample === 0));
    assert.equal(rig.names(), '');
    rig.release().run(1);
    assert.equal(rig.names(), '1:started');
    assert.equal(rig.states[0].contextSeconds, (10 * QUANTUM) / RATE);
    assert.equal(rig.states[0].mediaSeconds, 0);
  });

  it('plays every sample once, in order, whatever the chunk sizes, and fades only the edges', () => {
    const rig = new Rig().release();
    const total = 10000;
    let at = 0;
    for (const size of [1, 127, 128, 129, 0, 1000, 3, 4096]) {
      rig.append(ramp(at, size));
      at += size;
    }
    rig
      .append(ramp(at, total - at))
      .finish()
      .run(100);
    for (let index = EDGE; index <= total - EDGE; index++) assert.equal(rig.output[index], Math.fround(index / 65536));
    assert.isTrue(rig.output.slice(total).every((sample) => sample === 0));
    assert.equal(rig.names(), '1:started 1:ended');
    assert.equal(rig.states[1].mediaSeconds, total / RATE);
    assert.equal(rig.states[1].contextSeconds, total / RATE);
  });

  it('has no step steeper than its fades, at start, end, pause, resume, underrun and interruption', () => {
    const rig = new Rig().release().append(constant(3000)).run(30);
    rig.append(constant(3000)).run(10);
    rig.queue.handleControl({ type: 'pause' });
    rig.run(10);
    rig.queue.handleControl({ type: 'resume' });
    rig.run(5).append(constant(5000)).run(3);
    rig.release(Infinity, 2).append(constant(100), 2).run(5).append(constant(2000), 2).finish(2).run(40);
    assert.equal(rig.names(), '1:started 1:stalled 1:recovered 1:paused 1:resumed 1:flushed 2:started 2:stalled 2:recovered 2:ended');
    // Round 2 fades in while round 1 fades out.
    assert.isBelow(largestStep(rig.output), fadeStep(EDGE) + fadeStep(FLUSH));
  });

  it('loses and repeats nothing over underruns: the sum over all gaps is every sample once', () => {
    const rig = new Rig().release();
    const source = ramp(1, 9000);
    for (let at = 0; at < source.length; at += 900) rig.append(source.slice(at, at + 900)).run(20);
    rig.finish().run(1);
    const heard = rig.output.filter((sample) => sample !== 0);
    assert.equal(heard.length, source.length);
    let last = 0;
    for (const [index, sample] of heard.entries()) {
      assert.isAtMost(sample, source[index] + 1e-9);
      if (sample === source[index]) last = index;
    }
    assert.isAbove(last, 8000);
    assert.equal(rig.states.filter(({ state }) => state === 'stalled').length, 10);
    assert.equal(rig.states.at(-1)?.state, 'ended');
    assert.equal(rig.states.at(-1)?.mediaSeconds, 9000 / RATE);
  });

  it('stops exactly at the released media time and goes on when it moves', () => {
    const rig = new Rig().append(constant(48000)).release(0.1).run(100);
    assert.equal(rig.names(), '1:started 1:stalled');
    assert.equal(rig.states[1].mediaSeconds, 0.1);
    assert.equal(
      rig.output.findLastIndex((sample) => sample !== 0),
      4799,
    );
    rig.release(0.2).run(100);
    assert.equal(rig.states[2].state, 'recovered');
    assert.equal(rig.states[2].mediaSeconds, 0.1);
    assert.equal(rig.states[3].mediaSeconds, 0.2);
  });

  it('closes the gate behind the sound without a click', () => {
    const rig = new Rig().append(constant(48000)).release().run(20).release(0).run(20);
    assert.equal(rig.names(), '1:started 1:stalled');
    assert.isBelow(largestStep(rig.output), fadeStep(EDGE));
  });

  it('is silent at most 6 ms after a flush, and reports the flush at once', () => {
    const rig = new Rig().append(tone(48000)).release().run(50);
    rig.queue.handleControl({ type: 'flush', beforeRound: 2 });
    assert.equal(rig.names(), '1:started 1:flushed');
    assert.isTrue(rig.reports.at(-1)?.isOver);
    assert.isTrue(rig.reports.at(-1)?.isInterrupted);
    const at = rig.output.length;
    rig.run(50);
    const last = rig.output.findLastIndex((sample) => sample !== 0);
    assert.isAtMost(last - at, FLUSH);
    assert.isAbove(last - at, FLUSH / 2);
    assert.isBelow(largestStep(rig.output), (0.8 * 2 * Math.PI * 220) / RATE + 0.8 * (Math.PI / 2 / FLUSH));
  });

  it('drops what still arrives of a flushed or older round', () => {
    const rig = new Rig();
    rig.queue.handleFeed({ type: 'flush', beforeRound: 3 });
    rig.append(constant(4800), 2).release(Infinity, 2).run(10);
    assert.isTrue(rig.output.every((sample) => sample === 0));
    rig.append(constant(4800), 3).release(Infinity, 3).run(2).append(constant(4800), 2).finish(2).run(2);
    assert.equal(rig.names(), '3:started');
    rig.queue.handleFeed({ type: 'flush', beforeRound: 3 });
    rig.run(2);
    assert.equal(rig.names(), '3:started');
  });

  it('holds a round that comes while paused', () => {
    const rig = new Rig();
    rig.queue.handleControl({ type: 'pause' });
    rig.append(constant(4800)).release().finish().run(10);
    assert.isTrue(rig.output.every((sample) => sample === 0));
    assert.equal(rig.names(), '1:paused');
    rig.queue.handleControl({ type: 'resume' });
    rig.run(50);
    assert.equal(rig.names(), '1:paused 1:resumed 1:started 1:ended');
  });

  it('consumes no media time while paused', () => {
    const rig = new Rig().append(ramp(1, 48000)).release().run(50);
    rig.queue.handleControl({ type: 'pause' });
    rig.run(200);
    const paused = rig.states.at(-1);
    assert.equal(paused?.state, 'paused');
    assert.closeTo(paused!.mediaSeconds, (50 * QUANTUM) / RATE, EDGE_FADE_SECONDS);
    rig.queue.handleControl({ type: 'resume' });
    assert.equal(rig.states.at(-1)?.mediaSeconds, paused!.mediaSeconds);
    rig.finish().run(400);
    assert.equal(rig.output.filter((sample) => sample !== 0).length, 48000);
  });

  it('ends an empty round at once and a finished one when its last sample is out', () => {
    const rig = new Rig().finish(1);
    assert.equal(rig.names(), '1:ended');
    rig
      .append(constant(QUANTUM * 4), 2)
      .release(Infinity, 2)
      .finish(2)
      .run(4);
    assert.equal(rig.names(), '1:ended 2:started 2:ended');
  });

  it('reports the playhead every 7 quanta while a round is loaded and never afterwards', () => {
    const rig = new Rig()
      .append(constant(QUANTUM * 80))
      .release()
      .finish()
      .run(64);
    const before = rig.reports.length;
    assert.isAtLeast(before, 8);
    for (const report of rig.reports.slice(2)) {
      assert.isTrue(report.isAdvancing);
      assert.closeTo(report.contextSeconds, report.mediaSeconds, 1e-9);
    }
    rig.run(100);
    const last = rig.reports.at(-1)!;
    assert.isTrue(last.isOver);
    assert.isFalse(last.isInterrupted);
    const count = rig.reports.length;
    rig.run(100);
    assert.equal(rig.reports.length, count);
  });

  it('reports quanta that the browser left out as an underrun, and loses no sample by them', () => {
    const rig = new Rig().append(ramp(1, 48000)).release().finish().run(50);
    const out = new Float32Array(QUANTUM);
    const late = rig.output.length + 20 * QUANTUM;
    rig.queue.process(out, late);
    assert.equal(rig.names(), '1:started 1:stalled 1:recovered');
    assert.equal(rig.states[1].contextSeconds, rig.output.length / RATE);
    assert.equal(rig.states[2].contextSeconds, late / RATE);
    assert.equal(rig.states[2].mediaSeconds, (50 * QUANTUM) / RATE);
    assert.isBelow(out[0], rig.output.at(-1)!);
    assert.isAbove(out[0], 0);
  });

  it('survives a burst of interruptions within one fade', () => {
    const rig = new Rig();
    for (let round = 1; round <= 20; round++) rig.append(constant(4800), round).release(Infinity, round).run(1);
    rig.finish(20).run(100);
    assert.equal(rig.states.filter(({ state }) => state === 'flushed').length, 19);
    assert.equal(rig.states.at(-1)?.state, 'ended');
    assert.isTrue(rig.output.slice(-QUANTUM).every((sample) => sample === 0));
  });
});
