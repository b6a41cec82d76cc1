/** A real Gaussian head in the poses that speech needs; measured on its mesh, which the splats follow. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { assert } from 'chai';
import type { SkinnedMesh } from 'three';
import { mapMorphs } from '../../../src/motion/retarget/map-morphs.js';
import type { MorphMap } from '../../../src/motion/retarget/morph-map.js';
import { readGlb } from '../../../src/render/loaders/glb-reader.js';
import { floatsOf, morphShapeFrom, type MorphShape } from '../../../src/render/morph-shapes.js';
import { unpackLam } from '../../../src/render/splats/lam-files.js';
import { LipSeal } from '../../../src/render/splats/lip-seal.js';
import { SplatDeformer } from '../../../src/render/splats/splat-deformer.js';
import { packageFolder } from '../../../src/server/package-folder.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, type Channel } from '../../../src/shared/channels.js';
import { MOODS } from '../../../src/shared/life-settings.js';
import { faceOf, spoken } from '../../helpers/node/mood-faces.js';

const file = join(process.env['SPATIUS_ASSETS'] ?? join(packageFolder(), '../shared/assets'), 'avatars/lam_p2-1.zip');
const skip = existsSync(file) ? false : `no Gaussian head at ${file}`;

type Pose = Partial<Record<Channel, number>>;
const both = (name: 'mouthSmile' | 'mouthStretch' | 'eyeBlink', weight: number): Pose => ({ [`${name}Left`]: weight, [`${name}Right`]: weight });

describe('the head of LAM', { skip }, () => {
  let vertices: Float32Array;
  let names: string[];
  let shapes: MorphShape[];
  let morphs: MorphMap;
  let deformer: SplatDeformer;
  let seal: LipSeal;
  /** Upper lip, lower lip, in columns of 4 mm. */
  let columns: { upper: number[]; lower: number[] }[];

  before(async () => {
    const bytes = readFileSync(file);
    const { skin } = await unpackLam(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer);
    const { scene } = await readGlb(skin);
    let mesh!: SkinnedMesh;
    scene.traverse((object) => {
      if ((object as SkinnedMesh).isSkinnedMesh) mesh = object as SkinnedMesh;
    });
    vertices = floatsOf(mesh.geometry.attributes['position']!);
    names = Object.keys(mesh.morphTargetDictionary!);
    shapes = mesh.geometry.morphAttributes['position']!.map((target) => morphShapeFrom(target, 2e-6));
    morphs = mapMorphs([names]).maps[0]!;
    deformer = new SplatDeformer(new Float32Array(vertices.length), vertices, shapes);
    seal = new LipSeal(vertices, shapes[names.indexOf('mouthClose')]!);
    // The front of the lips, told apart by what the jaw takes along.
    const jaw = new Float32Array(vertices.length / 3);
    const jawOpen = shapes[names.indexOf('jawOpen')]!;
    jawOpen.vertices.forEach((vertex, index) => (jaw[vertex] = jawOpen.deltas[index * 3 + 1]!));
    columns = Array.from({ length: 9 }, () => ({ upper: [], lower: [] }));
    for (let vertex = 0; vertex < jaw.length; vertex++) {
      const [x, y, z] = vertices.subarray(vertex * 3, vertex * 3 + 3) as unknown as [number, number, number];
      const column = columns[Math.round(x / 0.004) + 4];
      if (!column || y < 1.612 || y > 1.64 || z < 0.07) continue;
      if (Math.abs(jaw[vertex]!) < 0.006) column.upper.push(vertex);
      else if (jaw[vertex]! < -0.025) column.lower.push(vertex);
    }
  });

  function posed(pose: Pose): Float32Array {
    const channels = new Float32Array(CHANNEL_COUNT);
    for (const [name, value] of Object.entries(pose)) channels[CHANNEL_INDEX[name as Channel]] = value;
    const weights = new Float32Array(names.length);
    morphs.apply(channels, weights);
    deformer.update(weights, morphs.active, morphs.activeCount);
    seal.apply(channels, deformer);
    return deformer.positions;
  }

  /** Between the vertices that a smile draws apart the most. */
  function mouthWidth(pose: Pose): number {
    const cornerOf = (side: 'Left' | 'Right') => {
      const { vertices: moved, deltas } = shapes[names.indexOf(`mouthSmile${side}`)]!;
      const outward = (index: number) => deltas[index * 3]! * (side === 'Left' ? 1 : -1);
      return moved[[...moved.keys()].reduce((best, index) => (outward(index) > outward(best) ? index : best), 0)]!;
    };
    const positions = posed(pose);
    return positions[cornerOf('Left') * 3]! - positions[cornerOf('Right') * 3]!;
  }

  /** Widest slit between the lips as a share of the mouth's width at rest. */
  function gapShare(pose: Pose): number {
    const width = mouthWidth({});
    const positions = posed(pose);
    const y = (vertex: number) => positions[vertex * 3 + 1]!;
    return Math.max(...columns.map(({ upper, lower }) => Math.min(...upper.map(y)) - Math.max(...lower.map(y)))) / width;
  }

  it('has lips that touch at rest', () => {
    assert.isAtMost(gapShare({}), 0);
    assert.approximately(mouthWidth({}), 0.055, 0.015);
  });

  for (const lipsPress of [0.7, 0.85, 1]) {
    for (const jawOpen of [0, 0.12, 0.3, 0.6]) {
      for (const mouthPucker of [0, 0.5]) {
        it(`shuts its lips for p, b and m at press ${lipsPress}, jaw ${jawOpen}, pucker ${mouthPucker}`, () => {
          assert.isAtMost(gapShare(spoken({ lipsPress, jawOpen, mouthPucker, mouthFunnel: mouthPucker, mouthStretch: 0.3 })), 0.01);
        });
      }
    }
  }

  for (const mood of MOODS) {
    it(`shuts its lips for p, b and m in every mood, from the first syllable on: ${mood}`, () => {
      for (const lipsPress of [0.7, 1]) {
        for (const jawOpen of [0.1, 0.3, 0.6]) {
          assert.isAtMost(gapShare(faceOf(mood, { lipsPress, jawOpen, mouthPucker: 0.2 })), 0.01, `press ${lipsPress}, jaw ${jawOpen}`);
        }
      }
      for (const seconds of [0.1, 0.15, 0.25]) {
        assert.isAtMost(gapShare(faceOf(mood, { lipsPress: 1, jawOpen: 0.2 }, seconds)), 0.01, `after ${seconds} s`);
      }
    });
  }

  it('opens its mouth for aa by a quarter of its width', () => {
    assert.isAtLeast(gapShare(spoken({ jawOpen: 0.85, mouthFunnel: 0.05, mouthStretch: 0.1 })), 0.25);
  });

  it('widens its mouth for spread vowels and narrows it for round ones', () => {
    const rest = mouthWidth({});
    assert.isAbove(mouthWidth(both('mouthSmile', 1)), rest * 1.05);
    assert.isAbove(mouthWidth(both('mouthStretch', 1)), rest * 1.05);
    assert.isBelow(mouthWidth({ mouthPucker: 1 }), rest * 0.85);
    const round = mouthWidth(spoken({ jawOpen: 0.25, mouthFunnel: 0.45, mouthPucker: 0.95 }));
    assert.isAbove(mouthWidth(spoken({ jawOpen: 0.28, mouthStretch: 0.6 })) / round, 1.1);
  });

  for (const side of ['Left', 'Right'] as const) {
    it(`shuts its ${side.toLowerCase()} eye`, () => {
      const { vertices: moved, deltas } = shapes[names.indexOf(`eyeBlink${side}`)]!;
      const fall = (index: number) => deltas[index * 3 + 1]!;
      const most = Math.min(...[...moved.keys()].map(fall));
      // The rim of the upper lid: what falls the most; under it, in columns of 2 mm, the lower lid's rim.
      const rim = [...moved.keys()].filter((index) => fall(index) < 0.75 * most).map((index) => moved[index]!);
      assert.isAtLeast(rim.length, 5);
      const rest = vertices;
      const lowest = (positions: Float32Array) => Math.min(...rim.map((vertex) => positions[vertex * 3 + 1]!));
      const falls = lowest(rest) - lowest(posed(both('eyeBlink', 1)));
      const opening = openingOf(side, rim);
      assert.isAtLeast(falls / opening, 0.9);
    });
  }

  /** Height of an open eye in its middle: from the lid's rim to the highest vertex beneath it that squinting lifts. */
  function openingOf(side: 'Left' | 'Right', rim: number[]): number {
    const { vertices: moved, deltas } = shapes[names.indexOf(`eyeSquint${side}`)]!;
    const x = rim.reduce((sum, vertex) => sum + vertices[vertex * 3]!, 0) / rim.length;
    const low = Math.min(...rim.map((vertex) => vertices[vertex * 3 + 1]!));
    let high = -Infinity;
    moved.forEach((vertex, index) => {
      const y = vertices[vertex * 3 + 1]!;
      if (deltas[index * 3 + 1]! > 0.0005 && Math.abs(vertices[vertex * 3]! - x) < 0.006 && y < low) high = Math.max(high, y);
    });
    return low - high;
  }
});
