import { AvatarError, ErrorCode } from '../../shared/errors.js';
import { GLTFLoader, type GLTF } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { MeshoptDecoder } from 'three/examples/jsm/libs/meshopt_decoder.module.js';
import type { AvatarModel } from './avatar-model.js';
import { download } from './download.js';
import { GlbAvatar } from './glb-avatar.js';

const GLB_MAGIC = 0x46546c67;
const DEFAULT_LIMIT_BYTES = 64_000_000;

export interface LoadOptions {
  signal: AbortSignal;
  /** Default 64 MB. */
  limitBytes?: number;
  /** Software GL: three.js's physical materials are replaced by ones it can afford. */
  isSoftware: boolean;
  /** 0..1 */
  handleProgress: (fraction: number) => void;
}

/** Share of the progress that the download takes; reading the file is the rest. */
const DOWNLOAD_SHARE = 0.9;

/**
 * Loads a binary glTF 2.0 file: meshopt compression and quantisation are understood, Draco and KTX2 are not.
 *
 * @throws {AvatarError} `failedToDownloadAvatarAssets`, `unsupportedAvatarAsset` or `aborted`.
 */
export async function loadGlb(url: string, options: LoadOptions): Promise<AvatarModel> {
  const { signal, isSoftware, handleProgress } = options;
  const bytes = await download(url, {
    signal,
    limitBytes: options.limitBytes ?? DEFAULT_LIMIT_BYTES,
    handleProgress: (fraction) => handleProgress(fraction * DOWNLOAD_SHARE),
  });
  if (bytes.byteLength < 20 || new DataView(bytes).getUint32(0, true) !== GLB_MAGIC) {
    throw new AvatarError(ErrorCode.unsupportedAvatarAsset, 'The avatar file is no binary glTF (.glb)');
  }
  const gltf = await parse(bytes);
  const avatar = new GlbAvatar(gltf.scene, isSoftware);
  if (signal.aborted) {
    avatar.dispose();
    throw new AvatarError(ErrorCode.aborted, 'Loading the avatar was ended');
  }
  if (avatar.info.vertexCount === 0) {
    avatar.dispose();
    throw new AvatarError(ErrorCode.unsupportedAvatarAsset, 'The avatar file holds nothing to draw');
  }
  handleProgress(1);
  return avatar;
}

async function parse(bytes: ArrayBuffer): Promise<GLTF> {
  try {
    return await new GLTFLoader().setMeshoptDecoder(MeshoptDecoder).parseAsync(bytes, '');
  } catch (reason) {
    const detail = reason instanceof Error ? reason.message : String(reason);
    throw new AvatarError(ErrorCode.unsupportedAvatarAsset, `The avatar file cannot be read: ${detail}`, { cause: reason });
  }
}
