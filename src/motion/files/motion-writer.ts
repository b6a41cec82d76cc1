import type { EngineMotion } from '../engine/motion-engine.js';

/** Writes motion as text while it comes. One writer per file. */
export interface MotionTextWriter {
  /** What stands before the first frame. */
  begin(): string;
  /** The text of the next frames; they follow those before without a gap. */
  add(motion: EngineMotion): string;
  /** What stands after the last frame, in pieces. */
  end(): Iterable<string>;
}
