/**
 * Head, neck and eyes of a skeleton, turned by the head and gaze channels.
 *
 * Axes: right-handed, +x = the character's left, +y up, +z out of the face. A rotation R given in these axes turns a
 * joint whose parent stands at P (at rest) and which itself has the local rest rotation L to  P⁻¹ · R · P · L.
 */
import { Euler, Object3D, Quaternion, Vector3 } from 'three';
import { CHANNEL_INDEX } from '../shared/channels.js';

/** Names in use for each joint, without prefix, case and separators (Mixamo, Ready Player Me, VRM, Unreal, CC). */
const JOINT_NAMES = {
  head: ['head', 'jbipchead', 'bip01head'],
  neck: ['neck', 'neck1', 'neck01', 'necktwist01', 'jbipcneck', 'bip01neck'],
  chest: ['spine2', 'spine02', 'upperchest', 'spine03', 'chest', 'jbipcupperchest', 'spine1'],
  leftEye: ['lefteye', 'eyeleft', 'eyel', 'leye', 'lefteyeball', 'jadjlfaceeye'],
  rightEye: ['righteye', 'eyeright', 'eyer', 'reye', 'righteyeball', 'jadjrfaceeye'],
} as const;

export type JointRole = keyof typeof JOINT_NAMES;

/** Part of a head turn that the neck takes. */
const NECK_SHARE = 0.38;
/** Turn of an eyeball at weight 1 of its look channels, radians; the gaze of `motion/idle` is made for it. */
const LOOK_SIDE = 0.52;
const LOOK_UP_DOWN = 0.44;

/** A joint's name without the prefix of its tool, without case and separators: "mixamorig:LeftArm" is `leftarm`. */
export function jointName(object: Object3D): string {
  return object.name.toLowerCase().replace(/^(mixamorig\d*|ccbase|cc_base|bone)[:_]?/, '').replace(/[^a-z0-9]/g, '');
}

/** Finds joints by their usual names. Bones win over other nodes of the same name. */
export function findJoints(root: Object3D): Partial<Record<JointRole, Object3D>> {
  const byName = new Map<string, Object3D>();
  root.traverse((object) => {
    const name = jointName(object);
    const known = byName.get(name);
    const isBone = (object as { isBone?: boolean }).isBone === true;
    // A mesh is never a joint: many files call the eyeball's mesh as others call the joint.
    if ((object as { isMesh?: boolean }).isMesh) return;
    if (!known || (isBone && !(known as { isBone?: boolean }).isBone)) byName.set(name, object);
  });
  const joints: Partial<Record<JointRole, Object3D>> = {};
  for (const role of Object.keys(JOINT_NAMES) as JointRole[]) {
    const name = JOINT_NAMES[role].find((candidate) => byName.has(candidate));
    if (name) joints[role] = byName.get(name);
  }
  return joints;
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

  /** Moves it by metres along the axes of the character. */
  move(x: number, y: number, z: number): void {
    offset.set(x, y, z).applyQuaternion(this.parentInverse).divideScalar(this.parentScale);
    this.object.position.copy(this.restPosition).add(offset);
  }
}

const euler = new Euler(0, 0, 0, 'YXZ');
const rotation = new Quaternion();
const offset = new Vector3();

export class PoseRig {
  /** True when eyeballs turn by joints; then the look shapes only move the lids. */
  readonly hasEyes: boolean;
  readonly hasHead: boolean;

  private readonly neck: Joint | null;
  private readonly head: Joint | null;
  private readonly leftEye: Joint | null;
  private readonly rightEye: Joint | null;

  /** @param joints In their rest pose, world matrices up to date. */
  constructor(joints: Partial<Record<JointRole, Object3D>>) {
    const jointOf = (role: JointRole) => (joints[role] ? new Joint(joints[role]) : null);
    this.head = jointOf('head');
    this.neck = this.head && jointOf('neck');
    this.leftEye = jointOf('leftEye');
    this.rightEye = jointOf('rightEye');
    this.hasEyes = this.leftEye !== null && this.rightEye !== null;
    this.hasHead = this.head !== null;
  }

  /** @param pose `[58]` */
  apply(pose: Float32Array): void {
    const pitch = pose[CHANNEL_INDEX.headPitch];
    const yaw = pose[CHANNEL_INDEX.headYaw];
    const roll = pose[CHANNEL_INDEX.headRoll];
    const neckShare = this.neck ? NECK_SHARE : 0;
    if (this.neck) this.neck.turn(rotation.setFromEuler(euler.set(pitch * neckShare, yaw * neckShare, roll * neckShare)));
    const headShare = 1 - neckShare;
    this.head?.turn(rotation.setFromEuler(euler.set(pitch * headShare, yaw * headShare, roll * headShare)));
    (this.neck ?? this.head)?.move(pose[CHANNEL_INDEX.headX], pose[CHANNEL_INDEX.headY], pose[CHANNEL_INDEX.headZ]);
    this.look(this.leftEye, pose, LEFT_LOOK);
    this.look(this.rightEye, pose, RIGHT_LOOK);
  }

  private look(eye: Joint | null, pose: Float32Array, channels: LookChannels): void {
    if (!eye) return;
    const pitch = (pose[channels.down] - pose[channels.up]) * LOOK_UP_DOWN;
    const yaw = (pose[channels.towardsLeft] - pose[channels.towardsRight]) * LOOK_SIDE;
    eye.turn(rotation.setFromEuler(euler.set(pitch, yaw, 0)));
  }
}

interface LookChannels {
  up: number;
  down: number;
  towardsLeft: number;
  towardsRight: number;
}

const LEFT_LOOK: LookChannels = {
  up: CHANNEL_INDEX.eyeLookUpLeft,
  down: CHANNEL_INDEX.eyeLookDownLeft,
  towardsLeft: CHANNEL_INDEX.eyeLookOutLeft,
  towardsRight: CHANNEL_INDEX.eyeLookInLeft,
};
const RIGHT_LOOK: LookChannels = {
  up: CHANNEL_INDEX.eyeLookUpRight,
  down: CHANNEL_INDEX.eyeLookDownRight,
  towardsLeft: CHANNEL_INDEX.eyeLookInRight,
  towardsRight: CHANNEL_INDEX.eyeLookOutRight,
};
