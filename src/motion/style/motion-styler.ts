/**
 * Changes the amplitude and smoothness of speech motion from any source.
 *
 * Timing never changes: amplitudes follow a curve through 0 and 1, smoothness a symmetric filter, y = x + a (x₋₁ − 2x + x₊₁).
 * Closed lips stay closed: press and tuck are not changed, the share of the jaw that the lips take back is kept, and the filter
 * fades out where they seal.
 */
import { ARKIT_CHANNEL_COUNT, CHANNEL_INDEX as C, CHANNEL_COUNT, CHANNELS } from '../../shared/contracts/channels.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import type { Expression, SpeechStyle } from '../../shared/contracts/speech-style.js';
import { joinFrames, sliceFrames } from '../timeline/frame-runs.js';

/** Frame rate that the filters are designed for; at others they cover the same time. */
const FILTER_FRAME_RATE = 50;

interface StyleFigures {
  /** Amplitude of the mouth, and of brows, cheeks and head. */
  readonly mouth: number;
  readonly face: number;
  /** `a` of the filter: > 0 smooths, < 0 sharpens. */
  readonly smoothing: number;
}

const FIGURES: Readonly<Record<SpeechStyle, StyleFigures>> = {
  natural: { mouth: 1, face: 1, smoothing: 0 },
  crisp: { mouth: 1.2, face: 1.1, smoothing: -0.15 },
  calm: { mouth: 0.75, face: 0.5, smoothing: 0.24 },
};

/** Below this intensity pressed and tucked lips are reduced as well: a mouth that does not open need not press. */
const FULL_SEAL_INTENSITY = 0.4;

type Part = 'mouth' | 'face' | 'head' | 'seal' | 'close' | 'eyes';

function partOf(name: (typeof CHANNELS)[number], index: number): Part {
  if (index >= ARKIT_CHANNEL_COUNT) return 'head';
  if (name === 'mouthClose') return 'close';
  if (/^mouth(Press|Roll)/.test(name)) return 'seal';
  if (/^eye(Blink|Look)/.test(name)) return 'eyes';
  return /^(jaw|mouth|tongue)/.test(name) ? 'mouth' : 'face';
}

const PARTS: readonly Part[] = CHANNELS.map(partOf);

/** The motion of one conversation. If the style has a filter, frames are output one frame late. */
export class MotionStyler {
  private readonly figures: StyleFigures;
  private readonly intensity: number;
  /** The last frame, which waits for its successor; null at the start and after the end. */
  private held: MotionFrames | null = null;
  /** The frame before it, `[58]`; the frame itself where there is none. */
  private readonly before = new Float32Array(CHANNEL_COUNT);

  constructor({ style, intensity }: Expression) {
    this.figures = FIGURES[style];
    this.intensity = intensity;
  }

  /** Null if the expression leaves motion unchanged. */
  static for(expression: Expression): MotionStyler | null {
    return expression.style === 'natural' && expression.intensity === 1 ? null : new MotionStyler(expression);
  }

  /**
   * @param frames The next of the conversation. Frames that do not follow the previous ones (another source has taken over)
   *   restart the filter; see `finishBefore`. Not kept, not changed.
   * @returns The finished frames; null if there are none. The receiver owns them.
   */
  push(frames: MotionFrames): MotionFrames | null {
    if (frames.frameCount === 0) return null;
    if (this.figures.smoothing === 0) return this.style(frames, 0);
    const { held } = this;
    const known = joinFrames(held && this.isNext(frames) ? [held, frames] : [frames]);
    if (!held || !this.isNext(frames)) this.before.set(known.values.subarray(0, CHANNEL_COUNT));
    const styled = this.style(known, 1);
    const last = known.frameCount - 1;
    if (last > 0) this.before.set(known.values.subarray((last - 1) * CHANNEL_COUNT, last * CHANNEL_COUNT));
    this.held = sliceFrames(known, last, known.frameCount);
    return styled;
  }

  /** Call before `push(frames)`: returns the held frame if they do not follow it, otherwise null. */
  finishBefore(frames: MotionFrames): MotionFrames | null {
    return frames.frameCount === 0 || this.isNext(frames) ? null : this.finish();
  }

  private isNext({ startFrame, frameRate }: MotionFrames): boolean {
    const { held } = this;
    return held !== null && startFrame === held.startFrame + 1 && frameRate === held.frameRate;
  }

  /** The held frame; null if there is none. */
  finish(): MotionFrames | null {
    const { held } = this;
    this.held = null;
    return held && this.style(held, 0);
  }

  /** All but the last `heldCount` frames, styled; `before` is the frame before the first. */
  private style(frames: MotionFrames, heldCount: 0 | 1): MotionFrames | null {
    const { frameRate, values } = frames;
    const frameCount = frames.frameCount - heldCount;
    if (frameCount === 0) return null;
    const smoothing = this.figures.smoothing * Math.min(1, (frameRate / FILTER_FRAME_RATE) ** 2);
    const out = new Float32Array(frameCount * CHANNEL_COUNT);
    for (let frame = 0; frame < frameCount; frame++) {
      const at = frame * CHANNEL_COUNT;
      const before = frame === 0 ? this.before : values;
      const beforeAt = frame === 0 ? 0 : at - CHANNEL_COUNT;
      const afterAt = frame + 1 < frames.frameCount ? at + CHANNEL_COUNT : at;
      const freedom = 1 - sealOf(values, at);
      for (let channel = 0; channel < CHANNEL_COUNT; channel++) {
        const x = values[at + channel];
        const bend = before[beforeAt + channel] - 2 * x + values[afterAt + channel];
        out[at + channel] = this.valueOf(PARTS[channel], x, smoothing === 0 ? 0 : smoothing * freedom * bend);
      }
      const jaw = values[at + C.jawOpen];
      if (jaw <= 0) continue;
      // The gap between the lips grows with the jaw, but not where they touch.
      const growth = out[at + C.jawOpen] / jaw;
      const gap = Math.max(0, jaw - values[at + C.mouthClose]) * (growth > 1 ? growth + (1 - growth) * (1 - freedom) : growth);
      out[at + C.mouthClose] = Math.max(0, out[at + C.jawOpen] - gap);
    }
    return { ...sliceFrames(frames, 0, frameCount), values: out };
  }

  private valueOf(part: Part, x: number, change: number): number {
    const { figures, intensity } = this;
    if (part === 'mouth') return scaled(x + change, figures.mouth * intensity);
    if (part === 'face') return scaled(x, figures.face * intensity);
    if (part === 'head') return x * figures.face * intensity;
    if (part === 'seal') return x * Math.min(1, intensity / FULL_SEAL_INTENSITY);
    return x;
  }
}

/** 0..1: how far the lips touch each other or the teeth. */
function sealOf(values: Float32Array, at: number): number {
  const press = Math.max(values[at + C.mouthPressLeft], values[at + C.mouthPressRight]);
  const tuck = values[at + C.mouthRollLower] * 1.6;
  const jaw = values[at + C.jawOpen];
  const close = jaw > 0.02 ? values[at + C.mouthClose] / jaw : 0;
  return Math.min(1, Math.max(press, tuck, close));
}

/** Weight times `gain`; above 1 it bends towards 1 instead of running into it: g x / (1 + (g − 1) x). */
function scaled(x: number, gain: number): number {
  const weight = Math.min(1, Math.max(0, x));
  return gain <= 1 ? gain * weight : (gain * weight) / (1 + (gain - 1) * weight);
}
