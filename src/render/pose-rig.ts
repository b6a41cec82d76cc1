/**
 * Head, neck, chest and eyes of a skeleton, rotated by the head and gaze channels and lifted by the breath.
 *
 * Axes: right-handed, +x = the character's left, +y up, +z out of the face. A rotation R in these axes sets a joint with the
 * local rest rotation L, whose parent has the world rotation P at rest, to P⁻¹ · R · P · L.
 */
import { Euler, type Object3D, Quaternion, Vector3 } from 'three';
import { eyeRotation, type FoundJoint, findJointsAmong, type JointRole, jawRotation, NECK_SHARE } from '../motion/retarget/joints.js';
import type { ChannelNames, JointName } from '../shared/contracts/channel-names.js';
import { CHANNEL_INDEX } from '../shared/contracts/channels.js';

/** Finds joints by their names. @param channelNames The page's own names. */
export function findJoints(root: Object3D, channelNames?: ChannelNames): FoundJoints {
  const objects: Object3D[] = [];
  root.traverse((object) => objects.push(object));
  return findJointsAmong(
    objects.map((node) => {
      const { isBone = false, isMesh = false } = node as { isBone?: boolean; isMesh?: boolean };
      return { name: nameInFile(node), node, isBone, isMesh };
    }),
    channelNames,
  );
}

export type FoundJoints = Partial<Record<JointName, FoundJoint<Object3D>>>;

/** The same without how each was found. */
export function objectsOf(found: FoundJoints): Partial<Record<JointName, Object3D>> {
  return Object.fromEntries(Object.entries(found).map(([joint, { node }]) => [joint, node]));
}

/** three.js removes dots, colons and spaces from names and keeps the original in `userData`. */
function nameInFile({ name, userData }: Object3D): string {
  return typeof userData.name === 'string' ? userData.name : name;
}

class Joint {
  private readonly object: Object3D;
  private readonly rest: Quaternion;
  private readonly restPosition: Vector3;
  private readonly parent = new Quaternion();
  private readonly parentInverse = new Quaternion();
  private readonly parentScale: number;

  /** @param object In its rest pose, world matrices up to date. */
  constructor(object: Object3D) {
    this.object = object;
    this.rest = object.quaternion.clone();
    this.restPosition = object.position.clone();
    const scale = new Vector3(1, 1, 1);
    object.parent?.matrixWorld.decompose(new Vector3(), this.parent, scale);
    this.parentInverse.copy(this.parent).invert();
    this.parentScale = scale.y || 1;
  }

  turn(rotation: Quaternion): void {
    this.object.quaternion.copy(this.parentInverse).multiply(rotation).multiply(this.parent).multiply(this.rest);
  }

  /** Translates it by metres along the axes of the character. */
  move(x: number, y: number, z: number): void {
    offset.set(x, y, z).applyQuaternion(this.parentInverse).divideScalar(this.parentScale);
    this.object.position.copy(this.restPosition).add(offset);
  }
}

/** A full breath at rest, approximately: the chest rises, moves forward and tilts back (metres, radians). */
const BREATH_UP = 0.0022;
const BREATH_FORWARD = 0.0012;
const BREATH_TILT = -0.007;

const euler = new Euler(0, 0, 0, 'YXZ');
const rotation = new Quaternion();
const offset = new Vector3();
const eyeTurn = { pitch: 0, yaw: 0 };
const jawTurn = { pitch: 0, yaw: 0 };

/** Range of drawn (flat) eyes as a share of a real eye's rotation: towards the nose, away from it, down and up. */
export interface EyeRange {
  readonly inner: number;
  readonly outer: number;
  readonly down: number;
  readonly up: number;
}

const WHOLE_RANGE: EyeRange = { inner: 1, outer: 1, down: 1, up: 1 };

export interface PoseRigOptions {
  /** The jaw joint opens the mouth. */
  readonly usesJaw?: boolean;
  readonly eyeRange?: EyeRange;
}

export class PoseRig {
  /** True if joints rotate the eyeballs; then the look shapes only move the lids. */
  readonly hasEyes: boolean;
  readonly hasHead: boolean;

  private readonly chest: Joint | null;
  private readonly neck: Joint | null;
  private readonly head: Joint | null;
  private readonly leftEye: Joint | null;
  private readonly rightEye: Joint | null;
  private readonly jaw: Joint | null;
  private readonly eyeRange: EyeRange;

  /** @param joints In their rest pose, world matrices up to date. */
  constructor(joints: Partial<Record<JointRole, Object3D>>, options: PoseRigOptions = {}) {
    this.eyeRange = options.eyeRange ?? WHOLE_RANGE;
    const jointOf = (role: JointRole) => (joints[role] ? new Joint(joints[role]) : null);
    this.head = jointOf('head');
    this.neck = this.head && jointOf('neck');
    this.chest = this.head && jointOf('chest');
    this.leftEye = jointOf('leftEye');
    this.rightEye = jointOf('rightEye');
    this.jaw = options.usesJaw ? jointOf('jaw') : null;
    this.hasEyes = this.leftEye !== null && this.rightEye !== null;
    this.hasHead = this.head !== null;
  }

  /**
   * @param pose `[58]`
   * @param breath Rise of the chest, about −1..1.
   */
  apply(pose: Float32Array, breath = 0): void {
    this.chest?.turn(rotation.setFromEuler(euler.set(BREATH_TILT * breath, 0, 0)));
    this.chest?.move(0, BREATH_UP * breath, BREATH_FORWARD * breath);
    const pitch = pose[CHANNEL_INDEX.headPitch];
    const yaw = pose[CHANNEL_INDEX.headYaw];
    const roll = pose[CHANNEL_INDEX.headRoll];
    const neckShare = this.neck ? NECK_SHARE : 0;
    if (this.neck) this.neck.turn(rotation.setFromEuler(euler.set(pitch * neckShare, yaw * neckShare, roll * neckShare)));
    const headShare = 1 - neckShare;
    this.head?.turn(rotation.setFromEuler(euler.set(pitch * headShare, yaw * headShare, roll * headShare)));
    (this.neck ?? this.head)?.move(pose[CHANNEL_INDEX.headX], pose[CHANNEL_INDEX.headY], pose[CHANNEL_INDEX.headZ]);
    this.look('leftEye', pose);
    this.look('rightEye', pose);
    if (!this.jaw) return;
    const { pitch: opening, yaw: side } = jawRotation(pose, jawTurn);
    this.jaw.turn(rotation.setFromEuler(euler.set(opening, side, 0)));
  }

  private look(eye: 'leftEye' | 'rightEye', pose: Float32Array): void {
    const joint = this[eye];
    if (!joint) return;
    const { pitch, yaw } = eyeRotation(pose, eye, eyeTurn);
    const { inner, outer, down, up } = this.eyeRange;
    const isOutwards = yaw > 0 === (eye === 'leftEye');
    joint.turn(rotation.setFromEuler(euler.set(pitch * (pitch > 0 ? down : up), yaw * (isOutwards ? outer : inner), 0)));
  }
}
