import type { Part } from '../part.js';
import type { Vec3 } from '../vector.js';
import { addScaled, clamp, lerp, smoothstep } from '../vector.js';
import { lockPart } from './lock.js';
import type { StrandField } from './strand-field.js';

export interface Drift {
  field: StrandField;
  side: 1 | -1;
  /** Start of the lock, and its drift up to the tip, in the sheet's f. */
  f: number;
  drift: number;
  halfWidth: number;
  /** Part of the strand it covers. */
  from: number;
  to: number;
  /** Above the sheet, cm. */
  height: number;
  colour: Vec3;
  seed: number;
  rows: number;
  columns: number;
}

/** A lock on top of a sheet, pointed at both ends, that crosses its strands at a small angle. */
export function driftingLock({ field, side, f, drift, halfWidth, from, to, height, colour, seed, rows, columns }: Drift): Part {
  const swell = (v: number): number => Math.sin(Math.PI * clamp(0.03 + 0.967 * v)) ** 0.7 + 0.004;
  return lockPart({
    frame: (across, v) => {
      // It starts and ends under the sheet: a free end would be visible as a spike.
      const risen = smoothstep(0, 0.14, v) * smoothstep(1, 0.84, v);
      const frame = field.at(f + drift * v * v + across * halfWidth * swell(v) * side, lerp(from, to, v));
      return {
        ...frame,
        position: addScaled(
          frame.position,
          frame.normal,
          height * (0.45 + 0.55 * swell(v)) * risen - 0.15 * (1 - risen) - (height + 0.12) * swell(v) * across * across,
        ),
      };
    },
    relief: (v) => 0.16 * swell(v),
    thickness: (v) => 0.2 * swell(v),
    rows,
    columns,
    backFrom: 0.5,
    seed,
    colour,
  });
}
