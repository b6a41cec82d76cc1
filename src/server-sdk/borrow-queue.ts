/** Borrowers in order; each leaves when it is served, times out or is aborted. */
import type { AvatarError } from '../shared/contracts/errors.js';
import { AvatarSDKError, AvatarSDKErrorCode, abortedError } from './sdk-error.js';

interface Borrower<Item> {
  resolve(item: Item): void;
  reject(error: AvatarError): void;
}

export class BorrowQueue<Item> {
  private readonly borrowers = new Set<Borrower<Item>>();
  private readonly defaultTimeoutMs: number;
  private readonly lastError: () => AvatarError | null;

  /** @param lastError The likely cause of a timeout. */
  constructor(defaultTimeoutMs: number, lastError: () => AvatarError | null) {
    this.defaultTimeoutMs = defaultTimeoutMs;
    this.lastError = lastError;
  }

  get length(): number {
    return this.borrowers.size;
  }

  wait({ signal, timeoutMs = this.defaultTimeoutMs }: { signal?: AbortSignal | undefined; timeoutMs?: number | undefined }): Promise<Item> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.borrowers.delete(borrower);
      };
      const borrower: Borrower<Item> = {
        resolve(item) {
          leave();
          resolve(item);
        },
        reject(error) {
          leave();
          reject(error);
        },
      };
      const onAbort = (): void => borrower.reject(abortedError(signal!));
      const timer = setTimeout(() => borrower.reject(lateError(timeoutMs, this.lastError())), timeoutMs);
      signal?.addEventListener('abort', onAbort);
      this.borrowers.add(borrower);
    });
  }

  serveFirst(item: Item): void {
    const [first] = this.borrowers;
    first?.resolve(item);
  }

  rejectAll(error: AvatarError): void {
    for (const borrower of [...this.borrowers]) borrower.reject(error);
  }
}

function lateError(timeoutMs: number, cause: AvatarError | null): AvatarSDKError {
  const reason = cause ? `: ${cause.message}` : ': all are in use';
  return new AvatarSDKError(AvatarSDKErrorCode.connectionFailed, `no session became free within ${timeoutMs} ms${reason}`, {
    phase: 'websocket_connect',
    cause: cause ?? undefined,
  });
}
