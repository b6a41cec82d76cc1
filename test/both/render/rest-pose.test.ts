import { Bone, Mesh, Object3D, Vector3 } from 'three';
import { assert, describe, it } from '#test';
import { findJoints, objectsOf } from '../../../src/render/pose-rig.js';
import { armsOf, lowerArms } from '../../../src/render/rest-pose.js';
import '../../../src/motion/retarget/names/register.js';

interface Node {
  readonly name: string;
  readonly at: readonly [x: number, y: number, z: number];
  readonly kind?: 'mesh' | 'group' | 'bone';
  readonly children?: readonly Node[];
}

function build({ name, at, kind = 'bone', children = [] }: Node): Object3D {
  const object = kind === 'mesh' ? new Mesh() : kind === 'group' ? new Object3D() : new Bone();
  object.name = name;
  object.position.set(...at);
  for (const child of children) object.add(build(child));
  return object;
}

/** Both arms of a rig, spread: x is mirrored and names of the left side are renamed. */
function rig(left: Node, rename: (name: string) => string): Object3D {
  const mirrored = ({ name, at: [x, y, z], kind, children }: Node): Node => ({
    name: rename(name),
    at: [-x, y, z],
    kind,
    children: children?.map(mirrored),
  });
  const root = build({ name: 'Chest', at: [0, 1.3, 0], children: [left, mirrored(left)] });
  root.updateMatrixWorld(true);
  return root;
}

const RIGS: Readonly<Record<string, { left: Node; rename: (name: string) => string }>> = {
  'with a mesh as the first child': {
    left: {
      name: 'UpperArm.L',
      at: [0.2, 0, 0],
      children: [
        { name: 'UpperArm.L_mesh', at: [0, 0.5, -0.4], kind: 'mesh' },
        { name: 'LowerArm.L', at: [0.25, 0, 0], children: [{ name: 'Hand.L', at: [0.25, 0, 0] }] },
      ],
    },
    rename: (name) => name.replace('.L', '.R'),
  },
  'with a group of meshes as the first child': {
    left: {
      name: 'LeftArm',
      at: [0.2, 0, 0],
      children: [
        { name: 'Sleeve', at: [0, 0.5, -0.4], kind: 'group', children: [{ name: 'Sleeve_1', at: [0, 0, 0], kind: 'mesh' }] },
        { name: 'LeftForeArm', at: [0.25, 0, 0] },
      ],
    },
    rename: (name) => name.replace('Left', 'Right'),
  },
  'with twist joints before the elbow': {
    left: {
      name: 'lShldrBend',
      at: [0.2, 0, 0],
      children: [
        {
          name: 'lShldrTwist',
          at: [0.12, 0.01, 0],
          children: [{ name: 'lForearmBend', at: [0.13, 0, 0], children: [{ name: 'lHand', at: [0.25, 0, 0] }] }],
        },
      ],
    },
    rename: (name) => name.replace(/^l/, 'r'),
  },
  'with twist joints beside an elbow of another name': {
    left: {
      name: 'upperarm_l',
      at: [0.2, 0, 0],
      children: [
        { name: 'upperarm_twist_01_l', at: [0.1, 0.08, 0] },
        { name: 'upperarm_twist_02_l', at: [0.3, 0.2, 0] },
        { name: 'part_7_l', at: [0.25, 0, 0], children: [{ name: 'part_8_l', at: [0.25, 0, 0] }] },
      ],
    },
    rename: (name) => name.replace(/_l$/, '_r'),
  },
  'by shoulders and elbows': {
    left: {
      name: 'left_collar',
      at: [0.05, 0, 0],
      children: [{ name: 'left_shoulder', at: [0.15, 0, 0], children: [{ name: 'left_elbow', at: [0.25, 0, 0] }] }],
    },
    rename: (name) => name.replace('left', 'right'),
  },
  'by elbows alone': {
    left: { name: 'part_3_l', at: [0.2, 0, 0], children: [{ name: 'elbow_l', at: [0.25, 0, 0] }] },
    rename: (name) => name.replace(/_l$/, '_r'),
  },
  'in Japanese': {
    left: {
      name: '左腕',
      at: [0.2, 0, 0],
      children: [
        { name: '左腕捩', at: [0.12, 0.05, 0] },
        { name: '左ひじ', at: [0.25, 0, 0] },
      ],
    },
    rename: (name) => name.replace('左', '右'),
  },
};

describe('Arms that are spread out', () => {
  for (const [kind, { left, rename }] of Object.entries(RIGS)) {
    it(`hang down at both sides: a rig ${kind}`, () => {
      const root = rig(left, rename);
      const arms = armsOf(objectsOf(findJoints(root)));
      assert.sameMembers(
        arms.map(({ side }) => side),
        ['left', 'right'],
      );
      lowerArms(arms);
      root.updateMatrixWorld(true);
      for (const { upper, lower, side } of arms) {
        const direction = lower.getWorldPosition(new Vector3()).sub(upper.getWorldPosition(new Vector3())).normalize();
        assert.isBelow(direction.y, -0.9, `${side}: ${lower.name}`);
        assert.isAbove(direction.x * (side === 'left' ? 1 : -1), 0.1, side);
      }
    });
  }

  it('are left alone where a rig has none', () => {
    assert.deepEqual(armsOf({}), []);
    const alone = build({ name: 'LeftArm', at: [0, 0, 0] });
    alone.updateMatrixWorld(true);
    assert.deepEqual(armsOf({ leftUpperArm: alone }), []);
  });
});
