import { assert } from 'chai';
import { Bone, Object3D, Vector3 } from 'three';

import { findJoints as foundJoints, objectsOf, PoseRig } from '../../../src/render/pose-rig.js';
import '../../../src/motion/retarget/names/register.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, type Channel } from '../../../src/shared/contracts/channels.js';

const findJoints = (root: Object3D) => objectsOf(foundJoints(root));

/** Neck, head and eyes; joints stand turned at rest, as in real rigs. */
function skeleton(prefix: string): Object3D {
  const root = new Object3D();
  let at: Object3D = root;
  for (const [name, y] of [
    ['Neck', 1.4],
    ['Head', 0.1],
  ] as const) {
    const bone = new Bone();
    bone.name = prefix + name;
    bone.position.y = y;
    bone.rotation.set(0.3, -0.2, 0.1);
    at.add(bone);
    at = bone;
  }
  for (const [name, x] of [
    ['LeftEye', 0.03],
    ['RightEye', -0.03],
  ] as const) {
    const eye = new Bone();
    eye.name = prefix + name;
    eye.position.set(x, 0.08, 0.07);
    at.add(eye);
  }
  root.updateMatrixWorld(true);
  return root;
}

/** Where a direction that points at the viewer at rest points in a pose, for one joint. */
function facing(root: Object3D, joint: Object3D, pose: Partial<Record<Channel, number>>): Vector3 {
  root.updateMatrixWorld(true);
  const local = joint.worldToLocal(joint.getWorldPosition(new Vector3()).add(new Vector3(0, 0, 1)));
  const values = new Float32Array(CHANNEL_COUNT);
  for (const [name, value] of Object.entries(pose)) values[CHANNEL_INDEX[name as Channel]] = value;
  const rig = new PoseRig(findJoints(root));
  rig.apply(values);
  root.updateMatrixWorld(true);
  const result = joint.localToWorld(local).sub(joint.getWorldPosition(new Vector3()));
  rig.apply(new Float32Array(CHANNEL_COUNT));
  return result;
}

describe('The rig of head and eyes', () => {
  for (const prefix of ['', 'mixamorig:', 'mixamorig']) {
    it(`finds joints named "${prefix}Head"`, () => {
      const joints = findJoints(skeleton(prefix));
      assert.hasAllKeys(joints, ['head', 'neck', 'leftEye', 'rightEye']);
    });
  }

  it('turns the head as the channels say, in the axes of the character', () => {
    const root = skeleton('');
    const head = findJoints(root).head!;
    assert.closeTo(facing(root, head, { headYaw: 0.5 }).x, Math.sin(0.5), 0.01);
    assert.closeTo(facing(root, head, { headPitch: 0.5 }).y, -Math.sin(0.5), 0.01);
    assert.closeTo(facing(root, head, {}).z, 1, 1e-6);
  });

  it('moves the head by metres', () => {
    const root = skeleton('');
    const head = findJoints(root).head!;
    const before = head.getWorldPosition(new Vector3());
    const values = new Float32Array(CHANNEL_COUNT);
    values[CHANNEL_INDEX.headY] = 0.01;
    const rig = new PoseRig(findJoints(root));
    rig.apply(values);
    root.updateMatrixWorld(true);
    assert.closeTo(head.getWorldPosition(new Vector3()).y - before.y, 0.01, 1e-6);
  });

  it('lifts the chest by the breath, and the head with it', () => {
    const root = new Bone();
    root.name = 'Spine2';
    root.position.y = 1.2;
    root.add(skeleton(''));
    root.updateMatrixWorld(true);
    const { chest, head } = findJoints(root);
    const rig = new PoseRig(findJoints(root));
    const heights = [-1, 0, 1].map((breath) => {
      rig.apply(new Float32Array(CHANNEL_COUNT), breath);
      root.updateMatrixWorld(true);
      return [chest!, head!].map((joint) => joint.getWorldPosition(new Vector3()).y);
    });
    for (const joint of [0, 1]) {
      assert.isAbove(heights[2][joint] - heights[0][joint], 0.003);
      assert.isBelow(heights[2][joint] - heights[0][joint], 0.008);
    }
    assert.closeTo(heights[1][0], 1.2, 1e-6);
  });

  it('turns both eyes to the same side: out for one is in for the other', () => {
    const root = skeleton('');
    const { leftEye, rightEye } = findJoints(root);
    const pose = { eyeLookOutLeft: 1, eyeLookInRight: 1 } as const;
    assert.isAbove(facing(root, leftEye!, pose).x, 0.4);
    assert.isAbove(facing(root, rightEye!, pose).x, 0.4);
    assert.isAbove(facing(root, leftEye!, { eyeLookUpLeft: 1 }).y, 0.3);
  });

  it('does without joints', () => {
    const rig = new PoseRig(findJoints(new Object3D()));
    rig.apply(new Float32Array(CHANNEL_COUNT));
    assert.isFalse(rig.hasEyes);
  });
});
