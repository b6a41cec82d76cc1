/**
 * Closes lips that should be closed. The shapes of a head that was fitted to a photograph leave a slit where several of them add
 * up, but p, b and m need lips that touch.
 *
 * The mouth is divided into columns. In each, the slit is the distance between the lowest vertex of the upper lip and the highest
 * of the lower one, minus that at rest; each lip moves by half of it, fading out around the lips. The channels give the closure:
 * pressed lips, or `mouthClose` that compensates the jaw.
 */
import { CHANNEL_INDEX } from '../../shared/contracts/channels.js';
import type { MorphShape } from '../morph-shapes.js';
import type { SplatDeformer } from './splat-deformer.js';

export const LIP_COLUMNS = 16;
/** Vertices that mouthClose moves by this share of the maximum are lips. */
const LIP_SHARE = 0.3;
/** Falloff around the lips, as shares of the mouth's width: full movement within the first distance, none from the second on. */
const WHOLE_WITHIN = 0.08;
const NOT_BEYOND = 0.36;
/** Vertices this far behind the lips are teeth and palate, which do not move. */
const DEPTH = 0.25;
/** Press of the lips, and compensation of the jaw, at which the seal begins and is complete. */
const PRESS = [0.3, 0.7] as const;
const CLOSE = [0.5, 0.95] as const;
/** Below this jaw opening the ratio of mouthClose to the jaw is not meaningful, and no seal is needed. */
const SMALLEST_JAW = 0.02;

/** Vertices of one lip with their columns. */
interface Lip {
  readonly vertices: Uint32Array;
  readonly columns: Uint8Array;
}

export class LipSeal {
  /** The mouth at rest, metres: its left end, width and height, and per column the depth of the lips and the gap between them. */
  readonly left: number;
  readonly width: number;
  readonly restHeight: number;
  readonly fronts = new Float32Array(LIP_COLUMNS).fill(-Infinity);
  readonly restGaps: Float32Array;
  /** Per column the lower edge of the upper lip and the upper edge of the lower one after the shapes, before the seal. */
  readonly lows = new Float32Array(LIP_COLUMNS);
  readonly highs = new Float32Array(LIP_COLUMNS);
  /** Target closure of the mouth, 0..1. */
  closure = 0;

  private readonly vertices: Float32Array;
  private readonly upper: Lip;
  private readonly lower: Lip;
  /** Moved vertices: their column (0 … 15, fractional) and share, > 0 down, < 0 up. */
  private readonly moved: Uint32Array;
  private readonly places: Float32Array;
  private readonly shares: Float32Array;
  private readonly gaps = new Float32Array(LIP_COLUMNS);

  /**
   * @param vertices `[vertexCount, 3]`, mesh at rest, lips touching, y up, face towards +z.
   * @param mouthClose Moves the upper lip down and the lower one up.
   */
  constructor(vertices: Float32Array, mouthClose: MorphShape) {
    this.vertices = vertices;
    const fall = (index: number) => mouthClose.deltas[index * 3 + 1];
    const all = [...mouthClose.vertices.keys()];
    const mostDown = Math.min(...all.map(fall));
    const mostUp = Math.max(...all.map(fall));
    const upper = all.filter((index) => fall(index) < LIP_SHARE * mostDown);
    const lower = all.filter((index) => fall(index) > LIP_SHARE * mostUp);
    const vertexOf = (index: number) => mouthClose.vertices[index];
    const xs = [...upper, ...lower].map((index) => vertices[vertexOf(index) * 3]);
    const left = (this.left = Math.min(...xs));
    const width = (this.width = Math.max(...xs) - left);
    const placeOf = (vertex: number) => ((vertices[vertex * 3] - left) / width) * (LIP_COLUMNS - 1);
    const lipOf = (indices: number[]): Lip => ({
      vertices: Uint32Array.from(indices, vertexOf),
      columns: Uint8Array.from(indices, (index) => Math.round(placeOf(vertexOf(index)))),
    });
    this.upper = lipOf(upper);
    this.lower = lipOf(lower);
    this.restGaps = this.measure(null).slice();
    const middle = LIP_COLUMNS >> 1;
    this.restHeight = (this.lows[middle] + this.highs[middle]) / 2;
    for (const lip of [this.upper, this.lower]) {
      lip.vertices.forEach((vertex, index) => {
        const column = lip.columns[index];
        this.fronts[column] = Math.max(this.fronts[column], vertices[vertex * 3 + 2]);
      });
    }

    const front = Math.max(...this.fronts);
    const around: { vertex: number; place: number; share: number }[] = [];
    for (const index of all) {
      const vertex = vertexOf(index);
      const place = placeOf(vertex);
      if (place < 0 || place > LIP_COLUMNS - 1 || vertices[vertex * 3 + 2] < front - DEPTH * width) continue;
      const column = Math.round(place);
      const seam = (this.lows[column] + this.highs[column]) / 2;
      const distance = Math.abs(vertices[vertex * 3 + 1] - seam) / width;
      const share = 1 - smoothstep(WHOLE_WITHIN, NOT_BEYOND, distance);
      if (share > 0 && Number.isFinite(seam)) around.push({ vertex, place, share: Math.sign(-fall(index)) * 0.5 * share });
    }
    this.moved = Uint32Array.from(around, ({ vertex }) => vertex);
    this.places = Float32Array.from(around, ({ place }) => place);
    this.shares = Float32Array.from(around, ({ share }) => share);
  }

  /**
   * Call after applying the shapes. Allocates nothing.
   *
   * @param pose `[58]`
   */
  apply(pose: Float32Array, deformer: SplatDeformer): void {
    const closed = (this.closure = closureOf(pose));
    const gaps = this.measure(deformer);
    if (closed === 0) return;
    let widest = 0;
    for (let column = 0; column < LIP_COLUMNS; column++) {
      const excess = gaps[column] - this.restGaps[column];
      gaps[column] = excess > 0 ? excess * closed : 0;
      widest = Math.max(widest, gaps[column]);
    }
    if (widest === 0) return;
    for (let index = 0; index < this.moved.length; index++) {
      const column = Math.min(LIP_COLUMNS - 2, Math.floor(this.places[index]));
      const part = this.places[index] - column;
      const gap = gaps[column] + (gaps[column + 1] - gaps[column]) * part;
      if (gap > 0) deformer.move(this.moved[index], -gap * this.shares[index]);
    }
  }

  /** Gap between the lips per column, metres; 0 in columns with only one lip. */
  private measure(deformer: SplatDeformer | null): Float32Array {
    const { lows, highs, gaps, vertices } = this;
    lows.fill(Infinity);
    highs.fill(-Infinity);
    for (let index = 0; index < this.upper.vertices.length; index++) {
      const vertex = this.upper.vertices[index];
      const y = vertices[vertex * 3 + 1] + (deformer ? deformer.rise(vertex) : 0);
      const column = this.upper.columns[index];
      if (y < lows[column]) lows[column] = y;
    }
    for (let index = 0; index < this.lower.vertices.length; index++) {
      const vertex = this.lower.vertices[index];
      const y = vertices[vertex * 3 + 1] + (deformer ? deformer.rise(vertex) : 0);
      const column = this.lower.columns[index];
      if (y > highs[column]) highs[column] = y;
    }
    for (let column = 0; column < LIP_COLUMNS; column++) {
      const gap = lows[column] - highs[column];
      gaps[column] = Number.isFinite(gap) ? gap : 0;
    }
    return gaps;
  }
}

/** 0..1 */
function closureOf(pose: Float32Array): number {
  const press = Math.min(pose[CHANNEL_INDEX.mouthPressLeft], pose[CHANNEL_INDEX.mouthPressRight]);
  const jaw = pose[CHANNEL_INDEX.jawOpen];
  const close = jaw > SMALLEST_JAW ? pose[CHANNEL_INDEX.mouthClose] / jaw : 0;
  return Math.max(smoothstep(...PRESS, press), smoothstep(...CLOSE, close));
}

function smoothstep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
