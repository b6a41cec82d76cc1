import type { EXTRA_LAYOUT } from './channels.js';

/**
 * A run of consecutive frames of neutral motion.
 *
 * Frame `i` of `values` describes the face at `(startFrame + i) / frameRate` seconds of the conversation's audio.
 */
export interface MotionFrames {
  /** Frames per second: 50 from our engine, 25 from a Spatius Motion Server. */
  readonly frameRate: number;
  /** Index of the first frame, counted from the start of the conversation's audio. */
  readonly startFrame: number;
  readonly frameCount: number;
  /** `[frameCount, 58]`, row-major, channels in the order of `CHANNELS`. The receiver owns it. */
  readonly values: Float32Array;
  /** Absent where the source has no channels beside the 58. */
  readonly extra?: ExtraMotion;
}

export interface ExtraMotion {
  readonly layout: typeof EXTRA_LAYOUT;
  /** `[frameCount, 7]`, row-major, 0..1, in the order of `EXTRA_CHANNELS`. Belongs to the owner of the frames. */
  readonly values: Float32Array;
}
