import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MeshoptDecoder, MeshoptEncoder } from 'meshoptimizer';

import { createRandom } from '../../../src/motion/life/random.js';
import { decodeMeshopt, type MeshoptView } from '../../../src/render/loaders/meshopt.js';

/** What the library that defines the format makes of a stream. */
function expected(encoded: Uint8Array, { count, byteStride, mode, filter }: MeshoptView): Uint8Array {
  const target = new Uint8Array(count * byteStride);
  MeshoptDecoder.decodeGltfBuffer(target, count, byteStride, encoded, mode, filter);
  return target;
}

describe('The decoder of compressed meshes', async () => {
  await Promise.all([MeshoptEncoder.ready, MeshoptDecoder.ready]);
  const random = createRandom(3);

  it('reads attributes of any length and stride as they were', () => {
    for (let round = 0; round < 60; round++) {
      const byteStride = 4 * (1 + Math.floor(random() * 4));
      const count = 1 + Math.floor(random() * 700);
      // Runs of small steps and of noise use all four packings.
      const bytes = Uint8Array.from({ length: count * byteStride }, (_, index) => (random() < 0.7 ? index % byteStride : random() * 256));
      const encoded = MeshoptEncoder.encodeGltfBuffer(bytes, count, byteStride, 'ATTRIBUTES');
      assert.deepEqual(decodeMeshopt(encoded, { count, byteStride, mode: 'ATTRIBUTES' }), bytes);
    }
  });

  for (const mode of ['TRIANGLES', 'INDICES'] as const) {
    for (const byteStride of [2, 4]) {
      it(`reads ${mode} of ${byteStride} bytes as the reference does`, () => {
        for (let round = 0; round < 40; round++) {
          const count = 3 * (1 + Math.floor(random() * 600));
          const indices = Array.from({ length: count }, (_, index) =>
            random() < 0.5 ? Math.floor(index / 6) : Math.floor(random() * 500),
          );
          const array = byteStride === 2 ? Uint16Array.from(indices) : Uint32Array.from(indices);
          const encoded = MeshoptEncoder.encodeGltfBuffer(new Uint8Array(array.buffer), count, byteStride, mode);
          const view = { count, byteStride, mode };
          assert.deepEqual(decodeMeshopt(encoded, view), expected(encoded, view));
        }
      });
    }
  }

  it('undoes the filters', () => {
    const values = Float32Array.from({ length: 256 }, () => random() * 2 - 1);
    const cases = [
      ['OCTAHEDRAL', 4, MeshoptEncoder.encodeFilterOct(values, 64, 4, 8)],
      ['OCTAHEDRAL', 8, MeshoptEncoder.encodeFilterOct(values, 64, 8, 12)],
      ['QUATERNION', 8, MeshoptEncoder.encodeFilterQuat(values, 64, 8, 12)],
      ['EXPONENTIAL', 16, MeshoptEncoder.encodeFilterExp(values, 64, 16, 12)],
    ] as const;
    for (const [filter, byteStride, filtered] of cases) {
      const encoded = MeshoptEncoder.encodeGltfBuffer(filtered, 64, byteStride, 'ATTRIBUTES');
      const view = { count: 64, byteStride, mode: 'ATTRIBUTES', filter } as const;
      const [own, reference] = [decodeMeshopt(encoded, view), expected(encoded, view)].map((bytes) =>
        byteStride === 4 ? new Int8Array(bytes.buffer) : new Int16Array(bytes.buffer),
      );
      own.forEach((value, index) =>
        assert.ok(Math.abs(value - reference[index]) <= 1, `${filter} ${index}: ${value} for ${reference[index]}`),
      );
    }
  });

  it('never hangs on damaged streams', () => {
    const indices = Uint32Array.from({ length: 900 }, () => random() * 300);
    const encoded = MeshoptEncoder.encodeGltfBuffer(new Uint8Array(indices.buffer), 900, 4, 'TRIANGLES');
    for (let round = 0; round < 200; round++) {
      const damaged = encoded.slice(0, Math.ceil(random() * encoded.length));
      for (let count = 0; count < 10; count++) damaged[1 + Math.floor(random() * (damaged.length - 1))] = random() * 256;
      try {
        assert.equal(decodeMeshopt(damaged, { count: 900, byteStride: 4, mode: 'TRIANGLES' }).length, 3600);
      } catch (error) {
        assert.match((error as Error).message, /compressed|unknown/);
      }
    }
  });
});
