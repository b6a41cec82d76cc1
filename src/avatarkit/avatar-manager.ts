import { asset } from '../assets/asset-urls.js';
import { avatarFormatOf } from '../assets/avatar-formats.js';
import { download } from '../assets/download.js';
import { Emitter } from '../shared/core/emitter.js';
import { Avatar, type LoadProgressInfo } from './avatar.js';
import { avatarPlace } from './avatar-place.js';
import { AvatarError, documentedError, ErrorCode } from './errors.js';
import { logError, logInfo } from './log.js';
import { sdkSettings } from './sdk-settings.js';

export type LoadProgressCallback = (progress: LoadProgressInfo) => void;

interface LoadTask {
  readonly promise: Promise<Avatar>;
  readonly abortion: AbortController;
  readonly events: Emitter<{ progress: LoadProgressInfo }>;
}

/** Larger files are rejected. */
const LIMIT_BYTES = 64_000_000;

/** Loads avatars and keeps them, in memory, for this page. */
export class AvatarManager {
  private static instance: AvatarManager | null = null;
  private readonly avatars = new Map<string, Avatar>();
  private readonly tasks = new Map<string, LoadTask>();

  constructor() {
    sdkSettings.on('cleanup', () => this.clearAll());
  }

  /** The page's one. */
  static get shared(): AvatarManager {
    return (AvatarManager.instance ??= new AvatarManager());
  }

  /**
   * Loads an avatar, or returns the cached one. Concurrent calls for the same avatar share one download.
   *
   * @param id A built-in avatar (`aria`, `theo`, `nia`), the URL of a file, or an id of `avatarUrls`.
   * @param onProgress Not called for a cached one.
   * @param _useCompressedModel Files have one size here: makes no difference.
   * @throws {AvatarError} `avatarIDUnrecognized`, `failedToDownloadAvatarAssets`, `unsupportedAvatarAsset`, and
   *   `appIDUnrecognized` before `AvatarSDK.initialize()`.
   */
  async load(id: string, onProgress?: LoadProgressCallback, _useCompressedModel = false): Promise<Avatar> {
    const kept = this.avatars.get(id);
    if (kept) return kept;
    let task = this.tasks.get(id);
    if (!task) this.tasks.set(id, (task = this.begin(id)));
    if (onProgress) task.events.on('progress', onProgress);
    return task.promise;
  }

  /** Ends a load; its promise rejects. @returns False when there was none. */
  cancelLoad(id: string): boolean {
    const task = this.tasks.get(id);
    task?.abortion.abort();
    // A later call starts a download of its own.
    this.tasks.delete(id);
    return task !== undefined;
  }

  /** The avatar that is kept under this id, or null. */
  retrieve(id: string): Avatar | null {
    return this.avatars.get(id) ?? null;
  }

  /** Forgets an avatar. Views that show it go on. */
  clear(id: string): void {
    this.avatars.delete(id);
  }

  clearAll(): void {
    for (const id of this.tasks.keys()) this.cancelLoad(id);
    this.avatars.clear();
  }

  private begin(id: string): LoadTask {
    const abortion = new AbortController();
    const events: LoadTask['events'] = new Emitter();
    const tell = (progress: LoadProgressInfo): void => events.emit('progress', progress);
    const end = (): void => {
      if (this.tasks.get(id)?.abortion === abortion) this.tasks.delete(id);
    };
    const promise = this.fetch(id, abortion.signal, (progress) => tell({ type: 'downloading', progress })).then(
      (avatar) => {
        end();
        this.avatars.set(id, avatar);
        tell({ type: 'completed', progress: 1 });
        return avatar;
      },
      (reason: unknown) => {
        end();
        const error = abortion.signal.aborted
          ? new AvatarError(ErrorCode.failedToDownloadAvatarAssets, `Loading the avatar "${id}" was cancelled.`)
          : documentedError(reason);
        logError(error.message);
        tell({ type: 'failed', error });
        throw error;
      },
    );
    return { promise, abortion, events };
  }

  private async fetch(id: string, signal: AbortSignal, handleProgress: (fraction: number) => void): Promise<Avatar> {
    // In the next microtask, so that the caller can add its progress listener first.
    await Promise.resolve();
    const { configuration } = sdkSettings.require();
    const { file, motionId } = avatarPlace(id, configuration, document.baseURI);
    const url = 'url' in file ? file.url : await asset(`avatars/${file.builtIn}.glb`).locate();
    handleProgress(0);
    const bytes = await download(url, { signal, limitBytes: LIMIT_BYTES, handleProgress });
    if (!avatarFormatOf(bytes)) {
      throw new AvatarError(ErrorCode.unsupportedAvatarAsset, `What lies at the URL of "${id}" is no avatar file.`);
    }
    logInfo(`Avatar "${id}": ${bytes.byteLength} bytes.`);
    return new Avatar(id, motionId, new Blob([bytes]));
  }
}
