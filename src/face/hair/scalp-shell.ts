/**
 * Hair as one surface around the skull, raised from the scalp by any function: evenly fine everywhere, so nothing has to be
 * planned. Where the height is negative it lies under the skin; triangles that lie there as a whole are left out.
 */
import type { Part, Strand } from '../part.js';
import type { Sculpt } from '../sculpt.js';
import { addScaled, normalize, scale } from '../vector.js';
import type { Vec3 } from '../vector.js';
import { hairPart } from './hair-part.js';

export interface ShellPoint {
  /** Above the scalp, cm. */
  height: number;
  /** Given for all points or for none: without strands the hair is shaded as a soft mass. */
  strand?: Strand;
  /** Linear. */
  colour: Vec3;
}

/** Hidden corners further below the skin than this do not matter, cm. */
const HIDDEN = -0.12;

/** @param divisions Of each edge of the icosahedron it is made of; 20 · divisions² triangles before the hidden ones go. */
export function scalpShell(sculpt: Sculpt, divisions: number, surface: (scalp: Vec3, direction: Vec3) => ShellPoint): Part {
  const sphere = geodesicSphere(divisions);
  const heights: number[] = [];
  const points: Vec3[] = [];
  const colours: Vec3[] = [];
  const strands: Strand[] = [];
  for (const direction of sphere.directions) {
    const scalp = sculpt.scalpPoint(direction);
    const { height, strand, colour } = surface(scalp, direction);
    heights.push(height);
    points.push(addScaled(scalp, direction, height));
    colours.push(colour);
    if (strand) strands.push(strand);
  }
  const triangles: number[] = [];
  for (let i = 0; i < sphere.triangles.length; i += 3) {
    const corners = sphere.triangles.slice(i, i + 3);
    if (corners.some((corner) => heights[corner]! > HIDDEN)) triangles.push(...corners);
  }
  return withoutUnused(points, triangles, colours, strands);
}

function withoutUnused(points: Vec3[], triangles: number[], colours: Vec3[], strands: Strand[]): Part {
  const used = [...new Set(triangles)];
  const placeOf = new Map(used.map((index, place) => [index, place]));
  const pick = <T>(values: T[]): T[] => used.map((index) => values[index]!);
  return hairPart(pick(points), triangles.map((index) => placeOf.get(index)!), pick(colours), strands.length > 0 ? pick(strands) : undefined);
}

/** Unit vectors on a subdivided icosahedron, triangles counter-clockwise from outside. */
function geodesicSphere(divisions: number): { directions: Vec3[]; triangles: number[] } {
  const golden = (1 + Math.sqrt(5)) / 2;
  const corners: Vec3[] = [];
  for (const a of [-1, 1]) for (const b of [-golden, golden]) corners.push([0, a, b], [a, b, 0], [b, 0, a]);
  const isEdge = (p: Vec3, q: Vec3): boolean => Math.abs(Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) - 2) < 1e-6;
  const directions: Vec3[] = [];
  const known = new Map<string, number>();
  const triangles: number[] = [];
  const vertex = (p: Vec3): number => {
    const unit = normalize(p);
    const key = unit.map((value) => Math.round(value * 1e5)).join();
    let index = known.get(key);
    if (index === undefined) known.set(key, (index = directions.push(unit) - 1));
    return index;
  };
  corners.forEach((a, i) => corners.forEach((b, j) => corners.forEach((c, k) => {
    if (!(i < j && j < k && isEdge(a, b) && isEdge(b, c) && isEdge(a, c))) return;
    const volume = a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
    const [p, q, r] = volume > 0 ? [a, b, c] : [a, c, b];
    const at = (u: number, v: number): number =>
      vertex(addScaled(addScaled(scale(p, (divisions - u - v) / divisions), q, u / divisions), r, v / divisions));
    for (let u = 0; u < divisions; u++) {
      for (let v = 0; u + v < divisions; v++) {
        triangles.push(at(u, v), at(u + 1, v), at(u, v + 1));
        if (u + v + 1 < divisions) triangles.push(at(u + 1, v), at(u + 1, v + 1), at(u, v + 1));
      }
    }
  })));
  return { directions, triangles };
}
