/** A small real GLB, and hostile changes of it: counts, offsets, strides, depths and references that the bytes do not bear out. */

import type { FileAddOns } from '../../src/render/files/prepare-file.js';

/** A document that may be anything. */
// biome-ignore lint/suspicious/noExplicitAny: tests write what no type allows.
export type AnyDocument = any;

/** For files that are not compressed with Draco. */
export const noDraco = (): Promise<never> => Promise.reject(new Error('it is compressed with Draco'));

/** Add-ons of the loader worker, without the decoder of Draco. */
export const FILE_ADD_ONS: FileAddOns = { draco: noDraco, heads: () => import('../../src/workers/heads.add-on.js') };

/** A triangle with a shape, a sparse shape, a joint and nothing else. */
export function triangleDocument(): { document: AnyDocument; binary: Uint8Array } {
  const binary = new Uint8Array(36 + 36 + 4 + 12 + 8);
  new Float32Array(binary.buffer, 0, 9).set([0, 0, 0, 1, 0, 0, 0, 1, 0]);
  new Float32Array(binary.buffer, 36, 9).set([0, 0, 0, 0.1, 0, 0, 0, 0.1, 0]);
  new Uint16Array(binary.buffer, 72, 1)[0] = 2;
  new Float32Array(binary.buffer, 76, 3).set([0, 0.2, 0]);
  new Uint16Array(binary.buffer, 88, 3).set([0, 1, 2]);
  const document = {
    asset: { version: '2.0' },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [
      { name: 'root', children: [1] },
      { name: 'face', mesh: 0 },
    ],
    meshes: [
      {
        extras: { targetNames: ['jawOpen', 'eyeBlinkLeft'] },
        primitives: [{ attributes: { POSITION: 0 }, indices: 3, targets: [{ POSITION: 1 }, { POSITION: 2 }] }],
      },
    ],
    accessors: [
      { bufferView: 0, componentType: 5126, count: 3, type: 'VEC3', min: [0, 0, 0], max: [1, 1, 0] },
      { bufferView: 1, componentType: 5126, count: 3, type: 'VEC3' },
      {
        componentType: 5126,
        count: 3,
        type: 'VEC3',
        sparse: { count: 1, indices: { bufferView: 2, componentType: 5123 }, values: { bufferView: 3 } },
      },
      { bufferView: 4, componentType: 5123, count: 3, type: 'SCALAR' },
    ],
    bufferViews: [
      { buffer: 0, byteLength: 36 },
      { buffer: 0, byteOffset: 36, byteLength: 36 },
      { buffer: 0, byteOffset: 72, byteLength: 2 },
      { buffer: 0, byteOffset: 76, byteLength: 12 },
      { buffer: 0, byteOffset: 88, byteLength: 6 },
    ],
    buffers: [{ byteLength: binary.length }],
  };
  return { document, binary };
}

/** A GLB of these chunks, however many there are of a kind. */
export function glbOf(chunks: readonly { type: 'JSON' | 'BIN'; content: Uint8Array | string }[]): Uint8Array<ArrayBuffer> {
  const parts = chunks.map(({ type, content }) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4).fill(type === 'JSON' ? 0x20 : 0);
    padded.set(bytes);
    return { type, padded };
  });
  const bytes = new Uint8Array(12 + parts.reduce((sum, { padded }) => sum + 8 + padded.length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x46546c67, true);
  view.setUint32(4, 2, true);
  view.setUint32(8, bytes.length, true);
  let at = 12;
  for (const { type, padded } of parts) {
    view.setUint32(at, padded.length, true);
    view.setUint32(at + 4, type === 'JSON' ? 0x4e4f534a : 0x004e4942, true);
    bytes.set(padded, at + 8);
    at += 8 + padded.length;
  }
  return bytes;
}

/** The triangle's file after a change of its document. */
export function changedTriangle(change: (document: AnyDocument) => void): Uint8Array<ArrayBuffer> {
  const { document, binary } = triangleDocument();
  change(document);
  return glbOf([
    { type: 'JSON', content: JSON.stringify(document) },
    { type: 'BIN', content: binary },
  ]);
}

const meshopt = (changes: object) => (document: AnyDocument) => {
  const compression = { buffer: 0, byteLength: 36, byteStride: 12, count: 3, mode: 'ATTRIBUTES', ...changes };
  document.bufferViews[0].extensions = { EXT_meshopt_compression: compression };
};
const png = (width: number, height: number): string => {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`;
};
const textured = (uri: string) => (document: AnyDocument) => {
  document.images = [{ uri }];
  document.textures = [{ source: 0 }];
};
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://attacker.invalid/x.png"/></svg>';

/** One file of each kind of attack, by its name, and what its error says. */
export const HOSTILE: Readonly<Record<string, { error: RegExp; file: () => Uint8Array<ArrayBuffer> }>> = {
  'a meshopt stride of 516': { error: /byteStride/, file: () => changedTriangle(meshopt({ byteStride: 516 })) },
  'a meshopt count of 400 million': { error: /count/, file: () => changedTriangle(meshopt({ count: 4e8 })) },
  'a meshopt stride of nothing': { error: /byteStride/, file: () => changedTriangle(meshopt({ byteStride: 0 })) },
  'meshopt indices of a stride of 12': { error: /byteStride/, file: () => changedTriangle(meshopt({ mode: 'INDICES' })) },
  'an empty accessor of 300 million': {
    error: /not in the file|another size/,
    file: () =>
      changedTriangle(({ accessors, meshes }) => {
        accessors[2] = { componentType: 5126, count: 3e8, type: 'VEC3' };
        meshes[0].primitives[0].attributes.NORMAL = 2;
      }),
  },
  'nothing but empty accessors': {
    error: /not in the file|number of vertices/,
    file: () =>
      changedTriangle((document) => {
        document.accessors = [{ componentType: 5126, count: 2e7, type: 'VEC3' }];
        document.meshes[0].primitives = [{ attributes: { POSITION: 0 } }];
      }),
  },
  'an accessor longer than its buffer view': {
    error: /longer than its buffer view/,
    file: () => changedTriangle(({ accessors }) => (accessors[0].count = 4)),
  },
  'an accessor of a fraction': { error: /whole number/, file: () => changedTriangle(({ accessors }) => (accessors[0].count = 2.5)) },
  'a buffer view outside its buffer': {
    error: /byteLength/,
    file: () => changedTriangle(({ bufferViews }) => (bufferViews[0].byteLength = 1e9)),
  },
  'a negative offset': { error: /byteOffset/, file: () => changedTriangle(({ bufferViews }) => (bufferViews[1].byteOffset = -36)) },
  'a sparse count beyond its accessor': {
    error: /sparse count/,
    file: () => changedTriangle(({ accessors }) => (accessors[2].sparse.count = 4)),
  },
  'a shape of another size than its mesh': {
    error: /too short|another size|longer/,
    file: () => changedTriangle(({ accessors }) => (accessors[1].count = 2)),
  },
  'a chain of 200,000 nodes': {
    error: /number of nodes/,
    file: () =>
      changedTriangle((document) => {
        document.nodes = Array.from({ length: 200_000 }, (_, node) => (node < 199_999 ? { children: [node + 1] } : {}));
      }),
  },
  'a chain of 1000 nodes': {
    error: /nested/,
    file: () =>
      changedTriangle((document) => {
        document.nodes = Array.from({ length: 1000 }, (_, node) => (node < 999 ? { children: [node + 1] } : {}));
      }),
  },
  'a cycle of nodes': { error: /cycle|tree/, file: () => changedTriangle(({ nodes }) => (nodes[1].children = [0])) },
  '200,000 shapes': {
    error: /number of shapes/,
    file: () =>
      changedTriangle(({ meshes }) => (meshes[0].primitives[0].targets = Array.from({ length: 200_000 }, () => ({ POSITION: 1 })))),
  },
  'a mesh drawn 40,000 times': {
    error: /number of meshes/,
    file: () =>
      changedTriangle((document) => {
        for (let count = 0; count < 40_000; count++) document.nodes.push({ mesh: 0 });
      }),
  },
  'an unknown component type': {
    error: /unknown type/,
    file: () => changedTriangle(({ accessors }) => (accessors[0].componentType = 'toString')),
  },
  'JSON that is nested 100,000 levels deep': {
    error: /./,
    file: () => glbOf([{ type: 'JSON', content: `{"asset":{"version":"2.0"},"extras":${'['.repeat(1e5)}${']'.repeat(1e5)}}` }]),
  },
  'two JSON chunks': {
    error: /two JSON chunks/,
    file: () => {
      const { document, binary } = triangleDocument();
      const second = { ...document, images: [{ uri: 'https://attacker.invalid/x.png' }], textures: [{ source: 0 }] };
      return glbOf([
        { type: 'JSON', content: JSON.stringify(document) },
        { type: 'BIN', content: binary },
        { type: 'JSON', content: JSON.stringify(second) },
      ]);
    },
  },
  'an image on another host': { error: /another file/, file: () => changedTriangle(textured('https://attacker.invalid/x.png')) },
  'a buffer on another host': {
    error: /another file/,
    file: () => changedTriangle(({ buffers }) => (buffers[0].uri = '//attacker.invalid/x.bin')),
  },
  'an SVG image': { error: /not PNG/, file: () => changedTriangle(textured(`data:image/svg+xml;base64,${btoa(svg)}`)) },
  'an SVG image that calls itself a PNG': {
    error: /not PNG/,
    file: () => changedTriangle(textured(`data:image/png,${encodeURIComponent(svg)}`)),
  },
  'a PNG of 50,000 × 50,000 pixels': { error: /pixels/, file: () => changedTriangle(textured(png(50_000, 50_000))) },
  '10,000 springs of a VRM': {
    error: /spring/,
    file: () =>
      changedTriangle((document) => {
        document.extensions = { VRM: { secondaryAnimation: { boneGroups: [{ bones: Array.from({ length: 10_000 }, () => 0) }] } } };
      }),
  },
};
