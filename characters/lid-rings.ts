/** Rings around each eye: lids, crease and the skin up to the brow; and the rim's thickness behind them. */
import type { FacePoint } from './face-point.js';
import type { LidShape } from './lid-shape.js';
import type { RingPoint } from './mouth-rings.js';
import { planeFromPoint } from './plane-map.js';
import type { Sculpt } from './sculpt.js';
import { castOut } from './sdf.js';
import { addScaled, DEGREES, distance, gaussian, lerp, smoothstep } from './vector.js';

export const LID_COLUMNS = 48;
/** 1 = rim. The groups around 1.3 carry the crease. */
export const LID_RING_SCALES = [1, 1.03, 1.09, 1.18, 1.26, 1.31, 1.36, 1.43, 1.54, 1.7, 1.9];
/** Above the eyeball: outer edge of the rim, wet line, hidden edge. Without thickness a lid does not look real. */
export const RIM_HEIGHT = 0.18;
const INNER_RIM = [
  { height: 0.05, scale: 0.985 },
  { height: -0.12, scale: 1.06 },
];

/** `[ring][column]`, rim first. */
export function lidRings(sculpt: Sculpt, lids: LidShape, eye: 1 | -1): RingPoint[][] {
  const centre = lids.centre(eye);
  const room = roomBesideNose(sculpt, lids, eye);
  return LID_RING_SCALES.map((ring) =>
    Array.from({ length: LID_COLUMNS }, (_, column): RingPoint => {
      const angle = (column / LID_COLUMNS) * 2 * Math.PI;
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      const { azimuth, elevation } = ringAngles(lids, angle, (ring - 1) * room[column]);
      const direction = lids.direction(azimuth, elevation, eye);
      const groove = 0.2 * gaussian(ring - 1.31, 0.055) - 0.07 * gaussian(ring - 1.42, 0.08);
      const crease = groove * smoothstep(0.1, 0.6, s) * (1 - 0.25 * c);
      const base =
        ring === 1
          ? addScaled(centre, direction, lids.eyeRadius + RIM_HEIGHT)
          : castOut(sculpt.head, centre, direction, lids.eyeRadius + 0.02);
      const position = addScaled(base, direction, -crease);
      const lid = { eye, angle, azimuth, elevation, ring, radius: distance(position, centre), isInner: false };
      return { point: { position, kind: 'lid', lid }, plane: planeFromPoint(base) };
    }),
  );
}

/** Angles about the eye for a ring that is `grow` wider than the rim. */
function ringAngles(lids: LidShape, angle: number, grow: number): { azimuth: number; elevation: number } {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const widen = 1 + grow * lerp(0.22, 0.6, smoothstep(-0.9, 0.3, c));
  const spread = grow * 14 * DEGREES * s * (s > 0 ? 1 : 0.75);
  return {
    azimuth: lids.rimAzimuth(angle) * widen,
    elevation: lids.tiltAt(angle) * widen + lids.rimElevation(angle) * (1 + grow * 0.75) + spread,
  };
}

/**
 * Share of the full growth each column may take before its ray would meet the nose: rings that climb the nose fold
 * over in the plane of the skin. Smoothed around the eye.
 */
function roomBesideNose(sculpt: Sculpt, lids: LidShape, eye: 1 | -1): number[] {
  const widest = LID_RING_SCALES.at(-1)! - 1;
  const centre = lids.centre(eye);
  const isFree = (angle: number, share: number): boolean => {
    const { azimuth, elevation } = ringAngles(lids, angle, widest * share);
    const [x, y] = castOut(sculpt.head, centre, lids.direction(azimuth, elevation, eye), lids.eyeRadius + 0.02);
    return x * eye >= lerp(0.75, 1.95, smoothstep(0.4, -2.4, y));
  };
  const shares = Array.from({ length: LID_COLUMNS }, (_, column) => {
    const angle = (column / LID_COLUMNS) * 2 * Math.PI;
    let share = 1;
    while (share > 0.2 && !isFree(angle, share)) share -= 0.02;
    return share;
  });
  let smooth = shares;
  for (let pass = 0; pass < 3; pass++) {
    const previous = smooth;
    smooth = previous.map((share, column) => {
      const before = previous[(column + LID_COLUMNS - 1) % LID_COLUMNS];
      const after = previous[(column + 1) % LID_COLUMNS];
      return Math.min(share, (before + after) / 2 + 0.02);
    });
  }
  return smooth;
}

/** `[row][column]`: the wet line and the hidden edge behind the rim. */
export function lidInnerRim(lids: LidShape, rim: readonly FacePoint[]): FacePoint[][] {
  return INNER_RIM.map(({ height, scale }) =>
    rim.map((point) => {
      const lid = point.lid!;
      const radius = lids.eyeRadius + height;
      const direction = lids.direction(lid.azimuth * scale, lid.elevation * scale, lid.eye);
      return {
        position: addScaled(lids.centre(lid.eye), direction, radius),
        kind: 'lid',
        lid: { ...lid, azimuth: lid.azimuth * scale, elevation: lid.elevation * scale, radius, isInner: true },
      } satisfies FacePoint;
    }),
  );
}
