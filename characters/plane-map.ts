/**
 * The head unrolled to a plane: direction from `HEAD_CENTRE`, polar angle φ from +z, azimuth θ → φ (cos θ, sin θ).
 * All skin vertices are laid out and triangulated there, then projected to the sculpt by ray casts.
 */

import type { Sculpt } from './sculpt.js';
import { HEAD_CENTRE } from './sculpt.js';
import { castOut } from './sdf.js';
import type { PlanePoint, Vec3 } from './vector.js';
import { addScaled, clamp, mix, normalize, smoothstep, subtract } from './vector.js';

/** Rays near the nose start here: from it the nose is star-shaped. */
const NOSE_CENTRE: Vec3 = [0, -2.3, 5.7];
/** Position of the nose in the plane. */
export const NOSE_ON_PLANE: PlanePoint = planeFromPoint([0, -2.8, 8.4]);

export function planeFromPoint(point: Vec3): PlanePoint {
  const [x, y, z] = normalize(subtract(point, HEAD_CENTRE));
  const polar = Math.acos(clamp(z, -1, 1));
  const planar = Math.hypot(x, y) || 1e-9;
  return [(polar * x) / planar, (polar * y) / planar];
}

export function directionFromPlane([x, y]: PlanePoint): Vec3 {
  const polar = Math.hypot(x, y);
  const k = polar < 1e-9 ? 0 : Math.sin(polar) / polar;
  return [x * k, y * k, Math.cos(polar)];
}

/** The skin at a point of the plane. */
export function surfaceFromPlane(sculpt: Sculpt, point: PlanePoint): Vec3 {
  const direction = directionFromPlane(point);
  const dy = point[1] - NOSE_ON_PLANE[1];
  const nearNose = 1 - smoothstep(0.12, 0.36, Math.hypot(point[0] - NOSE_ON_PLANE[0], dy * (dy > 0 ? 0.75 : 1)));
  if (nearNose === 0) return castOut(sculpt.head, HEAD_CENTRE, direction);
  const base = castOut(sculpt.headWithoutNose, HEAD_CENTRE, direction);
  const origin = mix(HEAD_CENTRE, NOSE_CENTRE, nearNose);
  return castOut(sculpt.head, origin, normalize(addScaled(base, origin, -1)), 0.3);
}

/** Even-odd test. */
export function isInsidePolygon(point: PlanePoint, polygon: readonly PlanePoint[]): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const a = polygon[i];
    const b = polygon[j];
    if (a[1] > point[1] !== b[1] > point[1] && point[0] < ((b[0] - a[0]) * (point[1] - a[1])) / (b[1] - a[1]) + a[0]) {
      inside = !inside;
    }
  }
  return inside;
}
