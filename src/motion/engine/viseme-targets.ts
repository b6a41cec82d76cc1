/**
 * Mouth shapes of each viseme: the table that the net was trained on (`training/lipsync/targets.py`).
 *
 * @see Massaro & Cohen 1993, "Modeling coarticulation in synthetic visual speech", for targets and dominances.
 */
import { VISEME_COUNT } from '../../shared/contracts/visemes.js';
import { MOUTH_SHAPE_COUNT, MouthShape } from './mouth-shapes.js';

/** `[15, 8]`: mouth shapes of a viseme that is held, in the orders of `VISEMES` and `MOUTH_SHAPES`. */
export const VISEME_TARGETS = Float32Array.of(
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0, // sil
  0.12,
  0,
  0.05,
  0.05,
  0,
  1,
  0,
  0, // PP
  0.12,
  0,
  0,
  0,
  0.1,
  0,
  0,
  1, // FF
  0.22,
  0,
  0,
  0,
  0.15,
  0,
  0.7,
  0, // TH
  0.18,
  0,
  0,
  0,
  0.2,
  0,
  1,
  0, // DD
  0.28,
  0,
  0,
  0,
  0.15,
  0,
  0.1,
  0, // kk
  0.16,
  0,
  0.7,
  0.25,
  0,
  0,
  0.5,
  0, // CH
  0.08,
  0,
  0,
  0,
  0.5,
  0,
  0.5,
  0, // SS
  0.22,
  0,
  0,
  0,
  0.2,
  0,
  1,
  0, // nn
  0.22,
  0,
  0.35,
  0.25,
  0,
  0,
  0.5,
  0, // RR
  0.85,
  0,
  0.05,
  0,
  0.1,
  0,
  0,
  0, // aa
  0.5,
  0,
  0,
  0,
  0.35,
  0,
  0.1,
  0, // E
  0.28,
  0,
  0,
  0,
  0.6,
  0,
  0.3,
  0, // ih
  0.55,
  0,
  0.6,
  0.4,
  0,
  0,
  0,
  0, // oh
  0.25,
  0,
  0.45,
  0.95,
  0,
  0,
  0,
  0, // ou
);

/** Variance of a mouth around its target that still counts as that viseme. */
const TARGET_VARIANCE = 0.02;

/**
 * Viseme weights of a mouth that was not computed from visemes, by the distance to each target.
 *
 * @param shapes `[8]`
 * @param out `[15]` from index `offset` on; sum 1.
 */
export function visemesFromShapes(shapes: Float32Array, out: Float32Array, offset: number): void {
  let sum = 0;
  for (let viseme = 0; viseme < VISEME_COUNT; viseme++) {
    let distance = 0;
    for (let i = 0; i < MOUTH_SHAPE_COUNT; i++) {
      // The column of mouthClose is empty: it is derived from jaw and press.
      if (i !== MouthShape.mouthClose) distance += (shapes[i] - VISEME_TARGETS[viseme * MOUTH_SHAPE_COUNT + i]) ** 2;
    }
    const weight = Math.exp(-distance / TARGET_VARIANCE);
    out[offset + viseme] = weight;
    sum += weight;
  }
  for (let viseme = 0; viseme < VISEME_COUNT; viseme++) out[offset + viseme] /= sum;
}
