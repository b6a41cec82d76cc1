import { PerspectiveCamera } from 'three';
import { assert, describe, it } from '#test';
import { createRandom } from '../../../src/motion/life/random.js';
import { DepthSort } from '../../../src/render/splats/depth-sort.js';
import { LipSeal } from '../../../src/render/splats/lip-seal.js';
import { MouthShade } from '../../../src/render/splats/mouth-shade.js';
import { SplatDeformer } from '../../../src/render/splats/splat-deformer.js';
import { type SplatCamera, SplatProjector } from '../../../src/render/splats/splat-projector.js';
import { skinSplats } from '../../../src/render/splats/splat-skin.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, type Channel } from '../../../src/shared/contracts/channels.js';

const IDENTITY = Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);

/** At the origin, looking along −z, 90° high: one unit at distance d is height / 2 / d pixels. */
function cameraOf(width: number, height: number): SplatCamera {
  const camera = new PerspectiveCamera(90, width / height, 0.1, 100);
  camera.updateMatrixWorld();
  return { viewMatrix: camera.matrixWorldInverse.elements, projectionMatrix: camera.projectionMatrix.elements, width, height, near: 0.1 };
}

interface Splat {
  at: [number, number, number];
  /** Standard deviations along x, y, z. */
  spread: [number, number, number];
  opacity?: number;
}

function projected(splats: readonly Splat[], camera: SplatCamera, joint = IDENTITY) {
  const positions = Float32Array.from(splats.flatMap(({ at }) => at));
  const covariances = Float32Array.from(splats.flatMap(({ spread: [x, y, z] }) => [x * x, 0, 0, y * y, 0, z * z]));
  const colors = Uint8Array.from(splats.flatMap(({ opacity = 255 }, index) => [index, 0, 0, opacity]));
  const skin = {
    joints: new Uint16Array(splats.length * 4),
    weights: Float32Array.from({ length: splats.length * 4 }, (_, slot) => (slot % 4 === 0 ? 1 : 0)),
    used: [0],
  };
  const projector = new SplatProjector(colors, skin);
  projector.project(positions, covariances, joint, camera);
  const floats = new Float32Array(projector.words.buffer);
  return Array.from({ length: projector.count }, (_, index) => {
    const [x, y, longX, longY, shortX, shortY, reach] = floats.subarray(index * 8, index * 8 + 7);
    const pixels = (ndcX: number, ndcY: number) => Math.hypot((ndcX * camera.width) / 2, (ndcY * camera.height) / 2) / reach;
    const color = projector.words[index * 8 + 7];
    return {
      splat: color & 255,
      opacity: color >>> 24,
      x,
      y,
      long: pixels(longX, longY),
      short: pixels(shortX, shortY),
      angle: Math.atan2(longY * camera.height, longX * camera.width),
      reach,
    };
  });
}

describe('The order of splats', () => {
  it('is from far to near, like a comparing sort of the same 16 bits', () => {
    const random = createRandom(7);
    const depths = Float32Array.from({ length: 5000 }, () => 0.5 + random());
    const order = new DepthSort(depths.length).sort(depths, depths.length);
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      [...depths.keys()],
    );
    for (let index = 1; index < order.length; index++) assert.isAtMost(depths[order[index]] - depths[order[index - 1]], 1 / 65_000);
  });

  it('keeps splats of one depth as they are, and takes fewer than it has room for', () => {
    const sort = new DepthSort(8);
    assert.deepEqual([...sort.sort(new Float32Array(8).fill(2), 5)].slice(0, 5), [0, 1, 2, 3, 4]);
    assert.deepEqual([...sort.sort(Float32Array.of(1, 3, 2), 3)].slice(0, 3), [1, 2, 0]);
    assert.doesNotThrow(() => sort.sort(new Float32Array(0), 0));
  });
});

describe('A projected splat', () => {
  it('is as large as perspective makes it, with the filter of a pixel on top', () => {
    const [near] = projected([{ at: [0, 0, -2], spread: [0.02, 0.01, 0.3] }], cameraOf(4000, 4000));
    // 2000 pixels per metre at distance 1, half as many at 2.
    assert.approximately(near.long, Math.sqrt(20 ** 2 + 0.3), 0.01);
    assert.approximately(near.short, Math.sqrt(10 ** 2 + 0.3), 0.01);
    assert.approximately(Math.abs(Math.sin(near.angle)), 0, 1e-3);
    assert.approximately(near.x, 0, 1e-6);
  });

  it('lies where the camera sees its centre, in pictures of any shape', () => {
    const [found] = projected([{ at: [1, 0.5, -2], spread: [0.1, 0.1, 0.1] }], cameraOf(2000, 1000));
    assert.approximately(found.x, 0.25, 1e-5);
    assert.approximately(found.y, 0.25, 1e-5);
  });

  it('turns with its joint', () => {
    const turned = Float32Array.of(0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
    const [found] = projected([{ at: [0, 0, -1], spread: [0.03, 0.01, 0.01] }], cameraOf(2000, 2000), turned);
    assert.approximately(Math.abs(Math.sin(found.angle)), 1, 1e-3);
    assert.approximately(found.long, Math.sqrt(30 ** 2 + 0.3), 0.05);
  });

  it('comes after those behind it', () => {
    const spread: [number, number, number] = [0.1, 0.1, 0.1];
    const found = projected(
      [
        { at: [0, 0, -1], spread },
        { at: [0, 0, -3], spread },
        { at: [0, 0, -2], spread },
      ],
      cameraOf(2000, 2000),
    );
    assert.deepEqual(
      found.map(({ splat }) => splat),
      [1, 2, 0],
    );
  });

  it('ends where it is too faint to be seen; one that is so everywhere is left out, as is what is out of the picture', () => {
    const spread: [number, number, number] = [0.1, 0.1, 0.1];
    const found = projected(
      [
        { at: [0, 0, -3], spread },
        { at: [0, 0, -2], spread, opacity: 20 },
        { at: [0, 0, -1], spread, opacity: 2 },
        { at: [0, 0, 1], spread },
        { at: [9, 0, -1], spread },
      ],
      cameraOf(4000, 4000),
    );
    assert.deepEqual(
      found.map(({ splat }) => splat),
      [0, 1],
    );
    assert.approximately(found[0].reach, Math.sqrt(8), 1e-5);
    assert.approximately(20 * Math.exp(-0.5 * found[1].reach ** 2), 2, 1e-3);
  });

  it('covers no more of a small picture than of one as large as those it was trained with', () => {
    const splats: Splat[] = [{ at: [0, 0, -1], spread: [0.001, 0.001, 0.001] }];
    const weight = (size: number) => {
      const [{ opacity, long, short }] = projected(splats, cameraOf(size, size));
      return (opacity * long * short) / size ** 2;
    };
    assert.approximately(weight(500) / weight(2000), 1, 0.05);
  });
});

describe('The joints of splats', () => {
  const still = (count: number) => Float32Array.from({ length: count * 4 }, (_, slot) => (slot % 4 === 0 ? 1 : 0));

  it('are those of their vertices where all around agree', () => {
    const positions = Float32Array.from({ length: 300 }, (_, at) => (at % 3 === 1 ? Math.floor(at / 150) * 0.5 : (at % 10) * 0.001));
    const joints = Uint16Array.from({ length: 400 }, (_, slot) => (slot % 4 ? 0 : slot < 200 ? 9 : 3));
    const skin = skinSplats(positions, joints, still(100));
    assert.sameMembers([...skin.used], [9, 3]);
    for (let splat = 0; splat < 100; splat++) {
      assert.equal(skin.used[skin.joints[splat * 4]], splat < 50 ? 9 : 3);
      assert.equal(skin.weights[splat * 4], 1);
    }
  });

  it('are the same for two that lie together, whatever their vertices say', () => {
    const positions = Float32Array.of(0, 0, 0, 0.0001, 0, 0, 0, 0.0001, 0);
    const skin = skinSplats(positions, Uint16Array.of(0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0), still(3));
    for (let splat = 0; splat < 3; splat++) {
      const own = skin.weights.subarray(splat * 4, splat * 4 + 4);
      assert.approximately(
        own.reduce((sum, weight) => sum + weight, 0),
        1,
        1e-6,
      );
      assert.approximately(own[0], 2 / 3, 0.05);
    }
  });
});

/** Two rows of a mouth, touching; the shapes leave the lower lip 2 mm down. */
const columns = 41;
const vertices = Float32Array.from({ length: columns * 2 * 3 }, (_, at) => {
  const vertex = Math.floor(at / 3);
  return [((vertex % columns) - 20) * 0.001, vertex < columns ? 0 : -0.0001, 0.1][at % 3];
});
const all = Uint32Array.from({ length: columns * 2 }, (_, vertex) => vertex);
const mouthClose = {
  vertices: all,
  deltas: Float32Array.from({ length: columns * 2 * 3 }, (_, at) => (at % 3 === 1 ? (at < columns * 3 ? -0.005 : 0.02) : 0)),
};
const slit = { vertices: all.slice(columns), deltas: Float32Array.from({ length: columns * 3 }, (_, at) => (at % 3 === 1 ? -0.002 : 0)) };

describe('The seal of the lips', () => {
  function gap(pose: Partial<Record<Channel, number>>): number {
    const channels = new Float32Array(CHANNEL_COUNT);
    for (const [name, value] of Object.entries(pose)) channels[CHANNEL_INDEX[name as Channel]] = value;
    const deformer = new SplatDeformer(new Float32Array(vertices.length), vertices, [slit]);
    const seal = new LipSeal(vertices, mouthClose);
    deformer.update(Float32Array.of(1), Uint16Array.of(0), 1);
    seal.apply(channels, deformer);
    const middle = 20;
    return deformer.positions[middle * 3 + 1] - deformer.positions[(columns + middle) * 3 + 1];
  }

  it('closes pressed lips, and those of a jaw that is made up for', () => {
    assert.approximately(gap({ mouthPressLeft: 0.8, mouthPressRight: 0.8 }), 0.0001, 1e-5);
    assert.approximately(gap({ jawOpen: 0.3, mouthClose: 0.3 }), 0.0001, 1e-5);
  });

  it('leaves other mouths as they are, and comes in without a step', () => {
    assert.approximately(gap({}), 0.0021, 1e-6);
    assert.approximately(gap({ jawOpen: 0.3 }), 0.0021, 1e-6);
    const steps = Array.from({ length: 21 }, (_, index) => gap({ mouthPressLeft: index / 20, mouthPressRight: index / 20 }));
    for (let index = 1; index < steps.length; index++) {
      assert.isAtMost(steps[index], steps[index - 1] + 1e-9);
      assert.isBelow(steps[index - 1] - steps[index], 0.0006);
    }
  });

  it('is gone with the next pose', () => {
    const deformer = new SplatDeformer(new Float32Array(vertices.length), vertices, [slit]);
    const rest = deformer.positions.slice();
    const channels = new Float32Array(CHANNEL_COUNT);
    channels[CHANNEL_INDEX.mouthPressLeft] = channels[CHANNEL_INDEX.mouthPressRight] = 1;
    deformer.update(Float32Array.of(1), Uint16Array.of(0), 1);
    new LipSeal(vertices, mouthClose).apply(channels, deformer);
    assert.notDeepEqual(deformer.positions, rest);
    deformer.update(Float32Array.of(0), Uint16Array.of(), 0);
    assert.deepEqual(deformer.positions, rest);
  });
});

describe('The shade of an open mouth', () => {
  /** Brightness of pale splats at these places, seen from 80 cm in front, as a share of their own. */
  function brightness(
    places: readonly [number, number, number][],
    opening: number,
    pose: Partial<Record<Channel, number>> = {},
    eye = { x: 0, y: 0, z: 0.9 },
  ): number[] {
    const channels = new Float32Array(CHANNEL_COUNT);
    for (const [name, value] of Object.entries(pose)) channels[CHANNEL_INDEX[name as Channel]] = value;
    const deformer = new SplatDeformer(new Float32Array(vertices.length), vertices, [slit]);
    const seal = new LipSeal(vertices, mouthClose);
    const positions = Float32Array.from(places.flat());
    const shade = new MouthShade(seal, positions);
    const skin = {
      joints: new Uint16Array(places.length * 4),
      weights: Float32Array.from({ length: places.length * 4 }, (_, slot) => (slot % 4 ? 0 : 1)),
      used: [0],
    };
    const projector = new SplatProjector(new Uint8Array(places.length * 4).fill(200), skin);
    deformer.update(Float32Array.of(opening / 0.002), Uint16Array.of(0), 1);
    seal.apply(channels, deformer);
    shade.apply(positions, eye, projector);
    projector.project(
      positions,
      Float32Array.from(places.flatMap(() => [1e-6, 0, 0, 1e-6, 0, 1e-6])),
      Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, -1, 1),
      cameraOf(2000, 2000),
    );
    const byFirst = new Map(Array.from({ length: projector.count }, (_, index) => [index, (projector.words[index * 8 + 7] & 255) / 200]));
    return [...byFirst.values()];
  }

  it('is over what is seen through the opening, and over nothing else', () => {
    const [through] = brightness([[0, -0.01, 0.02]], 0.02);
    assert.approximately(through, 0.25, 0.02);
    assert.deepEqual(brightness([[0, 0.02, 0.02]], 0.02), [1]);
    assert.deepEqual(brightness([[0, -0.01, 0.099]], 0.02), [1]);
    assert.deepEqual(brightness([[0, -0.01, -0.2]], 0.02), [1]);
  });

  it('follows the line of sight', () => {
    // From above, what lies higher behind the opening is hidden by the upper lip.
    const eye = { x: 0, y: 0.25, z: 0.6 };
    assert.deepEqual(brightness([[0, -0.01, 0.02]], 0.02, {}, eye), [1]);
    assert.approximately(brightness([[0, -0.0516, 0.02]], 0.02, {}, eye)[0], 0.25, 0.02);
  });

  it('is gone where the mouth is shut or ought to be', () => {
    assert.deepEqual(brightness([[0, -0.00005, 0.02]], 0), [1]);
    assert.deepEqual(brightness([[0, -0.01, 0.02]], 0.02, { mouthPressLeft: 1, mouthPressRight: 1 }), [1]);
  });
});
