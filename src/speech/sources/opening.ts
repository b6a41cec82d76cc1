/** The promise of `Transport.open()`, kept until the connection is made or given up. */
import type { AvatarError } from '../../shared/contracts/errors.js';

export interface Opening {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: AvatarError): void;
}

export function createOpening(): Opening {
  let resolve!: () => void;
  let reject!: (error: AvatarError) => void;
  const promise = new Promise<void>((onDone, onFail) => {
    resolve = onDone;
    reject = onFail;
  });
  // The state tells it too; a caller that does not wait is no reason for an unhandled rejection.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
