import { type Object3D, Quaternion, Vector3 } from 'three';
import { nameReader } from '../motion/retarget/name-reader.js';
import type { JointName } from '../shared/contracts/channel-names.js';

/** Direction of hanging upper arms: a little away from the body, in the axes of the character. */
const HANGS = { left: new Vector3(0.3, -0.95, 0.04).normalize(), right: new Vector3(-0.3, -0.95, 0.04).normalize() };
/** Arms that point further down than this already hang. */
const HANGING = -0.6;

/** Joints of one arm, shoulder and elbow. */
export interface Arm {
  readonly upper: Object3D;
  readonly lower: Object3D;
  readonly side: 'left' | 'right';
}

/**
 * Lowers the arms of a skeleton that was modelled with arms spread out. World matrices must be up to date, and are afterwards.
 */
export function lowerArms(arms: readonly Arm[]): void {
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

/** Smallest distance of an elbow from the shoulder, as a share of the whole arm. */
const LEAST_UPPER_ARM = 0.12;

/** Joints from shoulder to hand, twist joints included. */
const ARM_DEPTH = 6;

/** The arms of a skeleton. @param joints Found by name; a missing elbow is the next joint down the arm. */
export function armsOf(joints: Partial<Record<JointName, Object3D>>): Arm[] {
  return (['left', 'right'] as const).flatMap((side): Arm[] => {
    const known = joints[`${side}LowerArm`];
    const upper = joints[`${side}UpperArm`] ?? jointAbove(known);
    if (!upper) return [];
    const lower = known && isBelow(known, upper) ? known : nextJoint(upper);
    return lower ? [{ upper, lower, side }] : [];
  });
}

function isBelow(node: Object3D, ancestor: Object3D): boolean {
  for (let at = node.parent; at; at = at.parent) if (at === ancestor) return true;
  return false;
}

function jointAbove(node: Object3D | undefined): Object3D | null {
  for (let at = node?.parent ?? null; at; at = at.parent) if (isJoint(at)) return at;
  return null;
}

/** The child joint that carries the hand: neither a mesh nor a twist joint. */
function nextJoint(upper: Object3D): Object3D | null {
  const shoulder = upper.getWorldPosition(new Vector3());
  const distance = (node: Object3D): number => node.getWorldPosition(new Vector3()).distanceTo(shoulder);
  const reach = (node: Object3D, depth = ARM_DEPTH): number =>
    Math.max(distance(node), ...(depth > 0 ? node.children.filter(isJoint).map((child) => reach(child, depth - 1)) : []));
  const least = reach(upper) * LEAST_UPPER_ARM;
  let at: Object3D = upper;
  for (let level = 0; level < ARM_DEPTH; level++) {
    const below = at.children.filter(isJoint);
    if (below.length === 0) return null;
    // Twist joints have no children on the arm.
    const next = below.reduce((best, node) => (rankOf(node, reach) > rankOf(best, reach) ? node : best));
    if (!isTwist(next) && distance(next) > least) return next;
    at = next;
  }
  return null;
}

const isTwist = ({ name }: Object3D): boolean => nameReader().isTwist(name);
const rankOf = (node: Object3D, reach: (node: Object3D) => number): number =>
  reach(node) - (isTwist(node) && node.children.length === 0 ? 1e6 : 0);

/** Joints also have meshes and groups of meshes as children. */
function isJoint(node: Object3D): boolean {
  if ((node as { isBone?: boolean }).isBone) return true;
  if ((node as { isMesh?: boolean }).isMesh) return false;
  return node.children.length === 0 || node.children.some((child) => !(child as { isMesh?: boolean }).isMesh);
}
