/**
 * Converts the FLAME keyframes of one request, message by message, to neutral frames on the time of the speech.
 *
 * Keyframes come at 25 a second and lead the sound they were made from by about 0.13 s (measured as described in docs/flame.md),
 * so the n-th is shown at n / 25 s + 0.13 s. They are interpolated by a Catmull-Rom spline, sampled 50 times a second: linear
 * interpolation would show corners. The spline needs the keyframes on both sides, so the last one waits for the next message or
 * the end; the lead covers that.
 *
 * @see Catmull & Rom 1974, "A class of local interpolating splines".
 */
import { CHANNEL_COUNT, CHANNEL_INDEX } from '../../shared/contracts/channels.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import { FLAME_FRAME_RATE } from '../protocol/motion-payload.js';
import { type FlameKeyframe, framesFromFlame } from './flame.js';

/** Motion ahead of its sound, s: median of 0.13 over two recordings, each of their quarters within 0.02 of it. */
export const FLAME_LEAD_SECONDS = 0.13;
/** Frame rate of the output. */
const FRAME_RATE = 50;

export class FlameStream {
  /** Neutral keyframes that the spline still needs, and the numbers of the first one and of the next one to come. */
  private keyframes = new Float32Array(0);
  private firstKeyframe: number;
  private endKeyframe: number;
  private nextFrame: number;

  /**
   * @param isFaceHeld True: the first keyframe is shown from the start of the speech on. False if the end of other motion is
   *   still shown then.
   * @param startKeyframe Number of keyframes of the request that were skipped before the first message.
   */
  constructor(isFaceHeld: boolean, startKeyframe = 0) {
    this.firstKeyframe = this.endKeyframe = startKeyframe;
    this.nextFrame = isFaceHeld ? 0 : Math.ceil((startKeyframe / FLAME_FRAME_RATE + FLAME_LEAD_SECONDS) * FRAME_RATE);
  }

  /** Duration of the speech that the keyframes so far cover, s. */
  get speechSeconds(): number {
    return this.endKeyframe / FLAME_FRAME_RATE;
  }

  /**
   * @param keyframes The next ones.
   * @param isEnd No more will come.
   * @returns The finished frames, counted from the start of the request's speech.
   */
  push(keyframes: readonly FlameKeyframe[], isEnd: boolean): MotionFrames {
    this.add(framesFromFlame(keyframes), keyframes.length);
    // The interval between the last two needs the keyframe after them.
    const last = this.endKeyframe - (isEnd ? 1 : 2);
    const { nextFrame: startFrame, firstKeyframe } = this;
    const endFrame = Math.floor((last / FLAME_FRAME_RATE + FLAME_LEAD_SECONDS) * FRAME_RATE + 1e-6) + 1;
    const frameCount = last < firstKeyframe ? 0 : Math.max(0, endFrame - startFrame);
    const values = new Float32Array(frameCount * CHANNEL_COUNT);
    for (let frame = 0; frame < frameCount; frame++) {
      const place = ((startFrame + frame) / FRAME_RATE - FLAME_LEAD_SECONDS) * FLAME_FRAME_RATE;
      this.sample(Math.min(last, Math.max(firstKeyframe, place)), values, frame * CHANNEL_COUNT);
    }
    this.nextFrame += frameCount;
    this.forget();
    return { frameRate: FRAME_RATE, startFrame, frameCount, values };
  }

  private add(values: Float32Array, count: number): void {
    const joined = new Float32Array(this.keyframes.length + values.length);
    joined.set(this.keyframes);
    joined.set(values, this.keyframes.length);
    this.keyframes = joined;
    this.endKeyframe += count;
  }

  /** @param place Number of a keyframe, with the fraction of the way to the next one. */
  private sample(place: number, out: Float32Array, offset: number): void {
    const at = Math.floor(place);
    const x = place - at;
    const before = this.row(at - 1);
    const from = this.row(at);
    const to = this.row(at + 1);
    const after = this.row(at + 2);
    const { keyframes } = this;
    for (let channel = 0; channel < CHANNEL_COUNT; channel++) {
      const a = keyframes[before + channel];
      const b = keyframes[from + channel];
      const c = keyframes[to + channel];
      const d = keyframes[after + channel];
      const value = b + 0.5 * x * (c - a + x * (2 * a - 5 * b + 4 * c - d + x * (3 * (b - c) + d - a)));
      // The spline overshoots at extrema; weights are limited to 0 and 1.
      out[offset + channel] = channel < CHANNEL_INDEX.headPitch ? Math.min(1, Math.max(0, value)) : value;
    }
    const jawOpen = out[offset + CHANNEL_INDEX.jawOpen];
    const close = offset + CHANNEL_INDEX.mouthClose;
    out[close] = Math.min(out[close], jawOpen);
  }

  /** Offset of a keyframe's values; beyond the ends, of the nearest keyframe. */
  private row(keyframe: number): number {
    const index = Math.min(this.endKeyframe - 1, Math.max(this.firstKeyframe, keyframe)) - this.firstKeyframe;
    return index * CHANNEL_COUNT;
  }

  private forget(): void {
    const needed = Math.floor((this.nextFrame / FRAME_RATE - FLAME_LEAD_SECONDS) * FLAME_FRAME_RATE) - 1;
    const count = Math.max(0, Math.min(needed, this.endKeyframe - 1) - this.firstKeyframe);
    this.keyframes = this.keyframes.slice(count * CHANNEL_COUNT);
    this.firstKeyframe += count;
  }
}
