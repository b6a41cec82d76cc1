/**
 * A mouth driven by visemes with exact times. Every viseme pulls the mouth towards its target with a dominance that fades before
 * and after it; the mouth is their weighted mean:
 *
 *     shape(t) = Σ dominance · fade(t) · target / Σ dominance · fade(t)
 *
 * Lips that close or tuck fade within 12 to 20 ms, so that a closure is a closure; rounding fades over 60 to 80 ms, so that
 * it starts ahead of its vowel. The constants are those of the net's training (`training/lipsync/targets.py`).
 *
 * @see Massaro & Cohen 1993, "Modeling coarticulation in synthetic visual speech".
 */
import { VISEME_COUNT, VISEME_INDEX } from '../../shared/contracts/visemes.js';
import type { Span } from '../../shared/core/read-spans.js';
import type { AcousticFrame } from '../engine/acoustic-front-end.js';
import type { AcousticHistory } from '../engine/acoustic-history.js';
import type { Mouth } from '../engine/mouth.js';
import { MOUTH_SHAPE_COUNT, MouthShape } from '../engine/mouth-shapes.js';
import { VISEME_TARGETS } from '../engine/viseme-targets.js';

/** Seconds in which the pull of a viseme falls to 1/e before its start and after its end, per shape. */
const FADE_BEFORE = [0.05, 0.03, 0.08, 0.08, 0.07, 0.012, 0.05, 0.016];
const FADE_AFTER = [0.05, 0.03, 0.06, 0.06, 0.06, 0.016, 0.05, 0.02];
/** Beyond this a viseme has no effect, s. */
const REACH_SECONDS = 0.35;
/** Shorter visemes do not reach their target, s. */
const SHORT_SECONDS = 0.07;
/** Shortest closure of the lips, s: two frames, so that one of them shows it. */
const SHORTEST_SEAL_SECONDS = 0.04;
/** Compensates for what neighbours take from the middle of a short closure. */
const SEAL_GAIN = 1.2;
/** Smaller values are rest. */
const AT_REST = 4e-3;
/** Visemes within this of a frame's moment count for it, s. */
const VISEME_WINDOW_SECONDS = 0.02;

/** `[15, 8]`, in the orders of `VISEMES` and `MOUTH_SHAPES`. */
const DOMINANCE = Float32Array.of(
  1,
  1,
  0.8,
  0.8,
  0.8,
  1,
  0.8,
  1,
  1,
  1,
  0.3,
  0.3,
  0.3,
  2.5,
  0.3,
  1,
  1.2,
  1,
  0.4,
  0.4,
  0.4,
  1,
  0.3,
  2.5,
  0.7,
  1,
  0.3,
  0.3,
  0.4,
  1,
  3,
  1,
  0.6,
  1,
  0.2,
  0.2,
  0.3,
  1,
  3,
  1,
  0.4,
  1,
  0.15,
  0.15,
  0.2,
  1,
  0.5,
  1,
  1,
  1,
  2,
  1.5,
  1,
  1,
  1.5,
  1,
  1.6,
  1,
  0.5,
  0.5,
  1,
  1,
  1.5,
  1,
  0.5,
  1,
  0.2,
  0.2,
  0.3,
  1,
  3,
  1,
  0.6,
  1,
  0.8,
  0.8,
  0.4,
  1,
  1.5,
  1,
  1.2,
  1,
  1,
  1,
  0.8,
  1,
  0.7,
  1,
  1,
  1,
  1,
  1,
  1,
  1,
  0.7,
  1,
  1,
  1,
  1,
  1,
  1.2,
  1,
  0.8,
  1,
  1.1,
  1,
  1.5,
  1.5,
  1,
  1,
  0.7,
  1,
  1,
  1,
  2,
  2.5,
  1.2,
  1,
  0.7,
  1,
);

export class TimedMouth implements Mouth {
  readonly shapes = new Float32Array(MOUTH_SHAPE_COUNT);
  private readonly spans: readonly Span<number>[];
  private readonly weights = new Float64Array(MOUTH_SHAPE_COUNT);
  private readonly sums = new Float64Array(MOUTH_SHAPE_COUNT);
  /** The first span that still has an effect. */
  private first = 0;
  private seconds = 0;

  /** @param spans Indices in `VISEMES` with times, sorted, without overlaps; the mouth rests in gaps. */
  constructor(spans: readonly Span<number>[]) {
    this.spans = withRest(spans);
  }

  hear(_frame: AcousticFrame, _history: AcousticHistory, index: number): void {
    if (index < 0 || index % 2 !== 0) return;
    this.seconds = index / 100;
    const { spans, shapes, weights, sums, seconds } = this;
    while (this.first < spans.length - 1 && spans[this.first].endSeconds + REACH_SECONDS < seconds) this.first++;
    weights.fill(1e-6);
    sums.fill(0);
    for (let i = this.first; i < spans.length && spans[i].startSeconds - REACH_SECONDS < seconds; i++) this.pull(spans[i]);
    for (let k = 0; k < MOUTH_SHAPE_COUNT; k++) {
      const weight = sums[k] / weights[k];
      shapes[k] = weight < AT_REST ? 0 : weight;
    }
    for (const k of [MouthShape.lipsPress, MouthShape.lowerLipBite]) shapes[k] = Math.min(1, SEAL_GAIN * shapes[k]);
    shapes[MouthShape.mouthClose] = shapes[MouthShape.jawOpen] * shapes[MouthShape.lipsPress];
  }

  writeVisemes(out: Float32Array, offset: number): void {
    out.fill(0, offset, offset + VISEME_COUNT);
    const from = this.seconds - VISEME_WINDOW_SECONDS;
    const to = this.seconds + VISEME_WINDOW_SECONDS;
    for (let i = this.first; i < this.spans.length && this.spans[i].startSeconds < to; i++) {
      const { label, startSeconds, endSeconds } = this.spans[i];
      const shared = Math.min(to, endSeconds) - Math.max(from, startSeconds);
      if (shared > 0) out[offset + label] += shared / (to - from);
    }
  }

  reset(): void {
    this.first = 0;
    this.seconds = 0;
    this.shapes.fill(0);
  }

  private pull({ label, startSeconds, endSeconds }: Span<number>): void {
    const { weights, sums, seconds } = this;
    const lengthSeconds = endSeconds - startSeconds;
    const isSeal = label === VISEME_INDEX.PP || label === VISEME_INDEX.FF;
    const reached = isSeal ? 1 : Math.sqrt(Math.min(1, lengthSeconds / SHORT_SECONDS));
    const widening = isSeal ? Math.max(0, (SHORTEST_SEAL_SECONDS - lengthSeconds) / 2) : 0;
    const before = Math.max(0, startSeconds - widening - seconds);
    const after = Math.max(0, seconds - endSeconds - widening);
    for (let k = 0; k < MOUTH_SHAPE_COUNT; k++) {
      const at = label * MOUTH_SHAPE_COUNT + k;
      const weight = DOMINANCE[at] * reached * Math.exp(-before / FADE_BEFORE[k] - after / FADE_AFTER[k]);
      weights[k] += weight;
      sums[k] += weight * VISEME_TARGETS[at];
    }
  }
}

function withRest(spans: readonly Span<number>[]): Span<number>[] {
  const label = VISEME_INDEX.sil;
  const start = spans[0]?.startSeconds ?? 0;
  const end = spans.at(-1)?.endSeconds ?? 0;
  return [{ label, startSeconds: -1, endSeconds: start }, ...spans, { label, startSeconds: end, endSeconds: Infinity }];
}
