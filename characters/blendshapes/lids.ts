/**
 * Lids turn about the eyeball: azimuth and radius stay, the elevation moves. A linear morph takes the chord of that
 * arc and would dip into the eye half way, so each blink carries a `.mid` corrective (applied with 4w(1-w)).
 */
import type { FacePoint } from '../face-point.js';
import { LID_RING_SCALES, RIM_HEIGHT } from '../lid-rings.js';
import type { LidShape } from '../lid-shape.js';
import { add, addScaled, clamp, DEGREES, distance, gaussian, scale, smoothstep, subtract, ZERO } from '../vector.js';
import type { Field, FieldTable } from './field.js';
import { SIDES } from './field.js';

/** Closed lids meet at this fraction of the opening above the lower rim. */
const CLOSURE = 0.14;
/** Lids press together by this much on either side. */
const OVERLAP = 0.4 * DEGREES;
/** How far the rim follows a full sideways gaze. */
const SIDE_SHIFT = 2.2 * DEGREES;

export function lidFields(lids: LidShape): FieldTable {
  const table: FieldTable = {};
  const outermost = LID_RING_SCALES.at(-1)! + 0.05;
  for (const [name, side] of SIDES) {
    const isOwn = (point: FacePoint): boolean => point.lid?.eye === side;

    /** Moves the upper rim by `upper` and the lower one by `lower` openings plus `overlap`, fading with the rings. */
    const turn =
      (upper: number, lower: number, overlap = 0): Field =>
      (point) => {
        if (!isOwn(point)) return ZERO;
        const lid = point.lid!;
        const opening = lids.opening(lid.angle);
        const isUpper = Math.sin(lid.angle) >= 0;
        const weight = point.kind === 'lash' ? 1 : 1 - smoothstep(1.08, outermost, lid.ring);
        const angle = (isUpper ? upper * opening - overlap : lower * opening + overlap) * weight;
        const outside = Math.max(lid.radius, lids.eyeRadius + RIM_HEIGHT);
        // Lashes cover the lower lid, so that a closed eye shows a dark line.
        const lashReach = point.kind === 'lash' ? outside - lids.eyeRadius - RIM_HEIGHT : 0;
        const closing = clamp(-angle / Math.max(opening, 1e-6));
        const radius = (lid.isInner ? lid.radius : outside) + 0.5 * lashReach * closing;
        const turned = lid.elevation + angle - 0.22 * lashReach * closing;
        return subtract(addScaled(lids.centre(side), lids.direction(lid.azimuth, turned, side), radius), point.position);
      };

    const blink = turn(-(1 - CLOSURE), CLOSURE, OVERLAP);
    const halfBlink = turn(-(1 - CLOSURE) / 2, CLOSURE / 2, OVERLAP / 2);
    table[`eyeBlink${name}`] = blink;
    table[`eyeBlink${name}.mid`] = (point) => addScaled(halfBlink(point), blink(point), -0.5);

    const squint = turn(-0.16, 0.28);
    table[`eyeSquint${name}`] = (point) => {
      if (point.lid) return squint(point);
      const [x, y, z] = point.position;
      const cheek = gaussian(distance([x * side, y, z], [3.4, -2, 7]), 1.5);
      return add(squint(point), scale([0, 0.3, 0.12], cheek));
    };
    table[`eyeWide${name}`] = turn(0.2, -0.06);
    table[`eyeLookDown${name}`] = turn(-0.42, -0.07);
    table[`eyeLookUp${name}`] = turn(0.13, 0.05);

    const shift =
      (angle: number): Field =>
      (point) => {
        if (!isOwn(point)) return ZERO;
        const lid = point.lid!;
        const weight = 1 - smoothstep(1.1, 1.9, lid.ring);
        return subtract(
          addScaled(lids.centre(side), lids.direction(lid.azimuth + angle * weight, lid.elevation, side), lid.radius),
          point.position,
        );
      };
    table[`eyeLookOut${name}`] = shift(SIDE_SHIFT);
    table[`eyeLookIn${name}`] = shift(-SIDE_SHIFT);
  }
  return table;
}
