import { GLTFLoader, type GLTF, type GLTFLoaderPlugin, type GLTFParser } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { checkGlb } from './glb-check.js';
import { decodeMeshopt, type MeshoptView } from './meshopt.js';

/** In the place of meshoptimizer's own decoder, which is WebAssembly; all of it that the loader calls. */
const meshoptDecoder = {
  supported: true,
  ready: Promise.resolve(),
  decodeGltfBufferAsync: async (count: number, byteStride: number, source: Uint8Array, mode: string, filter?: string) =>
    decodeMeshopt(source, { count, byteStride, mode, filter } as MeshoptView),
} as Parameters<GLTFLoader['setMeshoptDecoder']>[0];

export type GltfPlugin = (parser: GLTFParser) => GLTFLoaderPlugin;

/**
 * Reads a binary glTF 2.0 file: meshopt compression and quantisation are understood, Draco is not.
 *
 * @throws {Error} when the file is damaged or needs what is not understood.
 */
export async function readGlb(bytes: ArrayBuffer, plugins: readonly GltfPlugin[] = []): Promise<GLTF> {
  checkGlb(bytes);
  const loader = new GLTFLoader().setMeshoptDecoder(meshoptDecoder);
  for (const plugin of plugins) loader.register(plugin);
  return loader.parseAsync(bytes, '');
}
