/**
 * One lock of hair as a closed swept shape, seen from outside only (single-sided): a rounded front of a few columns
 * and, where it can be seen from below, a flat back.
 */
import type { Part, Strand } from '../part.js';
import type { Vec3 } from '../vector.js';
import { addScaled, clamp, scale } from '../vector.js';
import { hairPart } from './hair-part.js';
import type { StrandFrame } from './strand-field.js';

export interface LockShape {
  /** Frame of the strand at `across` -1..1 of the lock and `v` 0..1 root → tip. */
  frame(across: number, v: number): StrandFrame;
  /** Height of the rounded front over its edges, cm. */
  relief(v: number): number;
  /** Thickness, front to back, cm. */
  thickness(v: number): number;
  rows: number;
  columns: number;
  /** The flat back begins at this v; 1 = no back. */
  backFrom: number;
  /** 0..1, also shifts the colour. */
  seed: number;
  colour: Vec3;
}

export function lockPart(shape: LockShape): Part {
  const points: Vec3[] = [];
  const colours: Vec3[] = [];
  const strands: Strand[] = [];
  const triangles: number[] = [];
  const firstBackRow = Math.floor(shape.backFrom * shape.rows);
  const front: number[][] = [];
  const back: number[][] = [];
  const add = (across: number, v: number, height: number, shade: number): number => {
    const { position, tangent, normal } = shape.frame(across, v);
    strands.push({ tangent, across, seed: shape.seed });
    colours.push(scale(shape.colour, shade));
    return points.push(addScaled(position, normal, height)) - 1;
  };
  for (let row = 0; row <= shape.rows; row++) {
    const v = row / shape.rows;
    const relief = shape.relief(v);
    front.push(
      Array.from({ length: shape.columns }, (_, column) => {
        const across = (column / (shape.columns - 1)) * 2 - 1;
        const rise = (1 - across * across) ** 0.7;
        return add(across, v, relief * (rise - 0.5), 0.62 + 0.28 * rise + 0.3 * clamp(v * 1.3 - 0.2) + 0.22 * (shape.seed - 0.5));
      }),
    );
    if (row >= firstBackRow && shape.backFrom < 1) {
      const depth = -shape.thickness(v) - relief * 0.5;
      back.push([add(0.7, v, depth, 0.5), add(-0.7, v, depth, 0.5)]);
    }
  }
  const quad = (a: number, b: number, c: number, d: number): number => triangles.push(a, b, c, a, c, d);
  for (let row = 0; row < shape.rows; row++) {
    for (let column = 0; column + 1 < shape.columns; column++) {
      quad(front[row][column], front[row + 1][column], front[row + 1][column + 1], front[row][column + 1]);
    }
  }
  for (let row = 0; row + 1 < back.length; row++) {
    const ring = (at: number): number[] => [front[firstBackRow + at].at(-1)!, ...back[at], front[firstBackRow + at][0]];
    const upper = ring(row);
    const lower = ring(row + 1);
    for (let column = 0; column < 3; column++) quad(upper[column], lower[column], lower[column + 1], upper[column + 1]);
  }
  return hairPart(points, triangles, colours, strands);
}
