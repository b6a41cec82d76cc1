import { type GLTF, GLTFLoader, type GLTFLoaderPlugin, type GLTFParser } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { freeBuffers } from '../../shared/core/free-buffers.js';
import { EmbeddedImages } from './embedded-images.js';
import { decodeMeshopt, type MeshoptView } from './meshopt.js';
import type { ReadOptions } from './read-options.js';

/** Replaces meshoptimizer's own decoder, which is WebAssembly; the members that the loader uses. */
const meshoptDecoder = {
  supported: true,
  ready: Promise.resolve(),
  decodeGltfBufferAsync: async (count: number, byteStride: number, source: Uint8Array, mode: string, filter?: string) =>
    decodeMeshopt(source, { count, byteStride, mode, filter } as MeshoptView),
} as Parameters<GLTFLoader['setMeshoptDecoder']>[0];

/** Only has to be present: `EmbeddedImages` reads all images. */
const ktx2Loader = {} as Parameters<GLTFLoader['setKTX2Loader']>[0];

export type GltfPlugin = (parser: GLTFParser) => GLTFLoaderPlugin;

/**
 * Reads a binary glTF 2.0 file that is built in or has been checked: meshopt compression and quantisation are supported, Draco is not; textures may be PNG, JPEG, WebP
 * or KTX2.
 *
 * @param options Null if only meshes are needed: textures that cannot be loaded are omitted.
 * @throws {Error} if the file is damaged or needs unsupported features.
 * @throws {AvatarError} `unsupportedAvatarAsset` for a texture that cannot be decoded, `renderingFailed` if KTX2 is not available.
 */
export async function readGlb(bytes: ArrayBuffer, options: ReadOptions | null = null, plugins: readonly GltfPlugin[] = []): Promise<GLTF> {
  const images = options && new EmbeddedImages(options);
  const loader = new GLTFLoader().setMeshoptDecoder(meshoptDecoder).setKTX2Loader(ktx2Loader);
  loader.register((parser) => {
    images?.serve(parser);
    return { name: 'embedded images' };
  });
  for (const plugin of plugins) loader.register(plugin);
  const file = await parsed(loader, bytes, images);
  // The loader has copied everything it needs.
  const { body } = (file.parser.extensions as Record<string, { body?: ArrayBuffer }>).KHR_binary_glTF ?? {};
  if (body) freeBuffers([body]);
  return file;
}

async function parsed(loader: GLTFLoader, bytes: ArrayBuffer, images: EmbeddedImages | null): Promise<GLTF> {
  try {
    const file = await loader.parseAsync(bytes, '');
    images?.check();
    return file;
  } catch (reason) {
    images?.release();
    throw reason;
  }
}
