/** A real Gaussian head in the poses that speech needs; measured on its mesh, which the splats follow. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { assert } from 'chai';
import type { SkinnedMesh } from 'three';
import { readGlb } from '../../../src/render/loaders/glb-reader.js';
import { unpackLam } from '../../../src/render/splats/lam-files.js';
import { LipSeal } from '../../../src/render/splats/lip-seal.js';
import { packageFolder } from '../../../src/server/package-folder.js';
import { HeadLips, itShutsItsLips, type Pose } from '../../helpers/node/head-lips.js';
import { spoken } from '../../helpers/node/mood-faces.js';
import '../../../src/motion/retarget/names/register.js';

const file = join(process.env.SPATIUS_ASSETS ?? join(packageFolder(), '../shared/assets'), 'avatars/lam_p2-1.zip');
const skip = existsSync(file) ? false : `no Gaussian head at ${file}`;

const both = (name: 'mouthSmile' | 'mouthStretch' | 'eyeBlink', weight: number): Pose => ({
  [`${name}Left`]: weight,
  [`${name}Right`]: weight,
});

describe('the head of LAM', { skip }, () => {
  let lips: HeadLips;

  before(async () => {
    const bytes = readFileSync(file);
    const { skin } = await unpackLam(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer);
    const { scene } = await readGlb(skin);
    let mesh!: SkinnedMesh;
    scene.traverse((object) => {
      if ((object as SkinnedMesh).isSkinnedMesh) mesh = object as SkinnedMesh;
    });
    lips = new HeadLips(mesh, (y, z) => y >= 1.612 && y <= 1.64 && z >= 0.07);
    lips.seal = new LipSeal(lips.vertices, lips.shape('mouthClose'));
  });

  it('has lips that touch at rest', () => {
    assert.isAtMost(lips.gapShare({}), 0);
    assert.approximately(lips.mouthWidth({}), 0.055, 0.015);
  });

  itShutsItsLips(() => lips);

  it('widens its mouth for spread vowels and narrows it for round ones', () => {
    const rest = lips.mouthWidth({});
    assert.isAbove(lips.mouthWidth(both('mouthSmile', 1)), rest * 1.05);
    assert.isAbove(lips.mouthWidth(both('mouthStretch', 1)), rest * 1.05);
    assert.isBelow(lips.mouthWidth({ mouthPucker: 1 }), rest * 0.85);
    const round = lips.mouthWidth(spoken({ jawOpen: 0.25, mouthFunnel: 0.45, mouthPucker: 0.95 }));
    assert.isAbove(lips.mouthWidth(spoken({ jawOpen: 0.28, mouthStretch: 0.6 })) / round, 1.1);
  });

  for (const side of ['Left', 'Right'] as const) {
    it(`shuts its ${side.toLowerCase()} eye`, () => {
      const { vertices } = lips;
      const { vertices: moved, deltas } = lips.shape(`eyeBlink${side}`);
      const fall = (index: number) => deltas[index * 3 + 1];
      const most = Math.min(...[...moved.keys()].map(fall));
      // The rim of the upper lid: what falls the most; under it, in columns of 2 mm, the lower lid's rim.
      const rim = [...moved.keys()].filter((index) => fall(index) < 0.75 * most).map((index) => moved[index]);
      assert.isAtLeast(rim.length, 5);
      const lowest = (positions: Float32Array) => Math.min(...rim.map((vertex) => positions[vertex * 3 + 1]));
      const falls = lowest(vertices) - lowest(lips.posed(both('eyeBlink', 1)));
      const opening = openingOf(side, rim);
      assert.isAtLeast(falls / opening, 0.9);
    });
  }

  /** Height of an open eye in its middle: from the lid's rim to the highest vertex beneath it that squinting lifts. */
  function openingOf(side: 'Left' | 'Right', rim: number[]): number {
    const { vertices } = lips;
    const { vertices: moved, deltas } = lips.shape(`eyeSquint${side}`);
    const x = rim.reduce((sum, vertex) => sum + vertices[vertex * 3], 0) / rim.length;
    const low = Math.min(...rim.map((vertex) => vertices[vertex * 3 + 1]));
    let high = -Infinity;
    moved.forEach((vertex, index) => {
      const y = vertices[vertex * 3 + 1];
      if (deltas[index * 3 + 1] > 0.0005 && Math.abs(vertices[vertex * 3] - x) < 0.006 && y < low) high = Math.max(high, y);
    });
    return low - high;
  }
});
