import { assert, before, describe, it, readRepositoryFile } from '#test';
import { MotionEngine } from '../../../../src/motion/engine/motion-engine.js';
import { readSpeechModel } from '../../../../src/motion/engine/speech-model.js';
import { MotionStyler } from '../../../../src/motion/style/motion-styler.js';
import { joinFrames, sliceFrames } from '../../../../src/motion/timeline/frame-runs.js';
import {
  CHANNEL_COUNT,
  CHANNEL_INDEX,
  type Channel,
  EXTRA_CHANNEL_COUNT,
  EXTRA_LAYOUT,
} from '../../../../src/shared/contracts/channels.js';
import type { MotionFrames } from '../../../../src/shared/contracts/motion-frames.js';
import { type Expression, expressionFrom, SPEECH_STYLES } from '../../../../src/shared/contracts/speech-style.js';
import { readSpokenFixture, type VisemeSpan } from '../engine/spoken-fixture.js';

const NATURAL: Expression = { style: 'natural', intensity: 1 };

describe('MotionStyler', () => {
  let motion: MotionFrames;
  let track: readonly VisemeSpan[];

  before(async () => {
    const model = readSpeechModel(await readRepositoryFile('models/mouth.bin'));
    const fixture = await readSpokenFixture();
    track = fixture.track;
    const engine = new MotionEngine({ sampleRateHz: 16000, model });
    motion = join([engine.push(fixture.speech), engine.finish()]);
  });

  function part(frames: MotionFrames, from: number, to: number): MotionFrames {
    const values = frames.values.slice(from * CHANNEL_COUNT, to * CHANNEL_COUNT);
    return { ...frames, startFrame: frames.startFrame + from, frameCount: values.length / CHANNEL_COUNT, values };
  }

  /** Checks that they are consecutive. */
  function join(parts: (MotionFrames | null)[]): MotionFrames {
    const filled = parts.filter((frames) => frames !== null);
    const values: number[] = [];
    for (const frames of filled) {
      assert.equal(frames.startFrame, filled[0].startFrame + values.length / CHANNEL_COUNT);
      assert.equal(frames.values.length, frames.frameCount * CHANNEL_COUNT);
      for (const value of frames.values) values.push(value);
    }
    const { frameRate, startFrame } = filled[0];
    return { frameRate, startFrame, frameCount: values.length / CHANNEL_COUNT, values: Float32Array.from(values) };
  }

  function styled(expression: Expression, frames = motion, chunk = frames.frameCount): MotionFrames {
    const styler = new MotionStyler(expression);
    const parts: (MotionFrames | null)[] = [];
    for (let i = 0; i < frames.frameCount; i += chunk) parts.push(styler.push(part(frames, i, i + chunk)));
    return join([...parts, styler.finish()]);
  }

  it('shows the frame it holds before another source takes over', () => {
    const styler = new MotionStyler({ style: 'calm', intensity: 1 });
    const before = part(motion, 0, 10);
    const first = styler.push(before)!;
    assert.isNull(styler.finishBefore(part(motion, 10, 20)));
    // One that knows nothing of the first one's frames, and goes on a moment later.
    const after = part(motion, 12, 20);
    const held = styler.finishBefore(after)!;
    assert.deepEqual([held.startFrame, held.frameCount], [first.startFrame + first.frameCount, 1]);
    assert.equal(held.startFrame, before.startFrame + 9);
    assert.isNull(styler.finishBefore(after));
    assert.equal(styler.push(after)!.startFrame, after.startFrame);
  });

  const curve = (frames: MotionFrames, channel: Channel): number[] =>
    Array.from({ length: frames.frameCount }, (_, i) => frames.values[i * CHANNEL_COUNT + CHANNEL_INDEX[channel]]);

  /** Frames by which `b` comes after `a`: where their cross-correlation is highest. */
  function lag(a: number[], b: number[]): number {
    const mean = (x: number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;
    const [ma, mb] = [mean(a), mean(b)];
    const at = (shift: number): number =>
      a.reduce((sum, x, i) => sum + (b[i + shift] === undefined ? 0 : (x - ma) * (b[i + shift] - mb)), 0);
    return [-4, -3, -2, -1, 0, 1, 2, 3, 4].reduce((best, shift) => (at(shift) > at(best) ? shift : best), 0);
  }

  const roughness = (x: number[]): number =>
    x.reduce((sum, value, i) => sum + (i > 1 ? Math.abs(value - 2 * x[i - 1] + x[i - 2]) : 0), 0) / Math.max(...x);

  const everyExpression = SPEECH_STYLES.flatMap((style) => [0.3, 1, 2].map((intensity) => ({ style, intensity })));

  it('gives every frame once, with the same times, however they come', () => {
    for (const expression of everyExpression) {
      const whole = styled(expression);
      assert.equal(whole.startFrame, 0);
      assert.equal(whole.frameCount, motion.frameCount);
      for (const chunk of [1, 2, 7]) assert.deepEqual(styled(expression, motion, chunk), whole, `${expression.style}, ${chunk} at once`);
    }
  });

  it('leaves extra channels as they are, with the frames they belong to', () => {
    const values = Float32Array.from({ length: 20 * EXTRA_CHANNEL_COUNT }, (_, i) => Math.floor(i / EXTRA_CHANNEL_COUNT));
    const whole = { ...part(motion, 0, 20), extra: { layout: EXTRA_LAYOUT, values } as const };
    for (const expression of everyExpression) {
      const styler = new MotionStyler(expression);
      const parts = [sliceFrames(whole, 0, 1), sliceFrames(whole, 1, 12), sliceFrames(whole, 12, 20)].map((frames) => styler.push(frames));
      const out = joinFrames([...parts, styler.finish()].filter((frames) => frames !== null));
      assert.deepEqual(out.extra?.values, values, expression.style);
    }
  });

  it('never moves anything in time', () => {
    const channels: Channel[] = ['jawOpen', 'mouthPressLeft', 'mouthFunnel', 'mouthStretchLeft', 'mouthLowerDownLeft'];
    for (const expression of everyExpression) {
      const frames = styled(expression);
      for (const channel of channels) {
        assert.equal(lag(curve(motion, channel), curve(frames, channel)), 0, `${channel} ${expression.style} ${expression.intensity}`);
      }
    }
  });

  it('keeps lips sealed that were sealed, in every style and at low intensity', () => {
    const gap = (frames: MotionFrames, i: number): number => {
      const at = (channel: Channel): number => frames.values[i * CHANNEL_COUNT + CHANNEL_INDEX[channel]];
      return (at('jawOpen') - at('mouthClose')) * (1 - at('mouthPressLeft'));
    };
    const closures = track.filter(([name]) => name === 'PP').map(([, start, end]) => [Math.ceil(start * 50), Math.ceil(end * 50)] as const);
    const tightest = (frames: MotionFrames, [from, to]: readonly [number, number]): number =>
      Math.min(...Array.from({ length: to - from }, (_, k) => gap(frames, from + k)));
    const sealed = closures.filter((span) => tightest(motion, span) < 0.02);
    assert.isAtLeast(sealed.length, 5);
    for (const expression of [...everyExpression, { style: 'calm', intensity: 0.1 } as const]) {
      const frames = styled(expression);
      for (const span of sealed) {
        assert.isBelow(tightest(frames, span), 0.025, `frame ${span[0]} ${expression.style} ${expression.intensity}`);
      }
    }
  });

  it('opens the mouth more with more intensity, and crisp more than calm', () => {
    const widest = (expression: Expression): number => Math.max(...curve(styled(expression), 'jawOpen'));
    const widths = [0, 0.5, 1, 1.5, 2].map((intensity) => widest({ style: 'natural', intensity }));
    for (let i = 1; i < widths.length; i++) assert.isAbove(widths[i], widths[i - 1] * 1.05);
    assert.equal(widths[0], 0);
    assert.isAtMost(widths.at(-1)!, 1);
    assert.isAbove(widest({ style: 'crisp', intensity: 1 }), 1.05 * widest(NATURAL));
    assert.isBelow(widest({ style: 'calm', intensity: 1 }), 0.9 * widest(NATURAL));
  });

  it('is smoother when calm and sharper when crisp', () => {
    const of = (style: Expression['style']): number => roughness(curve(styled({ style, intensity: 1 }), 'jawOpen'));
    assert.isBelow(of('calm'), 0.97 * of('natural'));
    assert.isAbove(of('crisp'), 1.05 * of('natural'));
  });

  it('leaves blinks alone and keeps weights within 0 and 1', () => {
    for (const expression of everyExpression) {
      const frames = styled(expression);
      assert.deepEqual(curve(frames, 'eyeBlinkLeft'), curve(motion, 'eyeBlinkLeft'));
      for (let i = 0; i < frames.values.length; i++) {
        if (i % CHANNEL_COUNT < 52) assert.isTrue(frames.values[i] >= 0 && frames.values[i] <= 1);
      }
    }
  });

  it('passes motion through untouched where nothing is to change', () => {
    assert.isNull(MotionStyler.for(NATURAL));
    assert.isNotNull(MotionStyler.for({ style: 'calm', intensity: 1 }));
    assert.deepEqual(styled(NATURAL).values, motion.values);
  });

  it('begins anew where another source takes over', () => {
    const styler = new MotionStyler({ style: 'calm', intensity: 1 });
    styler.push(part(motion, 0, 20));
    const next = styler.push({ ...part(motion, 0, 10), startFrame: 15 })!;
    assert.equal(next.startFrame, 15);
    assert.equal(next.frameCount, 9);
    assert.equal(styler.finish()!.startFrame, 24);
    assert.isNull(styler.finish());
  });

  it('refuses styles and intensities that are none', () => {
    for (const wanted of [{ style: 'loud' }, { intensity: NaN }, { intensity: -0.1 }, { intensity: 2.1 }, { intensity: '1' }]) {
      assert.throws(() => expressionFrom(wanted), /style|intensity/);
    }
    assert.deepEqual(expressionFrom({}), NATURAL);
  });
});
