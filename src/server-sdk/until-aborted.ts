import { abortedError } from './sdk-error.js';

/**
 * The promise's outcome, or `aborted` as soon as the signal is: what the promise stands for may go on unheard.
 *
 * @throws {AvatarError} `aborted`.
 */
export async function untilAborted<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return promise;
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(abortedError(signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort!);
    // The promise that lost the race may still reject.
    promise.catch(() => undefined);
    aborted.catch(() => undefined);
  }
}
