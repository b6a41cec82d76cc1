/** Small real avatar files with textures: a square of 0.2 m that faces the viewer. */
import { type GlbDocument, writeGlb } from '../../src/motion/files/glb-container.js';

export interface TextureFile {
  bytes: Uint8Array;
  mimeType: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/ktx2';
}

/** The extension by which a texture of a kind is named. */
const EXTENSIONS: Partial<Record<TextureFile['mimeType'], string>> = {
  'image/webp': 'EXT_texture_webp',
  'image/ktx2': 'KHR_texture_basisu',
};

/** Its material is lit by nothing: what is drawn is the texture. */
export function texturedSquare(texture: TextureFile): Uint8Array<ArrayBuffer> {
  const binary = new Uint8Array(48 + 32 + 12 + texture.bytes.length);
  new Float32Array(binary.buffer, 0, 12).set([-0.1, 0, 0, 0.1, 0, 0, 0.1, 0.2, 0, -0.1, 0.2, 0]);
  new Float32Array(binary.buffer, 48, 8).set([0, 1, 1, 1, 1, 0, 0, 0]);
  new Uint16Array(binary.buffer, 80, 6).set([0, 1, 2, 0, 2, 3]);
  binary.set(texture.bytes, 92);
  const extension = EXTENSIONS[texture.mimeType];
  const document = {
    asset: { version: '2.0' },
    extensionsUsed: ['KHR_materials_unlit', ...(extension ? [extension] : [])],
    extensionsRequired: extension ? [extension] : [],
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ name: 'square', mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0, TEXCOORD_0: 1 }, indices: 2, material: 0 }] }],
    materials: [{ pbrMetallicRoughness: { baseColorTexture: { index: 0 } }, extensions: { KHR_materials_unlit: {} } }],
    textures: [extension ? { extensions: { [extension]: { source: 0 } } } : { source: 0 }],
    images: [{ name: 'halves', bufferView: 3, mimeType: texture.mimeType }],
    accessors: [
      { bufferView: 0, componentType: 5126, count: 4, type: 'VEC3', min: [-0.1, 0, 0], max: [0.1, 0.2, 0] },
      { bufferView: 1, componentType: 5126, count: 4, type: 'VEC2' },
      { bufferView: 2, componentType: 5123, count: 6, type: 'SCALAR' },
    ],
    bufferViews: [
      { buffer: 0, byteLength: 48 },
      { buffer: 0, byteOffset: 48, byteLength: 32 },
      { buffer: 0, byteOffset: 80, byteLength: 12 },
      { buffer: 0, byteOffset: 92, byteLength: texture.bytes.length },
    ],
    buffers: [{ byteLength: binary.length }],
  };
  return writeGlb({ document: document as unknown as GlbDocument, binary }) as Uint8Array<ArrayBuffer>;
}
