/**
 * Directions of strands. A sheet of strands is a family of curves: `f` counts them away from the face, `v` runs from root
 * (0) to tip (1).
 */

import type { Sculpt } from '../sculpt.js';
import { SKULL_CENTRE } from '../sculpt.js';
import type { Vec3 } from '../vector.js';
import { addScaled, catmullRom, clamp, dot, lerp, mix, normalize, subtract } from '../vector.js';

/** Strands are computed at this many values of f and blended between. */
const SAMPLES = 65;

export interface StrandFrame {
  position: Vec3;
  /** Root → tip. */
  tangent: Vec3;
  /** Out of the head, perpendicular to the tangent. */
  normal: Vec3;
}

/** Unit vector from the skull's centre: azimuth towards the left, elevation (beyond 90° = over the top to the back). */
export const skullDirection = (azimuth: number, elevation: number): Vec3 => [
  Math.sin(azimuth) * Math.cos(elevation),
  Math.sin(elevation),
  Math.cos(azimuth) * Math.cos(elevation),
];

/** The scalp in a direction from the skull's centre, raised by `height` cm. */
export function aboveScalp(sculpt: Sculpt, direction: Vec3, height: number): Vec3 {
  const unit = normalize(direction);
  return addScaled(sculpt.scalpPoint(unit), unit, height);
}

/** Away from the head's upright axis; flatter than a sphere's normal, so that hanging hair faces sideways. */
const hairNormal = (p: Vec3): Vec3 => normalize(subtract(p, [0, p[1] * 0.55 + 0.6, SKULL_CENTRE[2]]));

export class StrandField {
  private readonly curves: Vec3[][];
  private readonly first: number;
  private readonly last: number;

  /** @param controlPoints Of the strand at f, root first; every strand has the same number. */
  constructor(controlPoints: (f: number) => Vec3[], first: number, last: number) {
    this.first = first;
    this.last = last;
    this.curves = Array.from({ length: SAMPLES }, (_, i) => controlPoints(lerp(first, last, i / (SAMPLES - 1))));
  }

  at(f: number, v: number): StrandFrame {
    const position = this.point(f, v);
    const tangent = normalize(subtract(this.point(f, v + 0.015), this.point(f, v - 0.015)));
    const out = hairNormal(position);
    return { position, tangent, normal: normalize(addScaled(out, tangent, -dot(out, tangent))) };
  }

  private point(f: number, v: number): Vec3 {
    const x = clamp((f - this.first) / (this.last - this.first)) * (SAMPLES - 1);
    const index = Math.min(SAMPLES - 2, Math.floor(x));
    return mix(catmullRom(this.curves[index], clamp(v)), catmullRom(this.curves[index + 1], clamp(v)), x - index);
  }
}
