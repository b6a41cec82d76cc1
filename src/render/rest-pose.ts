import { Quaternion, Vector3, type Object3D } from 'three';
import { jointName } from '../motion/retarget/joints.js';

/** Upper arms and where they hang: a little away from the body, in the axes of the character. */
const ARMS = [
  { names: ['leftarm', 'leftupperarm', 'upperarml', 'jbiplupperarm'], hang: new Vector3(0.3, -0.95, 0.04).normalize() },
  { names: ['rightarm', 'rightupperarm', 'upperarmr', 'jbiprupperarm'], hang: new Vector3(-0.3, -0.95, 0.04).normalize() },
];
/** Arms that point further down than this hang already. */
const HANGING = -0.6;

/**
 * Rigs are modelled with arms spread out; nobody talks like that. Lets them hang. World matrices must be up to date, and
 * are afterwards.
 */
export function lowerArms(root: Object3D): void {
  root.traverse((object) => {
    const name = jointName(object.name);
    const arm = ARMS.find(({ names }) => names.includes(name));
    const elbow = object.children[0];
    if (!arm || !elbow || !object.parent) return;
    const direction = elbow.getWorldPosition(new Vector3()).sub(object.getWorldPosition(new Vector3())).normalize();
    if (direction.y < HANGING) return;
    const turn = new Quaternion().setFromUnitVectors(direction, arm.hang);
    const parent = object.parent.getWorldQuaternion(new Quaternion());
    object.quaternion.premultiply(parent).premultiply(turn).premultiply(parent.invert());
    object.updateMatrixWorld(true);
  });
}
