/**
 * Head, neck and eyes of a skeleton: how they are called, and what the head and gaze channels turn them by.
 *
 * Axes: right-handed, +x = the character's left, +y up, +z out of the face.
 */
import { CHANNEL_INDEX as C } from '../../shared/contracts/channels.js';

/** Names in use for each joint, without prefix, case and separators (Mixamo, Ready Player Me, VRM, Unreal, CC). */
const JOINT_NAMES = {
  head: ['head', 'jbipchead', 'bip01head'],
  neck: ['neck', 'neck1', 'necklower', 'neck01', 'necktwist01', 'jbipcneck', 'bip01neck'],
  chest: ['spine2', 'spine02', 'upperchest', 'spine03', 'chest', 'jbipcupperchest', 'chestupper', 'spine1'],
  leftEye: ['lefteye', 'eyeleft', 'eyel', 'leye', 'lefteyeball', 'jadjlfaceeye'],
  rightEye: ['righteye', 'eyeright', 'eyer', 'reye', 'righteyeball', 'jadjrfaceeye'],
  jaw: ['jaw', 'jawroot', 'lowerjaw', 'jawbone', 'mandible', 'cjaw', 'jbipcjaw', 'facjaw', 'jawbnd'],
} as const;

export type JointRole = keyof typeof JOINT_NAMES;

/** Part of a head turn that the neck takes. */
export const NECK_SHARE = 0.38;
/** Turn of an eyeball at weight 1 of its look channels, radians; the gaze of `motion/life` is made for it. */
export const LOOK_SIDE = 0.52;
export const LOOK_UP_DOWN = 0.44;

/** Something of a scene that may be a joint. */
export interface JointCandidate<Node> {
  readonly name: string;
  readonly node: Node;
  /** A skin follows it. */
  readonly isBone: boolean;
  /** Never a joint: many files call the eyeball's mesh as others call the joint. */
  readonly isMesh: boolean;
}

/** A joint's name without the prefix of its tool, without case and separators: "mixamorig:LeftArm" is `leftarm`. */
export function jointName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^(mixamorig\d*|ccbase|cc_base|bone)[:_]?/, '')
    .replace(/[^a-z0-9]/g, '');
}

/** Finds joints by their usual names. Bones win over other nodes of the same name, the first over the second. */
export function findJointsAmong<Node>(candidates: Iterable<JointCandidate<Node>>): Partial<Record<JointRole, Node>> {
  const byName = new Map<string, JointCandidate<Node>>();
  for (const candidate of candidates) {
    if (candidate.isMesh) continue;
    const name = jointName(candidate.name);
    const known = byName.get(name);
    if (!known || (candidate.isBone && !known.isBone)) byName.set(name, candidate);
  }
  const joints: Partial<Record<JointRole, Node>> = {};
  for (const role of Object.keys(JOINT_NAMES) as JointRole[]) {
    const name = JOINT_NAMES[role].find((candidate) => byName.has(candidate));
    if (name) joints[role] = byName.get(name)!.node;
  }
  return joints;
}

/** Turn of a jaw at weight 1 of its channels, radians. */
const JAW_OPEN = 0.36;
const JAW_SIDE = 0.1;

/**
 * Turn of a jaw joint, radians: pitch > 0 opens, yaw > 0 goes to the character's left. What closes the lips over an
 * open jaw closes the jaw, since nothing else can.
 *
 * @param pose `[58]`
 * @param out Filled in place.
 */
export function jawRotation(
  pose: Float32Array,
  out: { pitch: number; yaw: number } = { pitch: 0, yaw: 0 },
): { pitch: number; yaw: number } {
  out.pitch = Math.max(0, pose[C.jawOpen] - pose[C.mouthClose]) * JAW_OPEN;
  out.yaw = (pose[C.jawLeft] - pose[C.jawRight]) * JAW_SIDE;
  return out;
}

const LOOK_CHANNELS = {
  leftEye: { up: C.eyeLookUpLeft, down: C.eyeLookDownLeft, towardsLeft: C.eyeLookOutLeft, towardsRight: C.eyeLookInLeft },
  rightEye: { up: C.eyeLookUpRight, down: C.eyeLookDownRight, towardsLeft: C.eyeLookInRight, towardsRight: C.eyeLookOutRight },
} as const;

/**
 * Turn of an eyeball, radians: pitch > 0 looks down, yaw > 0 to the character's left.
 *
 * @param pose `[58]`
 * @param out Filled in place.
 */
export function eyeRotation(
  pose: Float32Array,
  eye: keyof typeof LOOK_CHANNELS,
  out: { pitch: number; yaw: number } = { pitch: 0, yaw: 0 },
): { pitch: number; yaw: number } {
  const { up, down, towardsLeft, towardsRight } = LOOK_CHANNELS[eye];
  out.pitch = (pose[down] - pose[up]) * LOOK_UP_DOWN;
  out.yaw = (pose[towardsLeft] - pose[towardsRight]) * LOOK_SIDE;
  return out;
}
