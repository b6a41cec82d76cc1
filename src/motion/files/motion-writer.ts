import type { EngineMotion } from '../engine/motion-engine.js';

/** Writes motion as text, piece by piece. One writer per file. */
export interface MotionTextWriter {
  /** Text before the first frame. */
  begin(): string;
  /** Text of the next frames, which follow the previous ones without a gap. */
  add(motion: EngineMotion): string;
  /** Text after the last frame, in pieces. */
  end(): Iterable<string>;
}
