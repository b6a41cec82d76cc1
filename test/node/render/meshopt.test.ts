import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MeshoptDecoder, MeshoptEncoder } from 'meshoptimizer';

import { type GlbDocument, writeGlb } from '../../../src/motion/files/glb-container.js';
import { createRandom } from '../../../src/motion/life/random.js';
import { readGlb } from '../../../src/render/loaders/glb-reader.js';
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

  for (const version of [0, 1]) {
    it(`reads attributes of version ${version}, of any length and stride, as they were`, () => {
      for (let round = 0; round < 60; round++) {
        const byteStride = 4 * (1 + Math.floor(random() * 5));
        const count = 1 + Math.floor(random() * 700);
        // Runs of small steps and of noise use every packing.
        const bytes = Uint8Array.from({ length: count * byteStride }, (_, index) => (random() < 0.7 ? index % byteStride : random() * 256));
        const encoded = MeshoptEncoder.encodeVertexBufferLevel(bytes, count, byteStride, round % 4, version);
        assert.equal(encoded[0], 0xa0 + version);
        assert.deepEqual(decodeMeshopt(encoded, { count, byteStride, mode: 'ATTRIBUTES' }), bytes);
      }
    });
  }

  it('reads every mode of version 1: differences of bytes, of 16-bit numbers, and XOR of words', () => {
    const count = 600;
    const shapes: ((vertex: number) => number[])[] = [
      (vertex) => [vertex, 2 * vertex, 3, random() < 0.1 ? 255 : 0],
      (vertex) => [...new Uint8Array(Uint16Array.of(vertex * 37, 60_000 - vertex * 211).buffer)],
      () => [...new Uint8Array(Uint32Array.of(0x3f800000 | (Math.floor(random() * 256) << 4)).buffer)],
    ];
    const seen = new Set<number>();
    for (const bytesOf of shapes) {
      const bytes = Uint8Array.from(Array.from({ length: count }, (_, vertex) => bytesOf(vertex)).flat());
      const encoded = MeshoptEncoder.encodeVertexBufferLevel(bytes, count, 4, 3, 1);
      // The modes stand behind the first element, at the end.
      seen.add(encoded[encoded.length - 1] & 3);
      assert.deepEqual(decodeMeshopt(encoded, { count, byteStride: 4, mode: 'ATTRIBUTES' }), bytes);
    }
    assert.deepEqual([...seen].sort(), [0, 1, 2]);
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

  const values = Float32Array.from({ length: 256 }, () => random() * 2 - 1);
  const levels = values.map(Math.abs);
  const FILTERED = [
    ['OCTAHEDRAL', 4, Int8Array, MeshoptEncoder.encodeFilterOct(values, 64, 4, 8)],
    ['OCTAHEDRAL', 8, Int16Array, MeshoptEncoder.encodeFilterOct(values, 64, 8, 12)],
    ['QUATERNION', 8, Int16Array, MeshoptEncoder.encodeFilterQuat(values, 64, 8, 12)],
    ['EXPONENTIAL', 16, Float32Array, MeshoptEncoder.encodeFilterExp(values, 64, 16, 12)],
    ['COLOR', 4, Uint8Array, MeshoptEncoder.encodeFilterColor(levels, 64, 4, 8)],
    ['COLOR', 4, Uint8Array, MeshoptEncoder.encodeFilterColor(levels, 64, 4, 5)],
    ['COLOR', 8, Uint16Array, MeshoptEncoder.encodeFilterColor(levels, 64, 8, 12)],
    ['COLOR', 8, Uint16Array, MeshoptEncoder.encodeFilterColor(levels, 64, 8, 16)],
  ] as const;
  for (const [filter, byteStride, Values, filtered] of FILTERED) {
    it(`undoes the filter ${filter} of ${byteStride} bytes`, () => {
      const tolerance = Values === Float32Array ? 0 : 1;
      for (const version of [0, 1]) {
        const encoded = MeshoptEncoder.encodeGltfBuffer(filtered, 64, byteStride, 'ATTRIBUTES', version);
        const view = { count: 64, byteStride, mode: 'ATTRIBUTES', filter } as const;
        const [own, reference] = [decodeMeshopt(encoded, view), expected(encoded, view)].map(
          (bytes) => new Values(bytes.buffer as ArrayBuffer),
        );
        own.forEach((value, index) =>
          assert.ok(Math.abs(value - reference[index]) <= tolerance, `${index}: ${value} for ${reference[index]}`),
        );
      }
    });
  }

  for (const name of ['EXT_meshopt_compression', 'KHR_meshopt_compression']) {
    it(`serves a GLB that names ${name}`, async () => {
      const positions = Float32Array.from({ length: 300 }, (_, index) => Math.sin(index));
      const version = name.startsWith('KHR') ? 1 : 0;
      const encoded = MeshoptEncoder.encodeVertexBufferLevel(new Uint8Array(positions.buffer), 100, 12, 2, version);
      const binary = new Uint8Array(Math.ceil(encoded.length / 4) * 4);
      binary.set(encoded);
      const compression = { buffer: 0, byteLength: encoded.length, byteStride: 12, count: 100, mode: 'ATTRIBUTES' };
      const document = {
        asset: { version: '2.0' },
        extensionsUsed: [name],
        extensionsRequired: [name],
        scene: 0,
        scenes: [{ nodes: [0] }],
        nodes: [{ mesh: 0 }],
        meshes: [{ primitives: [{ attributes: { POSITION: 0 }, mode: 0 }] }],
        accessors: [{ bufferView: 0, componentType: 5126, count: 100, type: 'VEC3', min: [-1, -1, -1], max: [1, 1, 1] }],
        bufferViews: [{ buffer: 1, byteLength: 1200, byteStride: 12, extensions: { [name]: compression } }],
        buffers: [{ byteLength: binary.length }, { byteLength: 1200, extensions: { [name]: { fallback: true } } }],
      };
      const glb = writeGlb({ document: document as unknown as GlbDocument, binary }) as Uint8Array<ArrayBuffer>;
      const { scene } = await readGlb(glb.buffer);
      const points = scene.children[0] as unknown as { geometry: { attributes: { position: { array: Float32Array } } } };
      assert.deepEqual(points.geometry.attributes.position.array, positions);
    });
  }

  it('ends in an error or in as many bytes as asked for when a stream is damaged', () => {
    const indices = Uint32Array.from({ length: 900 }, () => random() * 300);
    const bytes = new Uint8Array(indices.buffer);
    const streams = [
      ['TRIANGLES', MeshoptEncoder.encodeGltfBuffer(bytes, 900, 4, 'TRIANGLES')],
      ['ATTRIBUTES', MeshoptEncoder.encodeGltfBuffer(bytes, 900, 4, 'ATTRIBUTES', 0)],
      ['ATTRIBUTES', MeshoptEncoder.encodeGltfBuffer(bytes, 900, 4, 'ATTRIBUTES', 1)],
    ] as const;
    for (let round = 0; round < 600; round++) {
      const [mode, encoded] = streams[round % streams.length];
      const damaged = encoded.slice(0, Math.ceil(random() * encoded.length));
      for (let count = 0; count < 10; count++) damaged[1 + Math.floor(random() * (damaged.length - 1))] = random() * 256;
      try {
        assert.equal(decodeMeshopt(damaged, { count: 900, byteStride: 4, mode }).length, 3600);
      } catch (error) {
        assert.match((error as Error).message, /compressed|unknown/);
      }
    }
  });
});
