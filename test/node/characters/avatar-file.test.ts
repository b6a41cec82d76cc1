import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Document, Mesh } from '@gltf-transform/core';
import { NodeIO } from '@gltf-transform/core';
import { EXTMeshoptCompression, KHRMeshQuantization } from '@gltf-transform/extensions';
import { MeshoptDecoder } from 'meshoptimizer';
import { buildAvatar } from '../../../characters/build-avatar.js';
import { aria, CHARACTERS } from '../../../characters/character.js';
import { STEP, writeGlb } from '../../../characters/glb.js';
import { BUILT_IN_AVATARS } from '../../../src/avatar/built-in-avatars.js';
import { ARKIT_CHANNELS } from '../../../src/shared/contracts/channels.js';
import { builtAvatar, partOf } from '../../helpers/node/posed-avatar.js';
import { TESTED_CHARACTERS } from '../../helpers/node/tested-characters.js';

const COMMON_PARTS = ['skin', 'brows', 'lashes', 'teeth', 'tongue', 'eyeLeft', 'eyeRight', 'ears', 'hair', 'cloth'];
const targetNames = (mesh: Mesh): string[] => mesh.getExtras().targetNames as string[];

for (const character of TESTED_CHARACTERS) {
  let bytes: Uint8Array;
  let document: Document;
  const parts = [...COMMON_PARTS, ...(character.beard > 0 ? ['beard'] : [])];
  const meshOf = (name: string): Mesh =>
    document
      .getRoot()
      .listMeshes()
      .find((mesh) => mesh.getName() === name)!;

  describe(`${character.name}.glb`, () => {
    before(async () => {
      bytes = await writeGlb(builtAvatar(character));
      await MeshoptDecoder.ready;
      const io = new NodeIO()
        .registerExtensions([KHRMeshQuantization, EXTMeshoptCompression])
        .registerDependencies({ 'meshopt.decoder': MeshoptDecoder });
      document = await io.readBinary(bytes);
    });

    it('is at most 600 kB and 30 000 triangles', () => {
      const triangles = document
        .getRoot()
        .listMeshes()
        .flatMap((mesh) => mesh.listPrimitives())
        .reduce((sum, primitive) => sum + primitive.getIndices()!.getCount() / 3, 0);
      assert.ok(bytes.length <= 600_000, `${bytes.length} bytes`);
      assert.ok(triangles <= 30_000, `${triangles} triangles`);
    });

    it('names itself, its parts and its joints as the stage expects', () => {
      assert.deepEqual(document.getRoot().getDefaultScene()!.getExtras(), { spatius: { version: 1, name: character.name } });
      assert.deepEqual(
        document
          .getRoot()
          .listMeshes()
          .map((mesh) => mesh.getName())
          .sort(),
        [...parts].sort(),
      );
      const [skin, ...others] = document.getRoot().listSkins();
      assert.equal(others.length, 0);
      assert.deepEqual(
        skin!.listJoints().map((joint) => joint.getName()),
        ['Spine2', 'Neck', 'Head', 'LeftEye', 'RightEye'],
      );
      for (const [name, child] of [
        ['Spine2', 'Neck'],
        ['Neck', 'Head'],
        ['Head', 'LeftEye'],
        ['LeftEye', 'eyeLeft'],
      ] as const) {
        const parent = document
          .getRoot()
          .listNodes()
          .find((node) => node.getName() === name)!;
        assert.ok(
          parent.listChildren().some((node) => node.getName() === child),
          `${child} below ${name}`,
        );
      }
    });

    it('carries all 52 shapes, each with a visible effect', () => {
      const carried = new Set(document.getRoot().listMeshes().flatMap(targetNames));
      for (const channel of ARKIT_CHANNELS) {
        assert.ok(carried.has(channel), channel);
        const largest = Math.max(
          ...document
            .getRoot()
            .listMeshes()
            .map((mesh) => largestDelta(mesh, channel)),
        );
        assert.ok(largest > 0.0005, `${channel} moves ${largest} m`);
      }
      assert.ok(carried.has('eyeBlinkLeft.mid') && carried.has('eyeBlinkRight.mid'));
    });

    it('keeps positions to a fortieth of a millimetre', () => {
      const { positions } = partOf(builtAvatar(character), 'skin');
      const accessor = meshOf('skin').listPrimitives()[0].getAttribute('POSITION')!;
      const written = Array.from({ length: accessor.getCount() }, (_, i) => accessor.getElement(i, []).map((value) => value * STEP * 100));
      for (const point of written.filter((_, i) => i % 97 === 0)) {
        const nearest = Math.min(...positions.map((p) => Math.hypot(p[0] - point[0], p[1] - point[1], p[2] - point[2])));
        assert.ok(nearest <= 0.0025, `${nearest} cm`);
      }
    });

    it('binds every vertex with weights that add up to one, the chin to the head alone', () => {
      for (const name of parts.filter((part) => !part.startsWith('eye'))) {
        const primitive = meshOf(name).listPrimitives()[0];
        const weights = primitive.getAttribute('WEIGHTS_0')!;
        const position = primitive.getAttribute('POSITION')!;
        for (let i = 0; i < weights.getCount(); i++) {
          const sum = weights.getElement(i, []).reduce((total, weight) => total + weight, 0);
          assert.ok(Math.abs(sum - 1) < 1e-3, `${name} ${i}: ${sum}`);
          const [, y, z] = position.getElement(i, []).map((value) => value * STEP * 100) as [number, number, number];
          if (name === 'skin' && z > 4 && y > -9.5) assert.equal(primitive.getAttribute('JOINTS_0')!.getElement(i, [])[0], 2);
        }
      }
    });

    it('says how each material is to be shaded', () => {
      const shadings = document
        .getRoot()
        .listMaterials()
        .map((material) => (material.getExtras().spatius as { shading: string }).shading);
      assert.deepEqual(shadings.sort(), ['brow', 'cloth', 'eye', 'hair', 'lash', 'skin', 'teeth']);
    });
  });
}

describe('a built-in avatar', () => {
  it('is the same, byte for byte, when it is built again', async () => {
    const [first, second] = [await writeGlb(builtAvatar(aria)), await writeGlb(buildAvatar(aria, { hasOcclusion: false }))];
    assert.ok(Buffer.from(first).equals(Buffer.from(second)));
  });

  it('parts the jaw from the neck by a shadow', () => {
    for (const character of CHARACTERS.filter(({ beard }) => beard === 0)) {
      const { part, positions } = partOf(builtAvatar(character), 'skin');
      /** Mean light that the skin in a box gives back, in the middle of the face. */
      const brightness = (fromY: number, toY: number, isWanted: (z: number) => boolean): number => {
        const inside = positions.flatMap(([x, y, z], i) =>
          Math.abs(x) < 1.5 && y > fromY && y < toY && isWanted(z) ? [part.colours[i]] : [],
        );
        assert.ok(inside.length > 5, `${inside.length} vertices`);
        return inside.reduce((sum, [r, g, b]) => sum + r + g + b, 0) / inside.length;
      };
      const chin = brightness(-8.6, -7.6, (z) => z > 5);
      const neck = brightness(-12, -10, (z) => z < 4 && z > -1);
      assert.ok(neck < 0.85 * chin, `${character.name}: neck ${neck.toFixed(2)}, chin ${chin.toFixed(2)}`);
    }
  });

  it('exists for every id that the element takes', () => {
    assert.deepEqual(
      CHARACTERS.map(({ name }) => name),
      [...BUILT_IN_AVATARS],
    );
  });
});

/** Metres. */
function largestDelta(mesh: Mesh, name: string): number {
  const index = targetNames(mesh).indexOf(name);
  if (index < 0) return 0;
  const accessor = mesh.listPrimitives()[0].listTargets()[index].getAttribute('POSITION')!;
  let largest = 0;
  for (let i = 0; i < accessor.getCount(); i++) largest = Math.max(largest, Math.hypot(...accessor.getElement(i, [])));
  return largest * STEP;
}
