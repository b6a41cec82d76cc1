/**
 * Head, neck and eyes of a skeleton: their names, and their rotation by the head and gaze channels.
 *
 * Axes: right-handed, +x = the character's left, +y up, +z out of the face.
 */
import { type ChannelNames, isJoint, type JointName } from '../../shared/contracts/channel-names.js';
import { CHANNEL_INDEX as C } from '../../shared/contracts/channels.js';
import { nameReader } from './name-reader.js';

/** Added to the rank of a node that no skin follows. */
const NO_BONE = 1e6;

/** Joints that a pose turns. */
export type JointRole = Exclude<JointName, `${string}Arm`>;

/** Share of the head's rotation that the neck takes. */
export const NECK_SHARE = 0.38;
/** Rotation of an eyeball at weight 1 of its look channels, radians; `motion/life` assumes it. */
export const LOOK_SIDE = 0.52;
export const LOOK_UP_DOWN = 0.44;

/** A scene node that may be a joint. */
export interface JointCandidate<Node> {
  readonly name: string;
  readonly node: Node;
  /** It belongs to a skin. */
  readonly isBone: boolean;
  /** Never a joint: many files name the eyeball's mesh as others name the joint. */
  readonly isMesh: boolean;
}

export interface FoundJoint<Node> {
  readonly node: Node;
  readonly name: string;
  readonly convention: string;
}

/**
 * Finds joints by their names. Bones win over other nodes, a table of the page over everything.
 *
 * @param table Names that the page has given a meaning.
 */
export function findJointsAmong<Node>(
  candidates: Iterable<JointCandidate<Node>>,
  table: ChannelNames = {},
): Partial<Record<JointName, FoundJoint<Node>>> {
  const nodes = [...candidates].filter(({ isMesh }) => !isMesh);
  const best: Partial<Record<JointName, { rank: number; found: FoundJoint<Node> }>> = {};
  const consider = ({ node, name }: JointCandidate<Node>, joint: JointName, rank: number, convention: string): void => {
    const known = best[joint];
    if (!known || rank < known.rank) best[joint] = { rank, found: { node, name, convention } };
  };
  const readings = nameReader().readJoints(nodes.map(({ name }) => name));
  nodes.forEach((candidate, index) => {
    const { name, isBone } = candidate;
    if (Object.hasOwn(table, name)) {
      const target = table[name];
      if (isJoint(target)) consider(candidate, target, -1, 'page');
      return;
    }
    const reading = readings.get(index);
    if (reading) consider(candidate, reading.joint, reading.rank + (isBone ? 0 : NO_BONE), reading.convention);
  });
  return Object.fromEntries(Object.entries(best).map(([joint, { found }]) => [joint, found]));
}

/** Rotation of a jaw at weight 1 of its channels, radians. */
const JAW_OPEN = 0.36;
const JAW_SIDE = 0.1;

/**
 * Rotation of a jaw joint, radians: pitch > 0 opens, yaw > 0 goes to the character's left. Channels that close the lips over an
 * open jaw close the jaw, since nothing else can.
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
 * Rotation of an eyeball, radians: pitch > 0 looks down, yaw > 0 to the character's left.
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
