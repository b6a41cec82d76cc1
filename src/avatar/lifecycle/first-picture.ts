/**
 * Requests what the first picture needs while the code that draws it is still being loaded: the render worker and the avatar's file
 * come in the same wave of requests as that code, not one after the other.
 */
import { asset } from '../../assets/asset-urls.js';
import { endEarlyWorkers, startWorkerEarly } from '../../workers/start-worker.js';
import { builtInAvatar } from '../built-in-avatars.js';

interface BegunFile {
  readonly url: string;
  readonly response: Promise<Response>;
  readonly abortion: AbortController;
}

export class FirstPicture {
  private hasBegun = false;
  private file: BegunFile | null = null;

  /** Begins, once. Whatever cannot be requested early is left to the code that needs it, which reports why. */
  begin(src: string | Blob | null, avatarId: string | null): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    const worker = asset('workers/render.worker.js').url;
    if (worker && 'transferControlToOffscreen' in HTMLCanvasElement.prototype) startWorkerEarly(worker, 'render');
    const url = src instanceof Blob ? null : fileUrl(src, avatarId);
    if (!url) return;
    const abortion = new AbortController();
    const response = fetch(url, { signal: abortion.signal });
    response.catch(() => undefined); // Who takes it handles the failure.
    this.file = { url, response, abortion };
  }

  /** The request for a file that has begun, once; null when there is none for this URL. Another file's request is cancelled. */
  take(url: string): Promise<Response> | null {
    const { file } = this;
    this.file = null;
    if (file && file.url !== url) file.abortion.abort();
    return file?.url === url ? file.response : null;
  }

  /** Nothing of it is needed any more. The next `begin()` begins again. */
  cancel(): void {
    if (!this.hasBegun) return;
    this.hasBegun = false;
    this.file?.abortion.abort();
    this.file = null;
    endEarlyWorkers();
  }
}

function fileUrl(src: string | null, avatarId: string | null): string | null {
  try {
    return src ? new URL(src, document.baseURI).href : (asset(`avatars/${builtInAvatar(avatarId)}.glb`).url?.href ?? null);
  } catch {
    return null;
  }
}
