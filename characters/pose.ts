/** Computes the file's rest shape, normals and deltas from unposed parts and fields. */
import type { Field } from './blendshapes/field.js';
import type { FacePoint } from './face-point.js';
import type { Part } from './part.js';
import type { Vec3 } from './vector.js';
import { add, addScaled, cross, length, normalize, scale, subtract, ZERO } from './vector.js';

/** Deltas shorter than this (cm) are left out. */
const SMALLEST_DELTA = 0.004;

export type Fields = ReadonlyMap<string, Field>;

/** Sum of the fields at the given weights, for one unposed point. */
export function displacement(fields: Fields, weights: Readonly<Record<string, number>>, point: FacePoint): Vec3 {
  let sum = ZERO;
  for (const [name, weight] of Object.entries(weights)) {
    const field = fields.get(name);
    if (!field) throw new Error(`no blendshape ${name}`);
    sum = addScaled(sum, field(point), weight);
  }
  return sum;
}

/** Positions of a part at the given weights, on top of its unposed points. */
export function posedPositions(part: Part, fields: Fields, weights: Readonly<Record<string, number>>): Vec3[] {
  return part.points.map((point) => (part.isDeformable ? add(point.position, displacement(fields, weights, point)) : point.position));
}

/** The resting expression moves soft parts only: teeth and tongue stay. */
export function restPositions(part: Part, fields: Fields, resting: Readonly<Record<string, number>>): Vec3[] {
  return part.points.map((point) =>
    part.isDeformable && point.jawWeight === undefined ? add(point.position, displacement(fields, resting, point)) : point.position,
  );
}

/** Area-weighted vertex normals, blended with the part's known ones. */
export function vertexNormals(part: Pick<Part, 'triangles' | 'knownNormals'>, positions: readonly Vec3[]): Vec3[] {
  const sums: Vec3[] = positions.map(() => ZERO);
  for (let i = 0; i < part.triangles.length; i += 3) {
    const [a, b, c] = [part.triangles[i], part.triangles[i + 1], part.triangles[i + 2]];
    const normal = cross(subtract(positions[b], positions[a]), subtract(positions[c], positions[a]));
    for (const index of [a, b, c]) sums[index] = add(sums[index], normal);
  }
  return sums.map((sum, index) => {
    const computed = normalize(sum);
    const known = part.knownNormals?.[index];
    return known ? normalize(addScaled(known, computed, 1 - length(known))) : computed;
  });
}

/** The blendshapes that move this part; `[vertex]` deltas in cm. */
export function partDeltas(part: Part, fields: Fields): Map<string, Vec3[]> {
  const result = new Map<string, Vec3[]>();
  if (!part.isDeformable) return result;
  for (const [name, field] of fields) {
    const deltas = part.points.map((point) => {
      const delta = field(point);
      return length(delta) > SMALLEST_DELTA ? delta : scale(delta, 0);
    });
    if (deltas.some((delta) => delta !== ZERO && length(delta) > 0)) result.set(name, deltas);
  }
  return result;
}
