import { MOUTH_SHAPE_COUNT, MouthShape } from './mouth-shapes.js';

/**
 * Share of the remaining distance covered in one frame of 20 ms, opening and closing. Closing is quicker than opening, as with
 * real jaws.
 */
const RISE = [0.48, 0.8, 0.42, 0.42, 0.45, 1, 0.5, 0.85];
const FALL = [0.55, 0.6, 0.4, 0.4, 0.42, 0.6, 0.5, 0.6];

/** Limits the speed of the mouth to that of real lips. 50 frames a second. */
export class MouthDynamics {
  private readonly state = new Float32Array(MOUTH_SHAPE_COUNT);

  /**
   * @param shapes `[8]`, replaced by the smoothed ones.
   * @param presence 0 (silence) .. 1: how far the mouth may leave rest.
   */
  smooth(shapes: Float32Array, presence: number): void {
    for (let i = 0; i < MOUTH_SHAPE_COUNT; i++) {
      const difference = shapes[i] * presence - this.state[i];
      this.state[i] += difference * (difference > 0 ? RISE[i] : FALL[i]);
      // Rest is exactly zero, so that the renderer can skip it.
      if (this.state[i] < 2e-3) this.state[i] = 0;
      shapes[i] = this.state[i];
    }
    // The lips cannot close further than the jaw is open.
    shapes[MouthShape.mouthClose] = Math.min(shapes[MouthShape.mouthClose], shapes[MouthShape.jawOpen]);
  }

  reset(): void {
    this.state.fill(0);
  }
}
