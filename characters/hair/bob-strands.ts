/** The strands of a bob with a side parting: both sides over the skull to the jaw, and the fringe that sweeps across the forehead. */
import type { BobHair } from '../character.js';
import type { Sculpt } from '../sculpt.js';
import type { Vec3 } from '../vector.js';
import { add, DEGREES, lerp, mix, normalize, scale, smoothstep } from '../vector.js';
import { aboveScalp, StrandField, skullDirection } from './strand-field.js';

const SKULL_STEPS = 6;
/** Sides extend a little over their front edge, for locks that cross it. */
const SIDE_FRONT = -0.1;

/** f = 0 beside the face, 1 the middle of the back. */
export function sideStrands(hair: BobHair, sculpt: Sculpt, side: 1 | -1): StrandField {
  const { parting, drop, volume, curl } = hair;
  const controlPoints = (f: number): Vec3[] => {
    const root = skullDirection(parting * DEGREES * (1 - f * 0.7), lerp(38, 116, f) * DEGREES);
    const end = skullDirection(side * lerp(50, 180, Math.sign(f) * Math.abs(f) ** 0.85) * DEGREES, lerp(6, 10, f) * DEGREES);
    // Roots start under the scalp, so that the parting is a clean groove; it closes towards the crown.
    const points = [aboveScalp(sculpt, root, lerp(-0.3, 0.35, f * f) * volume)];
    for (let step = 1; step <= SKULL_STEPS; step++) {
      const t = step / SKULL_STEPS;
      const bow = Math.sin(Math.PI * t);
      const straight = normalize(mix(root, end, t));
      const bent = add(straight, [side * 0.22 * bow * (1 - f * f), 0.28 * bow * (1 - 0.4 * f), 0.12 * bow * (1 - f)]);
      // Near the face the hair lies closer, otherwise its underside would be visible.
      const lift = lerp(0.6, 1, smoothstep(-0.1, 0.3, f));
      points.push(aboveScalp(sculpt, bent, (volume * (0.6 + 0.4 * smoothstep(0, 0.4, t)) + 0.4 * bow * (1 - 0.3 * f)) * lerp(lift, 1, t)));
    }
    const last = points.at(-1)!;
    const out = normalize([last[0], 0, last[2] + 1.6]);
    const hang = (share: number, outward: number, forward: number): Vec3 =>
      add(last, add([0, -drop * (1 - 0.16 * f) * share, forward * (1 - f)], scale(out, outward)));
    points.push(hang(0.36, 0.55, 0.3), hang(0.72, 0.25, 1), hang(1, -curl, 1.5));
    return points;
  };
  return new StrandField(controlPoints, SIDE_FRONT, 1);
}

/** f = 0 the lowest strand on the forehead, 1 the one that joins the side. `side` is the one away from the parting. */
export function fringeStrands(hair: BobHair, sculpt: Sculpt, side: 1 | -1): StrandField {
  const parting = hair.parting * DEGREES;
  const controlPoints = (f: number): Vec3[] => {
    const endAzimuth = side * lerp(40, 74, f) * DEGREES;
    const at = (share: number, elevation: number, height: number): Vec3 =>
      aboveScalp(sculpt, skullDirection(lerp(parting, endAzimuth, share), elevation * DEGREES), height);
    // Its edges lie on the hair below, its middle rises over it.
    const swell = Math.sin(Math.PI * Math.max(0, f));
    const end = at(1, lerp(6.5, 3, f), lerp(1, 1.2, f) + 0.55 * swell);
    const tip = (share: number): Vec3 => add(end, [side * 0.75 * share, -lerp(3.6, 6.2, f) * share, -(1.9 - 0.9 * share) * share]);
    return [
      at(0, lerp(34.5, 74, f), -0.3 * hair.volume),
      at(0.12, lerp(34.5, 70, f), lerp(0.45, 0.55, f) + 0.25 * swell),
      at(0.34, lerp(29, 59, f), lerp(0.8, 1.2, f) + 0.5 * swell),
      at(0.68, lerp(17.5, 36, f), lerp(0.95, 1.3, f) + 0.6 * swell),
      end,
      tip(0.5),
      tip(1),
    ];
  };
  return new StrandField(controlPoints, -0.15, 1);
}
