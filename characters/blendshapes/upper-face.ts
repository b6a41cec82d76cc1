/** Brows, cheeks and nose: soft bumps of motion, cm at weight 1. */
import type { Character } from '../character.js';
import type { FacePoint } from '../face-point.js';
import type { Vec3 } from '../vector.js';
import { distance, gaussian, scale, smoothstep } from '../vector.js';
import type { FieldTable } from './field.js';
import { SIDES, soft } from './field.js';
import { halfMask } from './mouth-region.js';

export function upperFaceFields(character: Character): FieldTable {
  const browY = 3.7 + character.brow.height;
  /** Height band of the brow; the lids take no part near the rim. */
  const browBand = (point: FacePoint, width: number): number => {
    const [, y, z] = point.position;
    const onLid = point.lid ? smoothstep(1.3, 2, point.lid.ring) : 1;
    return gaussian(Math.max(0, Math.abs(y - browY) - 0.5), width) * smoothstep(2, 4.5, z) * onLid;
  };
  const browAt = (point: FacePoint, side: number, x: number, width: number): number =>
    halfMask(point, side) * gaussian(point.position[0] * side - x, width) * browBand(point, 1.5);
  const bump = (point: FacePoint, side: number, centre: Vec3, width: number): number =>
    gaussian(distance([point.position[0] * side, point.position[1], point.position[2]], centre), width);

  const table: FieldTable = {
    browInnerUp: soft((point) => scale([0, 0.8, 0.02], gaussian(Math.abs(point.position[0]) * 0.8, 1.9) * browBand(point, 1.6))),
  };
  for (const [name, side] of SIDES) {
    table[`browDown${name}`] = soft((point) => scale([-side * 0.22, -0.62, 0.12], browAt(point, side, 2.4, 2.4)));
    table[`browOuterUp${name}`] = soft((point) => scale([0, 0.75, -0.05], browAt(point, side, 4.4, 1.7)));
    table[`cheekSquint${name}`] = soft((point) => scale([0, 0.45, 0.2], bump(point, side, [3.6, -2.2, 6.8], 1.9)));
    table[`noseSneer${name}`] = soft((point) => scale([0, 0.45, 0.05], bump(point, side, [1.2, -2.6, 7.8], 1.2)));
  }
  return table;
}
