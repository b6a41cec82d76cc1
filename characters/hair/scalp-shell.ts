/**
 * Hair as one surface around the skull, raised from the scalp by any function, with uniform resolution. With negative height it
 * lies under the skin; triangles entirely below it are omitted.
 */
import type { Part, Strand } from '../part.js';
import { vertexNormals } from '../pose.js';
import type { Sculpt } from '../sculpt.js';
import type { Vec3 } from '../vector.js';
import { addScaled, dot, normalize, scale } from '../vector.js';
import { hairPart } from './hair-part.js';

export interface ShellPoint {
  /** Above the scalp, cm. */
  height: number;
  /** Curl or stripe the point belongs to; a triangle belongs to that of its first corner as a whole. */
  cell: number;
  /** The strand at this point (its tangent is projected onto the surface), for the cell of the requesting triangle. */
  strandIn(cell: number): Strand;
  /** Linear. */
  colour: Vec3;
}

/** Hidden corners further below the skin than this are ignored, cm. */
const HIDDEN = -0.12;

/** @param divisions Of each edge of the icosahedron it is made of; 20 · divisions² triangles before the hidden ones go. */
export function scalpShell(sculpt: Sculpt, divisions: number, surface: (scalp: Vec3, direction: Vec3) => ShellPoint): Part {
  const sphere = geodesicSphere(divisions);
  const shell = sphere.directions.map((direction) => {
    const scalp = sculpt.scalpPoint(direction);
    const point = surface(scalp, direction);
    return { ...point, position: addScaled(scalp, direction, point.height) };
  });
  const isShown = (corners: number[]): boolean => corners.some((corner) => shell[corner].height > HIDDEN);
  const shown: number[] = [];
  for (let i = 0; i < sphere.triangles.length; i += 3) {
    const corners = sphere.triangles.slice(i, i + 3);
    if (isShown(corners)) shown.push(...corners);
  }
  // Adjacent cells have separate vertices with a common normal.
  const normals = vertexNormals(
    { triangles: shown },
    shell.map(({ position }) => position),
  );
  const placeOf = new Map<string, number>();
  const sources: number[] = [];
  const strands: Strand[] = [];
  const triangles = shown.map((corner, i) => {
    const { cell } = shell[shown[i - (i % 3)]];
    const key = `${corner} ${cell}`;
    let place = placeOf.get(key);
    if (place === undefined) {
      placeOf.set(key, (place = sources.push(corner) - 1));
      const strand = shell[corner].strandIn(cell);
      const normal = normals[corner];
      strands.push({ ...strand, tangent: normalize(addScaled(strand.tangent, normal, -dot(strand.tangent, normal))) });
    }
    return place;
  });
  const pick = <T>(read: (point: (typeof shell)[number], corner: number) => T): T[] => sources.map((corner) => read(shell[corner], corner));
  return {
    ...hairPart(
      pick(({ position }) => position),
      triangles,
      pick(({ colour }) => colour),
      strands,
    ),
    knownNormals: pick((_, corner) => normals[corner]),
  };
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
  corners.forEach((a, i) =>
    corners.forEach((b, j) =>
      corners.forEach((c, k) => {
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
      }),
    ),
  );
  return { directions, triangles };
}
