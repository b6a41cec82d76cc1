/**
 * Darkens the inside of an open mouth. Such heads are trained on faces with a shut mouth: they have no palate, and an open mouth
 * shows the pale inside of the neck. Splats that the camera sees through the opening are darkened with their depth behind the
 * lips. A shut mouth is not changed.
 */
import { LIP_COLUMNS, type LipSeal } from './lip-seal.js';
import type { SplatProjector } from './splat-projector.js';

/** Brightness at full depth. */
const DARKEST = 0.25;
/** In mouth widths: depths behind the lips at which darkening begins and is complete; the end of the head. */
const DARK_FROM = 0.1;
const DARK_AT = 0.3;
const DEEPEST = 2.4;
/** Region that can be visible through the opening, in mouth widths from its middle: to the sides, above, below. */
const BESIDE = 1.5;
const ABOVE = 1;
const BELOW = 1.8;
/** Height of an opening with full darkness, and softness of its edges, metres. */
const OPEN = 0.006;
const EDGE = 0.003;

/** A position in the axes of the head at rest. */
export interface HeadPoint {
  x: number;
  y: number;
  z: number;
}

export class MouthShade {
  private readonly seal: LipSeal;
  private readonly front: number;
  private readonly splats: Uint32Array;
  /** 0..1 */
  private readonly depths: Float32Array;

  /** @param positions `[count, 3]`, splats at rest. */
  constructor(seal: LipSeal, positions: Float32Array) {
    this.seal = seal;
    this.front = Math.max(...seal.fronts);
    const [middleX, middleY] = [seal.left + seal.width / 2, seal.restHeight];
    const found: { splat: number; depth: number }[] = [];
    for (let splat = 0; splat * 3 < positions.length; splat++) {
      const beside = Math.abs(positions[splat * 3] - middleX) / seal.width;
      const height = (positions[splat * 3 + 1] - middleY) / seal.width;
      const behind = (this.front - positions[splat * 3 + 2]) / seal.width;
      const depth = Math.min(1, (behind - DARK_FROM) / (DARK_AT - DARK_FROM));
      if (depth > 0 && behind < DEEPEST && beside < BESIDE && height < ABOVE && height > -BELOW) found.push({ splat, depth });
    }
    this.splats = Uint32Array.from(found, ({ splat }) => splat);
    this.depths = Float32Array.from(found, ({ depth }) => depth);
  }

  /**
   * Call after the lip seal. Allocates nothing.
   *
   * @param positions After the shapes.
   * @param eye Position of the camera.
   */
  apply(positions: Float32Array, eye: HeadPoint, projector: SplatProjector): void {
    const { left, width } = this.seal;
    for (let index = 0; index < this.splats.length; index++) {
      const splat = this.splats[index];
      // Intersection of the line of sight with the lips.
      const toLips = (this.front - eye.z) / (positions[splat * 3 + 2] - eye.z);
      const x = eye.x + (positions[splat * 3] - eye.x) * toLips;
      const y = eye.y + (positions[splat * 3 + 1] - eye.y) * toLips;
      const place = ((x - left) / width) * (LIP_COLUMNS - 1);
      projector.shade(splat, 1 - (1 - DARKEST) * this.depths[index] * this.openAt(place, y));
    }
  }

  /** 0..1, soft at the lips. */
  private openAt(place: number, y: number): number {
    const { lows, highs, restGaps, closure } = this.seal;
    if (!(place > 0 && place < LIP_COLUMNS - 1)) return 0;
    const column = Math.floor(place);
    const part = place - column;
    const low = highs[column] + (highs[column + 1] - highs[column]) * part;
    const high = lows[column] + (lows[column + 1] - lows[column]) * part;
    const rest = restGaps[column] + (restGaps[column + 1] - restGaps[column]) * part;
    const open = ((high - low - Math.max(0, rest)) / OPEN) * (1 - closure);
    // Columns with one lip only are infinite.
    if (!(open > 0) || !Number.isFinite(high - low)) return 0;
    return Math.min(1, open) * unit((y - low) / EDGE + 0.5) * unit((high - y) / EDGE + 0.5);
  }
}

function unit(value: number): number {
  return value < 0 ? 0 : Math.min(value, 1);
}
