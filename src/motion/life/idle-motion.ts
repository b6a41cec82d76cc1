import { CHANNEL_COUNT, CHANNEL_INDEX as C } from '../../shared/channels.js';
import { BlinkSchedule } from './blink.js';
import { Gaze } from './gaze.js';
import { sway } from './noise.js';

/** `calm` blinks and does nothing else. */
export type IdleStyle = 'lively' | 'calm';

/** Breaths of a person at rest: 14 a minute; their length wanders by a fifth. */
const BREATH_SECONDS = 4.3;

/**
 * Life at rest as numbers: blinks, glances, breathing and a head that is never quite still. Nothing repeats visibly: every
 * curve is noise over periods without a common measure, and every event is drawn anew from the seed.
 */
export class IdleMotion {
  style: IdleStyle;
  private readonly seed: number;
  private blinks: BlinkSchedule;
  private gaze: Gaze;
  private lastSeconds = -Infinity;

  /** @param seed Equal seeds give equal lives, whatever the moments sampled. */
  constructor(seed: number, style: IdleStyle = 'lively') {
    this.seed = seed | 0;
    this.style = style;
    this.blinks = new BlinkSchedule(this.seed + 11);
    this.gaze = new Gaze(this.seed + 23);
  }

  /**
   * The pose at one moment. Allocates nothing, except when time runs backwards and life begins anew.
   *
   * @param seconds Time since the stage began, ≥ 0.
   * @param out Filled in place, `[58]`; every channel is written.
   */
  sample(seconds: number, out: Float32Array): void {
    if (seconds < this.lastSeconds) {
      this.blinks = new BlinkSchedule(this.seed + 11);
      this.gaze = new Gaze(this.seed + 23);
    }
    this.lastSeconds = seconds;
    out.fill(0, 0, CHANNEL_COUNT);
    const blink = this.blinks.sample(seconds);
    // Both schedules move on in either style, so that switching back does not replay what was missed.
    this.gaze.advance(seconds);
    if (this.style === 'lively') this.addLife(seconds, out);
    out[C.eyeBlinkLeft] = Math.max(out[C.eyeBlinkLeft]!, blink);
    out[C.eyeBlinkRight] = Math.max(out[C.eyeBlinkRight]!, blink);
  }

  private addLife(seconds: number, out: Float32Array): void {
    const { seed, gaze } = this;
    const breath = breathAt(seconds, seed);
    const mood = sway(seconds, 13.7, seed + 5);
    gaze.write(out);
    // The upper lid rides on the eyeball: it sinks with a lowered gaze.
    const lid = 0.3 * out[C.eyeLookDownLeft]!;
    out[C.eyeBlinkLeft] = lid;
    out[C.eyeBlinkRight] = lid;
    out[C.headPitch] = 0.014 * sway(seconds, 5.3, seed + 1) - 0.006 * breath + 0.25 * gaze.headPitch;
    out[C.headYaw] = 0.03 * sway(seconds, 7.1, seed + 2) + gaze.headYaw;
    out[C.headRoll] = 0.017 * sway(seconds, 6.1, seed + 3);
    out[C.headX] = 0.0025 * sway(seconds, 8.3, seed + 4);
    out[C.headY] = 0.0022 * breath;
    out[C.headZ] = 0.002 * sway(seconds, 9.7, seed + 6) + 0.0012 * breath;
    // A trace of a smile that comes and goes, lips and brows that are not cast in stone.
    const smile = 0.05 + 0.035 * mood;
    out[C.mouthSmileLeft] = smile + 0.006 * sway(seconds, 4.1, seed + 7);
    out[C.mouthSmileRight] = smile + 0.006 * sway(seconds, 4.7, seed + 8);
    out[C.browInnerUp] = Math.max(0, 0.03 + 0.04 * sway(seconds, 6.9, seed + 9));
    const brow = Math.max(0, 0.02 + 0.03 * sway(seconds, 8.9, seed + 10));
    out[C.browOuterUpLeft] = brow;
    out[C.browOuterUpRight] = brow;
    const squint = Math.max(0, 0.03 + 0.03 * mood);
    out[C.eyeSquintLeft] = squint;
    out[C.eyeSquintRight] = squint;
    const nostril = Math.max(0, 0.015 * breath);
    out[C.noseSneerLeft] = nostril;
    out[C.noseSneerRight] = nostril;
  }
}

/** Depth of the breath, about −1..1: in for two fifths of the time, out for three. */
function breathAt(seconds: number, seed: number): number {
  const phase = seconds / BREATH_SECONDS + 0.35 * sway(seconds, 17.9, seed + 40);
  const x = phase - Math.floor(phase);
  const y = x < 0.4 ? x / 0.8 : 0.5 + (x - 0.4) / 1.2;
  return -Math.cos(2 * Math.PI * y);
}
