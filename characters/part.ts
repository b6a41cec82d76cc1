/** One mesh of the avatar before it is written: geometry in cm, unposed, one entry per vertex in every list. */
import type { FacePoint } from './face-point.js';
import type { Vec3 } from './vector.js';
import { ZERO } from './vector.js';

/** How the stage shades a part; written to the material's extras. */
export type Shading = 'skin' | 'hair' | 'eye' | 'cloth' | 'teeth' | 'lash' | 'brow';

/** Skinning of a part: one joint rigidly, or the neck's smooth blend. */
export type Binding = 'Head' | 'LeftEye' | 'RightEye' | 'neck';

export interface Strand {
  /** Root → tip, unit. */
  tangent: Vec3;
  /** Position across the lock, -1..1. */
  across: number;
  /** Shade of the lock, 0..1. */
  seed: number;
  /** Curly hair, which hardly shines. */
  isCurled?: boolean;
}

export interface Part {
  name: string;
  shading: Shading;
  binding: Binding;
  points: FacePoint[];
  triangles: number[];
  /** Linear albedo. */
  colours: Vec3[];
  /** False: not moved by blendshapes or the resting expression. */
  isDeformable: boolean;
  /** Normals that are more accurate than those of the mesh; their length 0..1 is their weight against the computed ones. */
  knownNormals?: Vec3[];
  /** 0..1 each: wet or oily shine; light shining through. */
  gloss?: number[];
  translucency?: number[];
  strands?: Strand[];
  /** Vertices that are only visible in an open mouth; their occlusion is baked in that pose. */
  isInsideMouth?: boolean[];
}

/** A vertex without deformation. */
export const rigidPoint = (position: Vec3, kind: FacePoint['kind'] = 'fill'): FacePoint => ({ position, kind, jawWeight: 0 });

/** Joins parts with the same name, shading and binding into one. */
export function mergeParts(parts: readonly Part[]): Part {
  const merged: Part = { ...parts[0], points: [], triangles: [], colours: [] };
  const strands: Strand[] = [];
  const knownNormals: Vec3[] = [];
  for (const part of parts) {
    const offset = merged.points.length;
    merged.points.push(...part.points);
    merged.colours.push(...part.colours);
    for (const index of part.triangles) merged.triangles.push(index + offset);
    strands.push(...(part.strands ?? []));
    knownNormals.push(...(part.knownNormals ?? part.points.map(() => ZERO)));
  }
  if (parts.some((part) => part.knownNormals)) merged.knownNormals = knownNormals;
  if (strands.length > 0) merged.strands = strands;
  return merged;
}

/**
 * Triangles of a grid of `rows` × `columns` vertices stored row by row.
 *
 * @param isClosed Joins the last column to the first.
 * @param isFlipped Turns the winding over (default: columns × rows, right-handed, faces the viewer).
 */
export function gridTriangles(rows: number, columns: number, { isClosed = false, isFlipped = false, offset = 0 } = {}): number[] {
  const triangles: number[] = [];
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + (isClosed ? 0 : 1) < columns; column++) {
      const next = (column + 1) % columns;
      const a = offset + row * columns + column;
      const b = offset + row * columns + next;
      const c = a + columns;
      const d = b + columns;
      if (isFlipped) triangles.push(a, c, b, b, c, d);
      else triangles.push(a, b, c, b, d, c);
    }
  }
  return triangles;
}
