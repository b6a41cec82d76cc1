import type { FacePoint } from '../face-point.js';
import type { Vec3 } from '../vector.js';
import { ZERO } from '../vector.js';

/**
 * One blendshape: displacement (cm) of an unposed point at weight 1. The same field moves skin, brows, lashes,
 * teeth and tongue, so they stay together.
 */
export type Field = (point: FacePoint) => Vec3;

/** Named fields; names are ARKit's, `<channel>.mid` is the corrective applied with 4w(1-w). */
export type FieldTable = Record<string, Field>;

export const SIDES = [
  ['Left', 1],
  ['Right', -1],
] as const;

/** 0 for teeth, tongue and throat, which move with the jaw only. */
export const isRigid = (point: FacePoint): boolean => point.jawWeight !== undefined;

/** Restricts a field to soft parts. */
export const soft =
  (field: Field): Field =>
  (point) =>
    isRigid(point) ? ZERO : field(point);
