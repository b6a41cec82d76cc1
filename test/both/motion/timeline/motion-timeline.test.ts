import { assert, describe, it } from '#test';
import { MotionTimeline } from '../../../../src/motion/timeline/motion-timeline.js';
import { CHANNEL_COUNT, EXTRA_CHANNEL_COUNT, EXTRA_LAYOUT } from '../../../../src/shared/contracts/channels.js';
import type { MotionFrames } from '../../../../src/shared/contracts/motion-frames.js';

/** Frames whose every channel is `value(time)`. */
function frames(startFrame: number, frameCount: number, value: (seconds: number) => number, frameRate = 50): MotionFrames {
  const values = new Float32Array(frameCount * CHANNEL_COUNT);
  for (let i = 0; i < frameCount; i++) {
    values.fill(value((startFrame + i) / frameRate), i * CHANNEL_COUNT, (i + 1) * CHANNEL_COUNT);
  }
  return { frameRate, startFrame, frameCount, values };
}

const ramp = (seconds: number): number => seconds;
const out = new Float32Array(CHANNEL_COUNT);
const valueAt = (timeline: MotionTimeline, seconds: number): number | null => (timeline.sample(seconds, out) ? out[17] : null);

describe('MotionTimeline', () => {
  it('interpolates between frames and across messages', () => {
    const timeline = new MotionTimeline();
    timeline.append(frames(0, 15, ramp));
    timeline.append(frames(15, 15, ramp));
    for (let t = 0; t < 0.58; t += 0.0007) assert.approximately(valueAt(timeline, t)!, t, 1e-6);
    assert.approximately(valueAt(timeline, 0.599)!, 0.58, 1e-6, 'the last frame holds');
    assert.isNull(valueAt(timeline, 0.6));
    assert.isNull(valueAt(timeline, -0.001));
    assert.isNull(valueAt(timeline, NaN));
  });

  it('leaves out untouched where nothing is covered', () => {
    const timeline = new MotionTimeline();
    out.fill(-7);
    assert.isFalse(timeline.sample(0, out));
    assert.isTrue(out.every((x) => x === -7));
  });

  it('takes messages in any order and tells how far the cover reaches', () => {
    const timeline = new MotionTimeline();
    timeline.append(frames(30, 10, ramp));
    assert.equal(timeline.coveredUntil(0), 0);
    timeline.append(frames(0, 20, ramp));
    assert.approximately(timeline.coveredUntil(0), 0.4, 1e-9);
    assert.isNull(valueAt(timeline, 0.5), 'the gap');
    timeline.append(frames(20, 10, ramp));
    assert.approximately(timeline.coveredUntil(0.1), 0.8, 1e-9);
    assert.approximately(valueAt(timeline, 0.5)!, 0.5, 1e-6);
    assert.approximately(timeline.endSeconds, 0.8, 1e-9);
  });

  it('lets a later message replace what it overlaps and keeps the rest', () => {
    const timeline = new MotionTimeline();
    timeline.append(frames(0, 50, () => 1));
    timeline.append(frames(20, 10, () => 2));
    assert.equal(valueAt(timeline, 0.3), 1);
    assert.equal(valueAt(timeline, 0.45), 2);
    assert.equal(valueAt(timeline, 0.7), 1);
    assert.equal(timeline.frameCount, 50);
    timeline.append(frames(0, 100, () => 3));
    assert.equal(timeline.frameCount, 100);
    assert.equal(valueAt(timeline, 0.45), 3);
  });

  it('joins rates whose grids do not meet, and never reads a gap as cover', () => {
    const timeline = new MotionTimeline();
    timeline.append(frames(0, 25, ramp, 25));
    timeline.append(frames(26, 30, ramp, 50));
    for (let t = 0; t < 1.08; t += 0.003) assert.approximately(valueAt(timeline, t)!, t, 1e-5, `at ${t}`);
    timeline.append(frames(120, 10, ramp));
    assert.isNull(valueAt(timeline, 1.5));
    assert.isNotNull(valueAt(timeline, 2.45));
  });

  it('agrees with a plain table of frames after random appends', () => {
    const timeline = new MotionTimeline();
    const table = new Map<number, number>();
    let state = 1;
    const random = (n: number): number => (state = (state * 48271) % 2147483647) % n;
    for (let round = 0; round < 300; round++) {
      const start = random(400);
      const count = 1 + random(40);
      timeline.append(frames(start, count, () => round));
      for (let i = 0; i < count; i++) table.set(start + i, round);
    }
    for (let frame = 0; frame < 450; frame++) {
      assert.equal(valueAt(timeline, frame / 50), table.get(frame) ?? null, `frame ${frame}`);
    }
    assert.equal(timeline.frameCount, table.size);
  });

  it('forgets what was played and stays small over an hour of speech', () => {
    const timeline = new MotionTimeline();
    for (let second = 0; second < 3600; second++) {
      timeline.append(frames(second * 50, 50, ramp));
      timeline.forget(second - 3);
      assert.isAtMost(timeline.frameCount, 300);
      assert.isNotNull(valueAt(timeline, second + 0.5));
    }
    assert.isNull(valueAt(timeline, 100));
  });

  it('blends extra channels in the same way, with 0 where a message has none', () => {
    const timeline = new MotionTimeline();
    const fixed = (startFrame: number, level: number): MotionFrames => ({
      ...frames(startFrame, 10, ramp),
      extra: { layout: EXTRA_LAYOUT, values: new Float32Array(10 * EXTRA_CHANNEL_COUNT).fill(level) },
    });
    timeline.append(fixed(0, 0.2));
    timeline.append(fixed(10, 0.6));
    timeline.append(frames(20, 10, ramp));
    const extra = new Float32Array(EXTRA_CHANNEL_COUNT);
    const extraAt = (seconds: number): number => {
      assert.isTrue(timeline.sample(seconds, out, extra));
      assert.isTrue(extra.every((value) => value === extra[0]));
      assert.approximately(out[17], Math.min(seconds, 0.58), 1e-6);
      return extra[0];
    };
    assert.approximately(extraAt(0.05), 0.2, 1e-6);
    assert.approximately(extraAt(0.19), 0.4, 1e-6, 'between messages');
    assert.approximately(extraAt(0.39), 0.3, 1e-6, 'towards a message without');
    assert.approximately(extraAt(0.5), 0, 1e-6);
    timeline.append(frames(5, 2, ramp));
    assert.approximately(extraAt(0.11), 0, 1e-6, 'replaced by frames without');
    assert.approximately(extraAt(0.16), 0.2, 1e-6, 'the rest of the message that was cut');
    const [first] = timeline.frames();
    assert.lengthOf(first.extra!.values, 5 * EXTRA_CHANNEL_COUNT);
    assert.throws(
      () => timeline.append({ ...fixed(0, 1), frameCount: 11, values: new Float32Array(11 * CHANNEL_COUNT) }),
      /not valid motion/,
    );
  });

  it('knows when it is finished', () => {
    const timeline = new MotionTimeline();
    assert.isFalse(timeline.isFinished);
    timeline.finish();
    assert.isTrue(timeline.isFinished);
    assert.equal(timeline.endSeconds, 0);
  });

  it('refuses frames that cannot be', () => {
    const timeline = new MotionTimeline();
    const good = frames(0, 2, ramp);
    for (const bad of [
      { frameRate: 0 },
      { frameRate: NaN },
      { frameCount: 3 },
      { frameCount: -1 },
      { frameCount: 1.5 },
      { startFrame: NaN },
    ]) {
      assert.throws(() => timeline.append({ ...good, ...bad }), /not valid motion/);
    }
    timeline.append({ ...good, frameCount: 0 });
    assert.equal(timeline.frameCount, 0);
  });
});
