import { avatarFormatOf } from '../../assets/avatar-formats.js';
import { AVATAR_LIMIT_BYTES, DOWNLOAD_SHARE, download } from '../../assets/download.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { freeBuffers } from '../../shared/core/free-buffers.js';
import type { AvatarModel } from './avatar-model.js';
import { loadGlbAvatar } from './glb-loader.js';
import { loadNameReader } from './name-reading.js';
import type { ReadOptions } from './read-options.js';

export interface LoadOptions extends ReadOptions {
  readonly signal: AbortSignal;
  /** Default 64 MB. */
  readonly limitBytes?: number;
  /** 0..1 */
  readonly handleProgress: (fraction: number) => void;
}

/**
 * Loads an avatar file of any supported format, which is detected by the file's first bytes, not by its name. A file that is not built in
 * must have been checked by `files/prepare-file.ts`: here counts and references are trusted.
 *
 * @param source URL, or the file itself.
 * @throws {AvatarError} `failedToDownloadAvatarAssets`, `unsupportedAvatarAsset`, `renderingFailed` if an add-on that the avatar
 *   needs cannot be loaded, or `aborted`.
 */
export async function loadAvatar(source: string | Blob, options: LoadOptions): Promise<AvatarModel> {
  const { signal, handleProgress } = options;
  const bytes = await download(source, {
    signal,
    limitBytes: options.limitBytes ?? AVATAR_LIMIT_BYTES,
    handleProgress: (fraction) => handleProgress(fraction * DOWNLOAD_SHARE),
  });
  const avatar = await read(bytes, options);
  if (signal.aborted) {
    avatar.dispose();
    throw new AvatarError(ErrorCode.aborted, 'Loading the avatar was aborted');
  }
  if (avatar.info.vertexCount === 0) {
    avatar.dispose();
    throw new AvatarError(ErrorCode.unsupportedAvatarAsset, 'The avatar file contains nothing to draw');
  }
  handleProgress(1);
  return avatar;
}

async function read(bytes: ArrayBuffer, options: ReadOptions): Promise<AvatarModel> {
  try {
    switch (avatarFormatOf(bytes)) {
      case 'glb':
        return await loadGlbAvatar(bytes, options);
      case 'zip': {
        const [{ loadSplatAvatar }] = await Promise.all([options.addOns.load('splats'), loadNameReader(options.addOns)]);
        return await loadSplatAvatar(bytes, options.channelNames);
      }
      default:
        throw new Error('it is not a binary glTF (.glb)');
    }
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.unsupportedAvatarAsset, 'The avatar file cannot be used');
  } finally {
    freeBuffers([bytes]);
  }
}
