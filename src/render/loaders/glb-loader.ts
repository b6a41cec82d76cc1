import { AvatarError, ErrorCode, avatarErrorFrom } from '../../shared/errors.js';
import type { AvatarModel } from './avatar-model.js';
import { download } from './download.js';
import { GlbAvatar } from './glb-avatar.js';
import { readGlb } from './glb-reader.js';

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
  const avatar = await read(bytes, isSoftware);
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

async function read(bytes: ArrayBuffer, isSoftware: boolean): Promise<GlbAvatar> {
  try {
    return new GlbAvatar(await readGlb(bytes), isSoftware);
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.unsupportedAvatarAsset, 'The avatar file cannot be used');
  }
}
