import { assert } from 'chai';
import { Mesh, SkinnedMesh } from 'three';
import { createRandom } from '../../../src/motion/life/random.js';
import { checkedFile } from '../../../src/render/files/prepare-file.js';
import { buffersOf } from '../../../src/render/loaders/geometry-buffers.js';
import { GlbAvatar } from '../../../src/render/loaders/glb-avatar.js';
import { readGlb } from '../../../src/render/loaders/glb-reader.js';
import { loadAvatar } from '../../../src/render/loaders/load-avatar.js';
import { AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';
import { ADD_ONS, ARIA_URL } from '../../helpers/browser/stage-probe.js';
import { FILE_ADD_ONS } from '../../helpers/hostile-glb.js';

/** A binary glTF of one JSON and one binary chunk. */
function glb(json: object, binary: ArrayBuffer = new ArrayBuffer(0)): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(json));
  const jsonLength = Math.ceil(text.length / 4) * 4;
  const bytes = new Uint8Array(28 + jsonLength + binary.byteLength).fill(0x20, 20, 20 + jsonLength);
  const view = new DataView(bytes.buffer);
  [0x46546c67, 2, bytes.length, jsonLength, 0x4e4f534a].forEach((word, index) => view.setUint32(index * 4, word, true));
  bytes.set(text, 20);
  view.setUint32(20 + jsonLength, binary.byteLength, true);
  view.setUint32(24 + jsonLength, 0x004e4942, true);
  bytes.set(new Uint8Array(binary), 28 + jsonLength);
  return bytes.buffer;
}

/** A triangle whose vertices lie 16 bytes apart; one of them is replaced by a sparse accessor. */
function triangle(changes: object = {}): ArrayBuffer {
  const binary = new ArrayBuffer(48 + 4 + 12);
  new Float32Array(binary, 0, 12).set([0, 0, 0, 9, 1, 0, 0, 9, 0, 1, 0, 9]);
  new Uint16Array(binary, 48, 1)[0] = 2;
  new Float32Array(binary, 52, 3).set([0, 5, 0]);
  const json = {
    asset: { version: '2.0' },
    scene: 0,
    buffers: [{ byteLength: binary.byteLength }],
    scenes: [{ nodes: [0] }],
    nodes: [{ name: 'only', mesh: 0, translation: [0, 1, 0] }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }],
    accessors: [
      {
        bufferView: 0,
        componentType: 5126,
        count: 3,
        type: 'VEC3',
        sparse: { count: 1, indices: { bufferView: 1, componentType: 5123 }, values: { bufferView: 2 } },
      },
    ],
    bufferViews: [
      { buffer: 0, byteLength: 48, byteStride: 16 },
      { buffer: 0, byteOffset: 48, byteLength: 2 },
      { buffer: 0, byteOffset: 52, byteLength: 12 },
    ],
    ...changes,
  };
  return glb(json, binary);
}

async function codeOf(content: BlobPart, limitBytes?: number): Promise<string> {
  try {
    const file = limitBytes === undefined ? await checkedFile(await new Blob([content]).arrayBuffer(), FILE_ADD_ONS) : content;
    await loadAvatar(new Blob([file]), {
      signal: new AbortController().signal,
      limitBytes,
      isSoftware: true,
      addOns: ADD_ONS,
      handleProgress: () => undefined,
    });
    return 'loaded';
  } catch (error) {
    return error instanceof AvatarError ? error.code : `no AvatarError: ${error}`;
  }
}

describe('The loader of avatars', () => {
  it('reads the built-in avatar: compressed, quantised, skinned, with named shapes', async () => {
    const avatar = await loadAvatar(ARIA_URL, {
      signal: new AbortController().signal,
      isSoftware: true,
      addOns: ADD_ONS,
      handleProgress: () => undefined,
    });
    const skin = avatar.root.getObjectByName('skin') as SkinnedMesh;
    assert.instanceOf(skin, SkinnedMesh);
    assert.deepEqual(avatar.info.missingChannels, []);
    skin.geometry.computeBoundingBox();
    const { min, max } = skin.geometry.boundingBox!;
    assert.isAbove(max.y - min.y, 0.1);
    for (const value of skin.geometry.index!.array) assert.isBelow(value, skin.geometry.attributes.position.count);
    avatar.dispose();
  });

  it('gives back what it has read and does not draw, and nothing else', async () => {
    const { scene } = await readGlb(await (await fetch(ARIA_URL)).arrayBuffer());
    const meshes: Mesh[] = [];
    scene.traverse((object) => object instanceof Mesh && meshes.push(object));
    const shapes = meshes.flatMap(({ geometry }) => geometry.morphAttributes.position ?? []);
    assert.isAbove(shapes.length, 52);
    assert.isAbove(shapes[0].array.byteLength, 0);
    const avatar = new GlbAvatar(scene, { format: 'glb', isSoftware: true });
    for (const { array } of shapes) assert.equal(array.byteLength, 0);
    const drawn: Mesh[] = [];
    avatar.root.traverse((object) => object instanceof Mesh && drawn.push(object));
    for (const buffer of buffersOf(drawn.map(({ geometry }) => geometry))) assert.isAbove(buffer.byteLength, 0);
    avatar.dispose();
  });

  it('refuses what it cannot use and says so', async () => {
    const bad = ErrorCode.unsupportedAvatarAsset;
    assert.equal(await codeOf(''), bad);
    assert.equal(await codeOf('not a model'), bad);
    assert.equal(await codeOf(glb({ asset: { version: '2.0' }, scenes: [{ nodes: [] }] })), bad);
    const draco = { KHR_draco_mesh_compression: { bufferView: 0, attributes: { POSITION: 0 } } };
    const compressed = {
      extensionsUsed: Object.keys(draco),
      extensionsRequired: Object.keys(draco),
      meshes: [{ primitives: [{ attributes: { POSITION: 0 }, extensions: draco }] }],
    };
    assert.equal(await codeOf(triangle(compressed)), bad);
    assert.equal(await codeOf(triangle({ nodes: [{ mesh: 0, children: [0] }] })), bad);
    assert.equal(await codeOf(triangle({ nodes: [{ children: [1] }, { children: [0] }] })), bad);
    assert.equal(await codeOf(triangle({ bufferViews: [{ buffer: 0, byteLength: 20 }] })), bad);
    assert.equal(await codeOf(triangle({ bufferViews: [{ buffer: 1, byteLength: 48 }] })), bad);
    assert.equal(await codeOf(triangle(), 50), bad);
    assert.equal(await codeOf(triangle()), 'loaded');
  });

  it('survives any damage to a real file', async () => {
    const whole = new Uint8Array(await (await fetch(ARIA_URL)).arrayBuffer());
    const random = createRandom(5);
    for (let round = 0; round < 12; round++) {
      const damaged = whole.slice();
      for (let count = 0; count < 40; count++)
        damaged[Math.floor(20 + random() * (round < 6 ? 20_000 : whole.length - 20))] = Math.floor(random() * 256);
      const code = await codeOf(damaged);
      assert.include([ErrorCode.unsupportedAvatarAsset, 'loaded'], code);
    }
  });
});
