/**
 * The skeleton and the skin weights. Joints have the names of common rigs and no rest rotation.
 * The neck bends smoothly: weights blend along an oblique height that runs under the chin and up the nape.
 */
import type { Character } from './character.js';
import type { Binding } from './part.js';
import type { Vec3 } from './vector.js';
import { smoothstep } from './vector.js';

export const JOINT_NAMES = ['Spine2', 'Neck', 'Head', 'LeftEye', 'RightEye'] as const;
export type JointName = (typeof JOINT_NAMES)[number];

export interface Joint {
  name: JointName;
  parent: JointName | null;
  /** Absolute rest position, cm. */
  position: Vec3;
}

export function createJoints({ eye }: Character): Joint[] {
  const [x, y, z] = eye.centre;
  return [
    { name: 'Spine2', parent: null, position: [0, -26, -3.5] },
    { name: 'Neck', parent: 'Spine2', position: [0, -15.5, -3.2] },
    { name: 'Head', parent: 'Neck', position: [0, -7, -2.4] },
    { name: 'LeftEye', parent: 'Head', position: [x, y, z] },
    { name: 'RightEye', parent: 'Head', position: [-x, y, z] },
  ];
}

/** Weight of each joint, in the order of `JOINT_NAMES`; they add up to 1. */
export function jointWeights(binding: Binding, [, y, z]: Vec3, isCloth: boolean): number[] {
  if (binding !== 'neck') return JOINT_NAMES.map((name) => (name === binding ? 1 : 0));
  const height = y + 0.5 * (z + 2);
  // The collar does not turn with the head; the skin inside it is hidden.
  const head = smoothstep(-14, -6.5, height) * (isCloth ? 0.3 : 1);
  const chest = smoothstep(-12, -17.5, y + 0.25 * (z + 2));
  return [chest * (1 - head), (1 - chest) * (1 - head), head, 0, 0];
}
