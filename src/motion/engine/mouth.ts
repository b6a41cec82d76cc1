import type { AcousticFrame } from './acoustic-front-end.js';
import type { AcousticHistory } from './acoustic-history.js';

/** The mouth of one conversation, whatever it is computed from. Belongs to one engine. */
export interface Mouth {
  /** `[8]`, see `MOUTH_SHAPES`; each 0..1. */
  readonly shapes: Float32Array;
  /**
   * Processes 10 ms. Every acoustic frame is passed, in order; `shapes` describe moment `index` after each even `index` ≥ 0.
   *
   * @param frame The newest one; also in `history`.
   * @param index Number of the acoustic frame to be shown, `ENGINE_LOOKAHEAD_SECONDS` behind the newest; negative at first.
   */
  hear(frame: AcousticFrame, history: AcousticHistory, index: number): void;
  /** @param out Receives the 15 viseme weights (order of `VISEMES`, sum 1) of `shapes`, from `offset` on. */
  writeVisemes(out: Float32Array, offset: number): void;
  /** The next frame is the first of a conversation. */
  reset(): void;
}
