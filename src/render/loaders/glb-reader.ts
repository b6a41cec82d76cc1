import type { Group } from 'three';
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { checkGlbNodes } from './glb-nodes.js';
import { decodeMeshopt, type MeshoptView } from './meshopt.js';

/** In the place of meshoptimizer's own decoder, which is WebAssembly; all of it that the loader calls. */
const meshoptDecoder = {
  supported: true,
  ready: Promise.resolve(),
  decodeGltfBufferAsync: async (count: number, byteStride: number, source: Uint8Array, mode: string, filter?: string) =>
    decodeMeshopt(source, { count, byteStride, mode, filter } as MeshoptView),
} as Parameters<GLTFLoader['setMeshoptDecoder']>[0];

/**
 * Reads a binary glTF 2.0 file: meshopt compression and quantisation are understood, Draco and KTX2 are not.
 *
 * @throws {Error} when the file is damaged or needs what is not understood.
 */
export async function readGlb(bytes: ArrayBuffer): Promise<Group> {
  checkGlbNodes(bytes);
  const { scene } = await new GLTFLoader().setMeshoptDecoder(meshoptDecoder).parseAsync(bytes, '');
  return scene;
}
