import { assert } from 'chai';
import { type Mesh, type Object3D, Vector3 } from 'three';

import { type GlbDocument, type GlbNode, readGlb, writeGlb } from '../../../src/motion/files/glb-container.js';
import { checkedFile } from '../../../src/render/files/prepare-file.js';
import type { AvatarModel } from '../../../src/render/loaders/avatar-model.js';
import { loadAvatar } from '../../../src/render/loaders/load-avatar.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, type Channel } from '../../../src/shared/contracts/channels.js';
import { AvatarError } from '../../../src/shared/contracts/errors.js';
import { ADD_ONS, ARIA_URL } from '../../helpers/browser/stage-probe.js';
import { FILE_ADD_ONS } from '../../helpers/hostile-glb.js';

type Document = GlbDocument & {
  materials: { extras?: object }[];
  nodes: GlbNode[];
  scenes: { nodes: number[] }[];
  extensionsRequired: string[];
  images?: object[];
};

/** A built-in avatar as somebody else's, changed by the test. */
async function theirs(change: (document: Document) => void = () => undefined): Promise<Uint8Array<ArrayBuffer>> {
  const file = readGlb(new Uint8Array(await (await fetch(ARIA_URL)).arrayBuffer()));
  const document = file.document as Document;
  for (const material of document.materials) delete material.extras;
  change(document);
  return writeGlb(file) as Uint8Array<ArrayBuffer>;
}

async function load(bytes: Uint8Array<ArrayBuffer>): Promise<AvatarModel> {
  return loadAvatar(new Blob([await checkedFile(bytes.slice().buffer, FILE_ADD_ONS)]), {
    signal: new AbortController().signal,
    isSoftware: true,
    addOns: ADD_ONS,
    handleProgress: () => undefined,
  });
}

const messageOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  load(bytes).then(
    () => 'loaded',
    (error: unknown) => (error instanceof AvatarError ? `${error.code}: ${error.message}` : `no AvatarError: ${error}`),
  );

function show(avatar: AvatarModel, pose: Partial<Record<Channel, number>>): void {
  const channels = new Float32Array(CHANNEL_COUNT);
  for (const [name, value] of Object.entries(pose)) channels[CHANNEL_INDEX[name as Channel]] = value;
  avatar.apply(channels, 0);
  avatar.root.updateMatrixWorld(true);
}

const placeOf = (avatar: AvatarModel, name: string) => (avatar.root.getObjectByName(name) as Object3D).getWorldPosition(new Vector3());

/** Puts the whole scene under a node of its own. */
const under = (node: GlbNode) => (document: Document) => {
  document.nodes.push({ ...node, children: document.scenes[0].nodes });
  document.scenes[0].nodes = [document.nodes.length - 1];
};

/** Hangs a jaw joint into the head, with a node where the chin is. */
function addJaw(document: Document): void {
  const head = document.nodes.findIndex(({ name }) => name === 'Head');
  document.nodes.push(
    { name: 'Jaw', translation: [0, 0.03, 0.02], children: [document.nodes.length + 1] },
    { name: 'chin', translation: [0, -0.03, 0.06] },
  );
  document.nodes[head].children!.push(document.nodes.length - 2);
}

type Target = Record<string, number>;

/** Visits the targets of each mesh that has a shape. */
function eachTarget(document: Document, shape: string, visit: (targets: Target[], index: number, names: string[]) => void): void {
  for (const { extras, primitives } of document.meshes!) {
    const names = extras?.targetNames ?? [];
    const index = names.indexOf(shape);
    if (index >= 0) for (const { targets } of primitives) visit(targets as Target[], index, names);
  }
}

describe("Somebody else's GLB", () => {
  it('in centimetres is brought to metres', async () => {
    const plain = await load(await theirs());
    const large = await load(await theirs(under({ scale: [100, 100, 100] })));
    const height = ({ anchors }: AvatarModel) => anchors.topY - anchors.eyes.y;
    assert.closeTo(height(plain), 0.127, 0.005);
    assert.closeTo(height(large), 0.13, 0.001);
    plain.dispose();
    large.dispose();
  });

  it('that faces backwards is turned, and one that faces us is not', async () => {
    for (const rotation of [
      [0, 1, 0, 0],
      [0, 0, 0, 1],
    ]) {
      const avatar = await load(await theirs(under({ rotation })));
      assert.isAbove(placeOf(avatar, 'LeftEye').x, 0.02);
      assert.isAbove(placeOf(avatar, 'LeftEye').z, placeOf(avatar, 'Head').z + 0.04);
      avatar.dispose();
    }
  });

  it('without shapes opens its mouth by a jaw joint', async () => {
    const bytes = await theirs((document) => {
      for (const mesh of document.meshes!) {
        delete mesh.extras;
        for (const primitive of mesh.primitives) delete primitive.targets;
      }
      addJaw(document);
    });
    const avatar = await load(bytes);
    assert.include(avatar.info.approximatedChannels, 'jawOpen');
    show(avatar, {});
    const shut = placeOf(avatar, 'chin');
    show(avatar, { jawOpen: 1 });
    const open = placeOf(avatar, 'chin');
    // 0.067 m from the joint, turned by 0.36.
    assert.closeTo(shut.distanceTo(open), 2 * Math.hypot(0.03, 0.06) * Math.sin(0.18), 1e-4);
    assert.isBelow(open.y, shut.y - 0.015);
    show(avatar, { jawOpen: 1, mouthClose: 1 });
    assert.isBelow(placeOf(avatar, 'chin').distanceTo(shut), 1e-6);
    avatar.dispose();
  });

  it('whose jawOpen is small beside a jaw joint opens its mouth by both', async () => {
    for (const isSmall of [true, false]) {
      const avatar = await load(
        await theirs((document) => {
          addJaw(document);
          // The skin gets a shape of the lids, teeth and tongue one that moves some millimetres.
          if (!isSmall) return;
          eachTarget(document, 'jawOpen', (targets, index, names) => {
            targets[index] = targets[Math.max(0, names.indexOf('eyeLookInLeft'))];
          });
        }),
      );
      show(avatar, {});
      const shut = placeOf(avatar, 'chin');
      show(avatar, { jawOpen: 1 });
      assert.equal(placeOf(avatar, 'chin').distanceTo(shut) > 0.01, isSmall);
      avatar.dispose();
    }
  });

  it('whose jawOpen moves nothing speaks by its visemes, and is reported', async () => {
    const bytes = await theirs((document) => {
      eachTarget(document, 'jawOpen', (targets, index) => {
        const { count } = document.accessors![targets[index].POSITION] as { count: number };
        document.accessors!.push({ componentType: 5126, count, type: 'VEC3' });
        targets[index] = { POSITION: document.accessors!.length - 1 };
      });
      for (const { extras } of document.meshes!) {
        const at = extras?.targetNames?.indexOf('mouthLowerDownLeft') ?? -1;
        if (at >= 0) extras!.targetNames![at] = 'viseme_aa';
      }
    });
    const avatar = await load(bytes);
    assert.deepEqual(avatar.info.emptyShapes, ['jawOpen']);
    assert.include(avatar.info.missingChannels, 'jawOpen');
    assert.include(avatar.info.approximatedChannels, 'jawOpen');
    const skin = avatar.root.getObjectByName('skin') as Mesh;
    const pointsOf = (): number[] => [...skin.geometry.attributes.position.array];
    show(avatar, {});
    const shut = pointsOf();
    show(avatar, { jawOpen: 0.6 });
    assert.isAbove(
      pointsOf().reduce((most, value, at) => Math.max(most, Math.abs(value - shut[at])), 0),
      0,
    );
    avatar.dispose();
  });

  it('with hundreds of shapes keeps those in use, and draws', async () => {
    const bytes = await theirs((document) => {
      const [skin] = document.meshes!;
      const names = skin!.extras!.targetNames!;
      const [{ targets }] = skin!.primitives as [{ targets: unknown[] }];
      for (let extra = 0; extra < 420; extra++) {
        targets.push(targets[extra % names.length]);
        names.push(`wrinkle ${extra}`);
      }
    });
    const avatar = await load(bytes);
    assert.deepEqual(avatar.info.missingChannels, []);
    const skin = avatar.root.getObjectByName('skin') as Mesh;
    assert.deepEqual(Object.keys(skin.geometry.morphAttributes), []);
    const before = skin.geometry.attributes.position.array.slice();
    show(avatar, { jawOpen: 1 });
    const most = (skin.geometry.attributes.position.array as Float32Array).reduce(
      (sum, value, at) => Math.max(sum, Math.abs(value - before[at])),
      0,
    );
    assert.isAbove(most, 0);
    avatar.dispose();
  });

  it('is refused with words that help', async () => {
    assert.match(
      await messageOf(await theirs((document) => (document.images = [{ uri: 'skin.png' }]))),
      /^unsupportedAvatarAsset: .*skin\.png.*one \.glb/,
    );
    const draco = { KHR_draco_mesh_compression: { bufferView: 0, attributes: { POSITION: 0 } } };
    assert.match(
      await messageOf(await theirs(({ meshes }) => Object.assign(meshes![0].primitives[0], { extensions: draco }))),
      /^unsupportedAvatarAsset: .*Draco/,
    );
    assert.match(await messageOf(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 0, 0])), /^unsupportedAvatarAsset/);
    assert.match(await messageOf((await theirs()).slice(0, 50_000)), /^unsupportedAvatarAsset/);
  });
});
