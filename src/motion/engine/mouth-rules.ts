import type { AcousticHistory } from './acoustic-history.js';
import { MOUTH_SHAPE_COUNT, MouthShape } from './mouth-shapes.js';

/** Natural logarithm of power → dB, times the divisor 4 of `logMel`. */
const DB_PER_LOG_MEL = 4 * (10 / Math.LN10);
/** Look-ahead in acoustic frames of 10 ms. */
export const MOUTH_LOOK_AHEAD_FRAMES = 8;

/**
 * Rule-based mouth shapes, from the phonetics of the spectra of open, spread, rounded and closed sounds.
 */
export class MouthRules {
  /**
   * @param history Holds frames up to `index + MOUTH_LOOK_AHEAD_FRAMES`.
   * @param index Acoustic frame to be shown.
   * @param out Filled in place, `[8]`.
   */
  shape(history: AcousticHistory, index: number, out: Float32Array): void {
    const band = (from: number, to: number): number => {
      let sum = 0;
      for (let frame = index - 1; frame <= index + 1; frame++) {
        for (let b = from; b <= to; b++) sum += history.logMel(frame, b);
      }
      return (sum / (3 * (to - from + 1))) * DB_PER_LOG_MEL;
    };
    const low = band(2, 6);
    const middle = band(8, 14);
    const front = band(19, 26);
    const high = band(31, 39);
    const loudness = Math.min(1, history.relative(index));
    const voiced = limit(history.voicing(index) * 1.6 - 0.3);

    // Open vowels put F1 (600 to 1000 Hz) beside the pitch; close vowels leave a valley there.
    const openness = limit((middle - low + 15) / 17);
    // Front vowels have F2 above 1.7 kHz, rounded back vowels nothing there.
    const spread = limit((front - middle + 14) / 16) * voiced;
    const rounded = limit((low - front - 22) / 14) * voiced * (1 - spread);
    const hiss = limit((high - low + 2) / 14) * loudness;
    const hush = limit((front - high + 6) / 10) * hiss;
    const breathy = limit((high - middle + 4) / 10) * (1 - voiced) * limit(loudness * 3) * (1 - hiss);

    // A closure is a valley between louder neighbours.
    let before = -Infinity;
    let after = -Infinity;
    for (let k = 2; k <= MOUTH_LOOK_AHEAD_FRAMES; k++) {
      before = Math.max(before, history.level(index - k));
      after = Math.max(after, history.level(index + k));
    }
    const dip = Math.min(before, after) - history.level(index);
    const press = limit((dip - 10) / 8) * (1 - hiss);

    out.fill(0, 0, MOUTH_SHAPE_COUNT);
    const jaw = loudness * (0.25 + 0.6 * openness) * (1 - 0.75 * hiss) * (1 - 0.7 * press);
    out[MouthShape.jawOpen] = jaw;
    out[MouthShape.lipsPress] = press;
    out[MouthShape.mouthClose] = jaw * press;
    out[MouthShape.mouthPucker] = 0.8 * rounded * loudness;
    out[MouthShape.mouthFunnel] = Math.max(0.7 * hush, 0.5 * rounded * loudness);
    out[MouthShape.mouthStretch] = Math.max(0.55 * spread * loudness, 0.5 * (hiss - hush));
    out[MouthShape.tongueUp] = 0.5 * hiss;
    out[MouthShape.lowerLipBite] = breathy;
  }
}

function limit(x: number): number {
  return x < 0 ? 0 : Math.min(x, 1);
}
