import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { freeBuffers } from '../shared/core/free-buffers.js';

/** Larger avatar files are refused. */
export const AVATAR_LIMIT_BYTES = 64_000_000;

/** Share of the progress of loading that the download takes; reading the file is the rest. */
export const DOWNLOAD_SHARE = 0.9;

export interface DownloadOptions {
  signal: AbortSignal;
  /** Larger files are refused, before or while they are read. */
  limitBytes: number;
  /** 0..1; stays 0 while the server does not say how long the file is. */
  handleProgress: (fraction: number) => void;
}

/**
 * Reads a file into memory.
 *
 * @param source URL, a request that is already under way, or the file itself, which needs no `blob:` URL and so no permission by the
 *   page's policy.
 * @throws {AvatarError} `failedToDownloadAvatarAssets` when it cannot be had, `unsupportedAvatarAsset` when it is too
 *   large, `aborted` after the signal.
 */
export async function download(source: string | Promise<Response> | Blob, options: DownloadOptions): Promise<ArrayBuffer> {
  try {
    if (source instanceof Blob) return await readBlob(source, options);
    const response = await (typeof source === 'string' ? fetch(source, { signal: options.signal }) : source);
    if (!response.ok)
      throw new AvatarError(ErrorCode.failedToDownloadAvatarAssets, `The avatar file could not be downloaded: status ${response.status}`);
    // A compressed transfer announces its compressed length: then the fraction is only capped, not exact.
    const expectedBytes = Number(response.headers.get('content-length') ?? 0);
    if (expectedBytes > options.limitBytes) throw tooLarge(options.limitBytes);
    return await readAll(response, expectedBytes, options);
  } catch (reason) {
    if (options.signal.aborted) throw new AvatarError(ErrorCode.aborted, 'Loading the avatar was aborted', { cause: reason });
    throw avatarErrorFrom(reason, ErrorCode.failedToDownloadAvatarAssets, 'The avatar file could not be downloaded');
  }
}

async function readAll(response: Response, expectedBytes: number, options: DownloadOptions): Promise<ArrayBuffer> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let byteLength = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    byteLength += value.byteLength;
    if (byteLength > options.limitBytes) {
      void reader.cancel();
      throw tooLarge(options.limitBytes);
    }
    chunks.push(value);
    if (expectedBytes > 0) options.handleProgress(Math.min(1, byteLength / expectedBytes));
  }
  const bytes = new Uint8Array(byteLength);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
    freeBuffers([chunk.buffer]);
  }
  return bytes.buffer;
}

async function readBlob(file: Blob, { limitBytes, handleProgress }: DownloadOptions): Promise<ArrayBuffer> {
  if (file.size > limitBytes) throw tooLarge(limitBytes);
  const bytes = await file.arrayBuffer();
  handleProgress(1);
  return bytes;
}

function tooLarge(limitBytes: number): AvatarError {
  return new AvatarError(ErrorCode.unsupportedAvatarAsset, `The avatar file is larger than ${Math.round(limitBytes / 1_000_000)} MB`);
}
