/**
 * The head as one signed distance field: a few ellipsoids and capsules, smoothly joined, symmetric in x.
 * All parts on the skin use this field: mesh, brows, hair, ears.
 */
import type { Character } from './character.js';
import type { SignedDistance } from './sdf.js';
import { capsule, castOut, ellipsoid, gradient, smoothSubtract, smoothUnion, sphere } from './sdf.js';
import type { Vec3 } from './vector.js';
import { clamp, gaussian, lerp, smoothstep } from './vector.js';

/** Centres of the head's plane map and of the hair; both well inside the skull. */
export const HEAD_CENTRE: Vec3 = [0, -1.5, -0.5];
export const SKULL_CENTRE: Vec3 = [0, 2.2, -1.6];
/** Added to the eyeball's radius: the bulge the lids lie on. */
const LID_BULGE = 0.2;

export interface Sculpt {
  /** The skin. */
  head: SignedDistance;
  /** The skin as if there were no nose: what a ray from the head's centre can see (the nose is not star-shaped). */
  headWithoutNose: SignedDistance;
  /** The head ends below the chin: distances on the neck are those from the jaw. */
  headWithoutNeck: SignedDistance;
  /** Outward unit normal of the skin. */
  normalAt(point: Vec3): Vec3;
  /** The point of the scalp in a direction from `SKULL_CENTRE`. */
  scalpPoint(direction: Vec3): Vec3;
}

export function createSculpt(character: Character): Sculpt {
  const { eye, head, nose, mouth } = character;
  const sculptedHead = (point: Vec3, { withNose = true, withNeck = true } = {}): number => {
    const [, y, z] = point;
    // Heart shape: the lower face is narrowed by stretching space; off again below the chin and at the back.
    const taper = 1 + head.taper * smoothstep(-2, -8.2, y) * (1 - smoothstep(-9.4, -11.5, y)) * smoothstep(-2, 3, z);
    const p: Vec3 = [Math.abs(point[0]) * taper, y, z];
    let d = ellipsoid(p, [0, 3.3, -1.6], [7.6, 8.2, 9.2]);
    d = smoothUnion(d, ellipsoid(p, [0, -1.8, 1], [head.faceWidth, 7.3, 6.5]), 3);
    d = smoothUnion(d, ellipsoid(p, [0, head.chinY, 4.9], [head.jawWidth, 1.9, 2.6]), 3.2);
    if (head.jawCorner > 0) {
      const size = lerp(0.6, 1, head.jawCorner);
      d = smoothUnion(d, ellipsoid(p, [3.6, -5.6, 1.9], [1.7 * size, 2 * size, 2.3 * size]), 2.6);
    }
    d = smoothUnion(d, ellipsoid(p, [3.15, -3.3, 4.4], [head.cheek + 0.1, 2.5, 2.6]), 2.8);
    d = smoothUnion(d, ellipsoid(p, [0, mouth.y, 5], [2.9, 2.2, 2.75]), 1.6);
    d = smoothUnion(d, capsule(p, [1.2, 2.3, 6.3], [4.4, 2.2, 4.8], 1, 0.9), 1.6);
    d = smoothSubtract(d, ellipsoid(p, [eye.centre[0] + 0.15, eye.centre[1] + 0.2, eye.centre[2] + 3.7], [2.8, 1.9, 1.7]), 2.4);
    d = smoothUnion(d, sphere(p, eye.centre, eye.radius + LID_BULGE), 0.8);
    if (withNose) {
      const w = nose.width;
      d = smoothUnion(d, capsule(p, [0, 1.2, 6.75], [0, -2.5, 8.15 + 0.3 * nose.length], 0.5 * w, 0.6 * w), 1.3);
      d = smoothUnion(d, sphere(p, [0, -2.6, 8.35 + 0.4 * nose.length], 0.9 * w), 0.55);
      d = smoothUnion(d, ellipsoid(p, [0.95 * w, -2.95, 7.75], [0.56 * w, 0.5, 0.72]), 0.95);
      d = smoothSubtract(d, ellipsoid(p, [0.48 * w, -3.42, 8.2], [0.27 * w, 0.22, 0.34]), 0.5);
    }
    d += folds(character, p);
    if (!withNeck) return d;
    return smoothUnion(d, capsule(p, [0, -5, -2.6], [0, -24, -3.4], head.neckRadius, head.neckRadius + 0.5), 1.7);
  };
  const headField: SignedDistance = (p) => sculptedHead(p);
  return {
    head: headField,
    headWithoutNose: (p) => sculptedHead(p, { withNose: false }),
    headWithoutNeck: (p) => sculptedHead(p, { withNeck: false }),
    normalAt: (p) => gradient(headField, p),
    scalpPoint: (direction) => castOut(headField, SKULL_CENTRE, direction),
  };
}

/** Course of a fold on the left half of the face (x, y), its half width and its depth at age 1, cm. */
const FOLDS = [
  // From the wing of the nose around the corner of the mouth, and below it towards the chin.
  { from: [1.6, -3.3], to: [3.1, -5.3], width: 0.36, depth: 0.3 },
  { from: [2.75, -6.1], to: [2.45, -7.4], width: 0.36, depth: 0.16 },
  // Below the bag under the eye.
  { from: [1.5, -2.5], to: [3.9, -3.05], width: 0.34, depth: 0.15 },
] as const;

/** Depth of the folds of age at a point of the face, x ≥ 0, cm. */
export function folds({ age }: Character, [x, y, z]: Vec3): number {
  if (age === 0) return 0;
  let depth = 0;
  for (const { from, to, width, depth: deepest } of FOLDS) {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const along = clamp(((x - from[0]) * dx + (y - from[1]) * dy) / (dx * dx + dy * dy));
    depth += deepest * gaussian(Math.hypot(x - from[0] - along * dx, y - from[1] - along * dy), width);
  }
  return age * depth * smoothstep(2, 4.5, z);
}
