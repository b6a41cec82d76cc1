/**
 * Signed distances (cm, negative inside) of a few solids, their smooth union, and ray casts on the result.
 *
 * Ellipsoid and smooth union are first-order approximations: distances are exact only near the surface, so
 * the casts take a fraction of the reported distance per step.
 *
 * @see Quilez, "distance functions" and "smooth minimum" (quadratic polynomial), for the formulas.
 */

import type { Vec3 } from './vector.js';
import { add, addScaled, clamp, dot, length, lerp, normalize, subtract } from './vector.js';

export type SignedDistance = (point: Vec3) => number;

export const sphere = (p: Vec3, centre: Vec3, radius: number): number => length(subtract(p, centre)) - radius;

export function ellipsoid(p: Vec3, centre: Vec3, radii: Vec3): number {
  const [x, y, z] = subtract(p, centre);
  const k0 = Math.hypot(x / radii[0], y / radii[1], z / radii[2]);
  const k1 = Math.hypot(x / radii[0] ** 2, y / radii[1] ** 2, z / radii[2] ** 2);
  return k1 < 1e-9 ? -Math.min(...radii) : (k0 * (k0 - 1)) / k1;
}

export function capsule(p: Vec3, from: Vec3, to: Vec3, fromRadius: number, toRadius: number): number {
  const axis = subtract(to, from);
  const offset = subtract(p, from);
  const along = clamp(dot(offset, axis) / dot(axis, axis));
  return length(addScaled(offset, axis, -along)) - lerp(fromRadius, toRadius, along);
}

/** Union whose edge is rounded over `blend` cm. */
export function smoothUnion(a: number, b: number, blend: number): number {
  const h = Math.max(blend - Math.abs(a - b), 0) / blend;
  return Math.min(a, b) - (h * h * blend) / 4;
}

/** `a` without the solid `b`, edge rounded over `blend` cm. */
export const smoothSubtract = (a: number, b: number, blend: number): number => -smoothUnion(-a, b, blend);

/** Outward unit normal by central differences. */
export function gradient(sdf: SignedDistance, p: Vec3, step = 0.02): Vec3 {
  return normalize([
    sdf([p[0] + step, p[1], p[2]]) - sdf([p[0] - step, p[1], p[2]]),
    sdf([p[0], p[1] + step, p[2]]) - sdf([p[0], p[1] - step, p[2]]),
    sdf([p[0], p[1], p[2] + step]) - sdf([p[0], p[1], p[2] - step]),
  ]);
}

/** First point where a ray that starts inside leaves the solid. `startAt`: cm to skip, inside the solid. */
export function castOut(sdf: SignedDistance, origin: Vec3, direction: Vec3, startAt = 0.5): Vec3 {
  let t = startAt;
  for (let step = 0; step < 400; step++) {
    const d = sdf(addScaled(origin, direction, t));
    if (d > -1e-4) break;
    t += Math.max(0.004, -d * 0.7);
  }
  return addScaled(origin, direction, t);
}

/** First point where a ray that starts outside meets the solid. */
export function castIn(sdf: SignedDistance, origin: Vec3, direction: Vec3): Vec3 {
  let t = 0;
  for (let step = 0; step < 300; step++) {
    const d = sdf(addScaled(origin, direction, t));
    if (d < 1e-4) break;
    t += Math.max(0.002, d * 0.8);
  }
  return addScaled(origin, direction, t);
}

/** The point of the surface in front of (x, y), seen from +z. */
export const frontPoint = (sdf: SignedDistance, x: number, y: number): Vec3 => castIn(sdf, [x, y, 14], [0, 0, -1]);

/** Moves a point near the surface onto it. */
export function snapToSurface(sdf: SignedDistance, point: Vec3, steps = 3): Vec3 {
  let p = point;
  for (let step = 0; step < steps; step++) p = add(p, addScaled([0, 0, 0], gradient(sdf, p), -sdf(p) * 0.9));
  return p;
}
