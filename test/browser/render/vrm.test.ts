import { assert } from 'chai';
import { Euler, type MeshLambertMaterial, type Object3D, Quaternion, type SkinnedMesh, Vector3 } from 'three';
import { readGlb, writeGlb } from '../../../src/motion/files/glb-container.js';
import { checkedFile } from '../../../src/render/files/prepare-file.js';
import type { AvatarModel } from '../../../src/render/loaders/avatar-model.js';
import { loadAvatar } from '../../../src/render/loaders/load-avatar.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, type Channel } from '../../../src/shared/contracts/channels.js';
import { AvatarError } from '../../../src/shared/contracts/errors.js';
import { ADD_ONS, ARIA_URL } from '../../helpers/browser/stage-probe.js';
import { FILE_ADD_ONS } from '../../helpers/hostile-glb.js';
import { TINTS, type VrmOptions, vrmFrom } from '../../helpers/vrm-files.js';

const ariaBytes = async () => new Uint8Array(await (await fetch(ARIA_URL)).arrayBuffer());

async function load(bytes: Uint8Array<ArrayBuffer>, isSoftware = true): Promise<AvatarModel> {
  const file = new Blob([await checkedFile(bytes.slice().buffer, FILE_ADD_ONS)]);
  return loadAvatar(file, { signal: new AbortController().signal, isSoftware, addOns: ADD_ONS, handleProgress: () => undefined });
}

const loadVrm = async (options: VrmOptions) => load(vrmFrom(await ariaBytes(), options));

function show(avatar: AvatarModel, pose: Partial<Record<Channel, number>>, elapsedSeconds = 0): void {
  const channels = new Float32Array(CHANNEL_COUNT);
  for (const [name, value] of Object.entries(pose)) channels[CHANNEL_INDEX[name as Channel]] = value;
  avatar.apply(channels, elapsedSeconds);
  avatar.root.updateMatrixWorld(true);
}

const node = (avatar: AvatarModel, name: string): Object3D => avatar.root.getObjectByName(name)!;
const placeOf = (avatar: AvatarModel, name: string) => node(avatar, name).getWorldPosition(new Vector3());

/** Greatest way of a vertex of the skin from where it is at rest, metres. */
function travel(avatar: AvatarModel, pose: Partial<Record<Channel, number>>): number {
  const skin = node(avatar, 'skin') as SkinnedMesh;
  show(avatar, {});
  const { array } = skin.geometry.attributes.position;
  const rest = array.slice();
  show(avatar, pose);
  const now = skin.geometry.attributes.position.array;
  let most = 0;
  for (let at = 0; at < rest.length; at += 3)
    most = Math.max(most, Math.hypot(now[at] - rest[at], now[at + 1] - rest[at + 1], now[at + 2] - rest[at + 2]));
  return most * skin.getWorldScale(new Vector3()).y;
}

for (const version of [0, 1] as const) {
  describe(`A VRM ${version}`, () => {
    let avatar: AvatarModel;
    before(async () => {
      avatar = await loadVrm({ version });
    });
    after(() => avatar.dispose());

    it('faces the viewer, with its left on its left', () => {
      show(avatar, {});
      const left = placeOf(avatar, 'LeftEye');
      const right = placeOf(avatar, 'RightEye');
      const head = placeOf(avatar, 'Head');
      assert.isAbove(left.x - right.x, 0.05);
      assert.isAbove(left.z - head.z, 0.05);
      assert.closeTo(avatar.anchors.eyes.z, (left.z + right.z) / 2, 1e-4);
      assert.isAbove(avatar.anchors.topY, avatar.anchors.eyes.y + 0.08);
    });

    it('says what it is and what it lacks', () => {
      const { format, missingChannels, approximatedChannels, missingJoints } = avatar.info;
      assert.equal(format, 'vrm');
      assert.includeMembers(approximatedChannels, ['jawOpen', 'mouthPucker', 'eyeBlinkLeft', 'mouthSmileLeft']);
      assert.include(missingChannels, 'tongueOut');
      assert.notInclude(missingChannels, 'eyeLookUpLeft');
      assert.deepEqual(missingJoints, []);
    });

    it('moves its face: vowels, lids, a smile; lips stay together in p', () => {
      assert.isAbove(travel(avatar, { jawOpen: 0.6 }), 0.01);
      assert.isAbove(travel(avatar, { mouthPucker: 0.7 }), 0.004);
      assert.isAbove(travel(avatar, { eyeBlinkLeft: 1 }), 0.005);
      assert.isAbove(travel(avatar, { mouthSmileLeft: 1, mouthSmileRight: 1 }), 0.003);
      assert.isBelow(travel(avatar, { jawOpen: 0.05, mouthClose: 0.05, mouthPressLeft: 1, mouthPressRight: 1 }), 0.001);
    });

    it('turns head and eyes, the eyes by what the file allows', () => {
      const turned = (name: string, pose: Partial<Record<Channel, number>>): Euler => {
        show(avatar, {});
        const rest = node(avatar, name).getWorldQuaternion(new Quaternion());
        show(avatar, pose);
        const turn = node(avatar, name).getWorldQuaternion(new Quaternion()).multiply(rest.invert());
        return new Euler().setFromQuaternion(turn, 'YXZ');
      };
      assert.closeTo(turned('Head', { headYaw: 0.4 }).y, 0.4, 0.01);
      assert.closeTo(turned('Head', { headPitch: 0.2 }).x, 0.2, 0.01);
      // 10 of 30 degrees.
      assert.closeTo(turned('LeftEye', { eyeLookOutLeft: 1 }).y, 0.52 / 3, 0.005);
      assert.closeTo(turned('RightEye', { eyeLookInRight: 1 }).y, 0.52 / 3, 0.005);
    });

    it('lets its arms hang', () => {
      const [upper, lower] = [placeOf(avatar, 'left_a1'), placeOf(avatar, 'left_a2')];
      assert.isAbove(upper.y - lower.y, 0.2);
      assert.isAbove(lower.x, upper.x);
    });

    it('has hair that swings after the head and comes to rest', () => {
      const tip = () => placeOf(avatar, 'plait3').sub(placeOf(avatar, 'plait1'));
      for (let frame = 0; frame < 120; frame++) show(avatar, {}, 1 / 60);
      const rest = tip();
      // Hanging from the head, the plait is thrown aside by a sway.
      let furthest = 0;
      for (let frame = 0; frame < 30; frame++) {
        show(avatar, { headX: 0.08 * Math.sin(frame / 4) }, 1 / 60);
        furthest = Math.max(furthest, tip().distanceTo(rest));
      }
      assert.isAbove(furthest, 0.02);
      for (let frame = 0; frame < 240; frame++) show(avatar, {}, 1 / 60);
      assert.isBelow(tip().distanceTo(rest), 0.005);
    });
  });
}

for (const version of [0, 1] as const) {
  for (const isSoftware of [true, false]) {
    it(`A VRM ${version} colours its skin, fades its clothes and shifts its textures as its expressions say${isSoftware ? ', in software' : ''}`, async () => {
      const avatar = await load(vrmFrom(await ariaBytes(), { version, hasTints: true }), isSoftware);
      const materialOf = (name: string) => [(node(avatar, name) as SkinnedMesh).material].flat()[0] as MeshLambertMaterial;
      const [skin, cloth] = [materialOf('skin'), materialOf('cloth')];
      const look = () => {
        cloth.onBeforeRender(...([] as unknown as Parameters<MeshLambertMaterial['onBeforeRender']>));
        return { color: skin.color.toArray(), opacity: cloth.opacity, offset: skin.map!.offset.toArray() };
      };
      show(avatar, {});
      const rest = look();
      assert.deepEqual([rest.opacity, rest.offset], [1, [0, 0]]);
      show(avatar, { mouthSmileLeft: 1, mouthSmileRight: 1 });
      const happy = look();
      const weight = (1 - happy.opacity) / (1 - TINTS.clothOpacity);
      assert.isAbove(weight, 0.5);
      happy.color.forEach((value, channel) =>
        assert.closeTo(value, rest.color[channel] + weight * (TINTS.skin[channel] - rest.color[channel]), 0.005),
      );
      // A texture is there or not.
      show(avatar, { jawOpen: 0.1 });
      assert.deepEqual(look(), rest);
      show(avatar, { jawOpen: 1 });
      look().offset.forEach((value, axis) => assert.closeTo(value, TINTS.offset[axis], 1e-6));
      show(avatar, {});
      assert.deepEqual(look(), rest);
      avatar.dispose();
    });
  }
}

describe('VRM files', () => {
  for (const version of [0, 1] as const) {
    for (const isSoftware of [true, false]) {
      it(`keep an image that several textures share (VRM ${version}${isSoftware ? ', in software' : ''}), and free it at the end`, async () => {
        const avatar = await load(vrmFrom(await ariaBytes(), { version, isShadedByBase: true }), isSoftware);
        const images = new Set<ImageBitmap>();
        avatar.eachTexture(({ image }) => images.add(image as ImageBitmap));
        assert.isAbove(images.size, 0);
        // A closed ImageBitmap has no size.
        for (const { width } of images) assert.equal(width, 1);
        avatar.dispose();
        for (const { width } of images) assert.equal(width, 0);
      });
    }
  }

  it('look by expressions where the file says so', async () => {
    const avatar = await loadVrm({ version: 1, lookBy: 'expression' });
    assert.isAbove(travel(avatar, { eyeLookDownLeft: 1, eyeLookDownRight: 1 }), 0.001);
    avatar.dispose();
  });

  it('without vowels say that nothing opens the mouth', async () => {
    const avatar = await loadVrm({ version: 1, without: ['aa', 'ih', 'ou', 'ee', 'oh'] });
    assert.include(avatar.info.missingChannels, 'jawOpen');
    assert.notInclude(avatar.info.approximatedChannels, 'jawOpen');
    avatar.dispose();
  });

  it('keep their cel shading on a GPU, and get a cheaper one in software', async () => {
    const bytes = vrmFrom(await ariaBytes(), { version: 1 });
    const materialsOf = (avatar: AvatarModel) =>
      [(node(avatar, 'skin') as SkinnedMesh).material].flat().map(({ type, name }) => `${type} ${name}`);
    const [rich, plain] = [await load(bytes, false), await load(bytes, true)];
    assert.lengthOf(materialsOf(rich), 2);
    assert.match(materialsOf(rich)[1], /Outline/);
    assert.lengthOf(materialsOf(plain), 1);
    rich.dispose();
    plain.dispose();
  });

  it('are refused with a reason when they hold no humanoid', async () => {
    const file = readGlb(vrmFrom(await ariaBytes(), { version: 1 }));
    delete (file.document as { extensions?: { VRMC_vrm: { humanoid?: object } } }).extensions!.VRMC_vrm.humanoid;
    const reason = await load(writeGlb(file) as Uint8Array<ArrayBuffer>).then(
      () => null,
      (error: unknown) => error,
    );
    assert.instanceOf(reason, AvatarError);
    assert.equal((reason as AvatarError).code, 'unsupportedAvatarAsset');
  });
});
