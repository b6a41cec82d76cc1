/** The lips of a head somebody else made, measured on its mesh in the poses that speech needs. */
import { it } from 'node:test';
import { assert } from 'chai';
import type { Mesh } from 'three';
import { mapMorphs } from '../../../src/motion/retarget/map-morphs.js';
import type { MorphMap } from '../../../src/motion/retarget/morph-map.js';
import { floatsOf, type MorphShape, morphShapeFrom } from '../../../src/render/morph-shapes.js';
import type { LipSeal } from '../../../src/render/splats/lip-seal.js';
import { SplatDeformer } from '../../../src/render/splats/splat-deformer.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, type Channel } from '../../../src/shared/contracts/channels.js';
import { MOODS } from '../../../src/shared/contracts/life-settings.js';
import { faceOf, spoken } from './mood-faces.js';
import '../../../src/motion/retarget/names/register.js';

export type Pose = Partial<Record<Channel, number>>;

/** Of the columns in which the lips are measured, m. */
const COLUMN_METRES = 0.004;
const COLUMN_COUNT = 9;
/** How far an open jaw takes what belongs to the upper lip along, and what belongs to the lower one, m. */
const UPPER_FALLS_LESS = 0.006;
const LOWER_FALLS_MORE = 0.025;

export class HeadLips {
  readonly names: string[];
  readonly shapes: MorphShape[];
  /** At rest, `[vertexCount, 3]`. */
  readonly vertices: Float32Array;
  /** What closes them beyond what the shapes do; null where nothing does. */
  seal: LipSeal | null = null;
  private readonly morphs: MorphMap;
  private readonly deformer: SplatDeformer;
  /** Vertices of the upper and of the lower lip. */
  private readonly columns: { upper: number[]; lower: number[] }[];

  /** @param isFront Whether a place is at the front of the mouth, m. */
  constructor(mesh: Mesh, isFront: (y: number, z: number) => boolean) {
    this.vertices = floatsOf(mesh.geometry.attributes.position);
    this.names = Object.keys(mesh.morphTargetDictionary!);
    this.shapes = (mesh.geometry.morphAttributes.position ?? []).map((target) => morphShapeFrom(target, 2e-6));
    this.morphs = mapMorphs([this.names]).maps[0];
    this.deformer = new SplatDeformer(new Float32Array(this.vertices.length), this.vertices, this.shapes);
    // Told apart by what the jaw takes along.
    const fall = new Float32Array(this.vertices.length / 3);
    const jawOpen = this.shape('jawOpen');
    jawOpen.vertices.forEach((vertex, index) => (fall[vertex] = -jawOpen.deltas[index * 3 + 1]));
    this.columns = Array.from({ length: COLUMN_COUNT }, () => ({ upper: [], lower: [] }));
    for (let vertex = 0; vertex < fall.length; vertex++) {
      const [x, y, z] = this.vertices.subarray(vertex * 3, vertex * 3 + 3) as unknown as [number, number, number];
      const column = this.columns[Math.round(x / COLUMN_METRES) + (COLUMN_COUNT >> 1)];
      if (!column || !isFront(y, z)) continue;
      if (Math.abs(fall[vertex]) < UPPER_FALLS_LESS) column.upper.push(vertex);
      else if (fall[vertex] > LOWER_FALLS_MORE) column.lower.push(vertex);
    }
  }

  shape(name: string): MorphShape {
    return this.shapes[this.names.indexOf(name)];
  }

  /** Overwritten by the next pose. */
  posed(pose: Pose): Float32Array {
    const channels = new Float32Array(CHANNEL_COUNT);
    for (const [name, value] of Object.entries(pose)) channels[CHANNEL_INDEX[name as Channel]] = value;
    const weights = new Float32Array(this.names.length);
    this.morphs.apply(channels, weights);
    this.deformer.update(weights, this.morphs.active, this.morphs.activeCount);
    this.seal?.apply(channels, this.deformer);
    return this.deformer.positions;
  }

  /** Between the vertices that a smile draws apart the most, m. */
  mouthWidth(pose: Pose): number {
    const cornerOf = (side: 'Left' | 'Right') => {
      const { vertices: moved, deltas } = this.shape(`mouthSmile${side}`);
      const outward = (index: number) => deltas[index * 3] * (side === 'Left' ? 1 : -1);
      return moved[[...moved.keys()].reduce((best, index) => (outward(index) > outward(best) ? index : best), 0)];
    };
    const positions = this.posed(pose);
    return positions[cornerOf('Left') * 3] - positions[cornerOf('Right') * 3];
  }

  /** Widest slit between the lips as a share of the mouth's width at rest. */
  gapShare(pose: Pose): number {
    const width = this.mouthWidth({});
    const positions = this.posed(pose);
    const y = (vertex: number) => positions[vertex * 3 + 1];
    return Math.max(...this.columns.map(({ upper, lower }) => Math.min(...upper.map(y)) - Math.max(...lower.map(y)))) / width;
  }
}

/** Says by tests that the lips of a head meet wherever speech closes them. */
export function itShutsItsLips(lips: () => HeadLips, most = 0.01): void {
  for (const lipsPress of [0.7, 0.85, 1]) {
    for (const jawOpen of [0, 0.12, 0.3, 0.6]) {
      for (const mouthPucker of [0, 0.5]) {
        it(`shuts its lips for p, b and m at press ${lipsPress}, jaw ${jawOpen}, pucker ${mouthPucker}`, () => {
          assert.isAtMost(lips().gapShare(spoken({ lipsPress, jawOpen, mouthPucker, mouthFunnel: mouthPucker, mouthStretch: 0.3 })), most);
        });
      }
    }
  }

  for (const mood of MOODS) {
    it(`shuts its lips for p, b and m in every mood, from the first syllable on: ${mood}`, () => {
      for (const lipsPress of [0.7, 1]) {
        for (const jawOpen of [0.1, 0.3, 0.6]) {
          assert.isAtMost(
            lips().gapShare(faceOf(mood, { lipsPress, jawOpen, mouthPucker: 0.2 })),
            most,
            `press ${lipsPress}, jaw ${jawOpen}`,
          );
        }
      }
      for (const seconds of [0.1, 0.15, 0.25]) {
        assert.isAtMost(lips().gapShare(faceOf(mood, { lipsPress: 1, jawOpen: 0.2 }, seconds)), most, `after ${seconds} s`);
      }
    });
  }

  it('opens its mouth for aa by a quarter of its width', () => {
    assert.isAtLeast(lips().gapShare(spoken({ jawOpen: 0.85, mouthFunnel: 0.05, mouthStretch: 0.1 })), 0.25);
  });
}
