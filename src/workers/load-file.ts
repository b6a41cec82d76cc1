/** Checks and unpacks an avatar file in a worker of its own, which is ended when that takes too long. */
import { proxy } from 'comlink';
import type { FileAddOn } from '../render/files/prepare-file.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { FileService } from './loader.worker.js';
import { type WorkerConnection, type WorkerFile, WorkerHost } from './worker-host.js';

export type { FileAddOn };

export interface LoadFileOptions {
  /** Longest time of the checks, which follow the download, ms. */
  readonly timeoutMs: number;
  /** 0..1 of the download. */
  readonly handleProgress: (fraction: number) => void;
  /** @returns A URL that an add-on of the loader worker can be imported from. */
  readonly locateAddOn: (name: FileAddOn) => Promise<string>;
}

/**
 * @param file The loader worker.
 * @param source URL, or the file itself; the worker starts meanwhile.
 * @returns A file of the same format that is safe to parse.
 * @throws {AvatarError} `failedToDownloadAvatarAssets`, or `unsupportedAvatarAsset` with the reason.
 */
export async function loadFile(file: WorkerFile, source: Promise<string | Blob>, options: LoadFileOptions): Promise<Blob> {
  const { timeoutMs, handleProgress, locateAddOn } = options;
  const host = new WorkerHost<FileService>('loader', file);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const [connection, found] = await Promise.all([host.connect().catch(() => null), source]);
    if (!connection)
      return new Blob([await (await serviceOfPage(file)).prepareFile(found, { handleProgress, locateAddOn, handleDownloaded: () => {} })]);
    const handleDownloaded = (): void => {
      timer = setTimeout(() => endSlow(connection, timeoutMs), timeoutMs);
    };
    const { prepareFile } = connection.remote;
    return new Blob([await connection.guard(prepareFile(found, proxy({ handleProgress, locateAddOn, handleDownloaded })))]);
  } finally {
    clearTimeout(timer);
    host.end();
  }
}

function endSlow(connection: WorkerConnection<FileService>, timeoutMs: number): void {
  connection.end(
    new AvatarError(ErrorCode.unsupportedAvatarAsset, `The avatar file cannot be used: reading it takes longer than ${timeoutMs} ms`),
  );
}

/** Where no worker can be started the checks run on the page, without a time limit. */
async function serviceOfPage(file: WorkerFile): Promise<FileService> {
  try {
    const module = (await import(/* @vite-ignore */ /* webpackIgnore: true */ await file.locate())) as { fileService: FileService };
    return module.fileService;
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.workerFailed, 'The loader of avatar files could not be started');
  }
}
