/** The jaw as a hinge, and the lips closing over it. */
import type { FacePoint } from '../face-point.js';
import type { Vec3 } from '../vector.js';
import { addScaled, clamp, DEGREES, lerp, mix, rotateAboutX, scale, smoothstep, subtract, ZERO } from '../vector.js';
import type { Field, FieldTable } from './field.js';
import { isRigid } from './field.js';
import type { MouthRegion } from './mouth-region.js';

const HINGE: Vec3 = [0, -1.3, -0.8];
const OPENING = 19 * DEGREES;
/** The corners follow the jaw by this share. */
const CORNER_SHARE = 0.36;

/** Falloff of the jaw's movement: towards the ears, down the neck, at the back. */
function hold([x, y, z]: Vec3): number {
  const ear = 1 - 0.9 * smoothstep(5, 8.2, Math.abs(x) + Math.max(0, -z) * 0.8);
  const neck = smoothstep(-13.5, -9, y + Math.max(0, z - 1) * 1.1);
  return ear * neck * smoothstep(-2.5, 3.2, z);
}

/** Share of a sliding jaw: the same above and below the seam, so that closed lips stay closed. */
function slideShare(region: MouthRegion, point: FacePoint): number {
  return point.jawWeight ?? smoothstep(1.2, -1.2, region.aboveSeam(point)) * hold(point.position);
}

/** Share of the jaw's opening at a point, 0..1. */
function jawShare(region: MouthRegion, point: FacePoint): number {
  if (point.jawWeight !== undefined) return point.jawWeight;
  const [x, y] = point.position;
  // Wider blend beside the mouth: the cheek stretches over its whole height.
  const blend = 0.3 + 0.75 * Math.max(0, Math.abs(x) - 1.2);
  const general = smoothstep(-blend, blend, region.shape.extendedSeamY(x) - y);
  let share = general;
  if (point.lip) {
    const t = clamp(Math.abs(point.lip.along));
    // A plateau instead of this rounded profile gives a letterbox mouth.
    const profile = (1 - t ** 2.3) ** 0.72;
    const { side, across } = point.lip;
    const lip = side < 0 ? CORNER_SHARE + (1 - CORNER_SHARE) * profile : side > 0 ? CORNER_SHARE * (1 - profile) : CORNER_SHARE;
    const outside = smoothstep(0.9, 2.3, across) * (0.35 + 0.65 * smoothstep(0.3, 1.6, across));
    share = point.kind === 'mouthLining' ? lip : lerp(lip, general, outside);
  }
  return share * hold(point.position);
}

export function jawFields(region: MouthRegion): FieldTable {
  const { shape } = region;

  const jawOpen: Field = (point) => {
    const weight = jawShare(region, point);
    const turn = subtract(rotateAboutX(point.position, HINGE, OPENING), point.position);
    const narrowing = isRigid(point) ? 0 : 0.1 * region.lips(point, 1.4);
    const opened: Vec3 = [turn[0] * weight - point.position[0] * narrowing, turn[1] * weight, turn[2] * 0.85 * weight];
    if (isRigid(point) || region.sideOf(point) <= 0 || point.kind === 'lid' || point.kind === 'brow') return opened;
    // The upper lip rises a little in the middle.
    const t = clamp(Math.abs(region.along(point)));
    return [opened[0], opened[1] + 0.06 * region.lips(point, 0.9) * (1 - t * t) * region.belowNose(point), opened[2]];
  };

  /** Position of the closed seam on a fully open jaw, in the column of a point. */
  const closedSeam = (point: FacePoint): Vec3 => {
    const t = point.lip ? point.lip.along : clamp(region.along(point), -1, 1);
    const seam: Vec3 = point.lip ? point.lip.seam : [shape.halfWidth * t, shape.seamY(t), 7.6];
    const isCorner = point.lip?.side === 0;
    const rim = (side: number): FacePoint => ({
      position: seam,
      kind: 'lip',
      lip: { along: t, across: 0, side: isCorner ? 0 : side, depth: 0, seam },
    });
    return mix(jawOpen(rim(1)), jawOpen(rim(-1)), 0.3);
  };

  /**
   * ARKit's meaning: the lips close, the jaw stays open. Linear in the finished jawOpen, so that equal weights of both
   * seal at every opening. On its own it would cross the lips: the player keeps mouthClose ≤ jawOpen.
   */
  const mouthClose: Field = (point) => {
    if (isRigid(point)) return ZERO;
    const notDeep = point.kind === 'mouthLining' ? 1 - smoothstep(0.4, 1.6, point.lip!.depth) : 1;
    return scale(subtract(closedSeam(point), jawOpen(point)), region.lips(point, 1.15) * region.belowNose(point) * notDeep);
  };

  const shift =
    (direction: Vec3): Field =>
    (point) =>
      addScaled(ZERO, direction, slideShare(region, point));
  return { jawOpen, mouthClose, jawForward: shift([0, 0, 0.9]), jawLeft: shift([0.9, 0, 0]), jawRight: shift([-0.9, 0, 0]) };
}
