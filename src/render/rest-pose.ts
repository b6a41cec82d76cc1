import { type Object3D, Quaternion, Vector3 } from 'three';
import { jointName } from '../motion/retarget/joints.js';

const UPPER_ARMS = {
  left: ['leftarm', 'leftupperarm', 'upperarml', 'jbiplupperarm'],
  right: ['rightarm', 'rightupperarm', 'upperarmr', 'jbiprupperarm'],
};
/** Where upper arms hang: a little away from the body, in the axes of the character. */
const HANGS = { left: new Vector3(0.3, -0.95, 0.04).normalize(), right: new Vector3(-0.3, -0.95, 0.04).normalize() };
/** Arms that point further down than this hang already. */
const HANGING = -0.6;

/** Joints of one arm, shoulder and elbow. */
export interface Arm {
  readonly upper: Object3D;
  readonly lower: Object3D;
  readonly side: 'left' | 'right';
}

/**
 * Rigs are modelled with arms spread out; nobody talks like that. Lets them hang. World matrices must be up to date, and
 * are afterwards.
 *
 * @param arms Found by their names when not given.
 */
export function lowerArms(root: Object3D, arms: readonly Arm[] = findArms(root)): void {
  for (const { upper, lower, side } of arms) {
    if (!upper.parent) continue;
    const direction = lower.getWorldPosition(new Vector3()).sub(upper.getWorldPosition(new Vector3())).normalize();
    if (direction.y < HANGING) continue;
    const turn = new Quaternion().setFromUnitVectors(direction, HANGS[side]);
    const parent = upper.parent.getWorldQuaternion(new Quaternion());
    upper.quaternion.premultiply(parent).premultiply(turn).premultiply(parent.invert());
    upper.updateMatrixWorld(true);
  }
}

function findArms(root: Object3D): Arm[] {
  const arms: Arm[] = [];
  root.traverse((upper) => {
    const name = jointName(upper.name);
    const side = (['left', 'right'] as const).find((one) => UPPER_ARMS[one].includes(name));
    const lower = upper.children[0];
    if (side && lower) arms.push({ upper, lower, side });
  });
  return arms;
}
