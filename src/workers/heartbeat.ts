/** Notices when a worker has stopped answering. Heartbeats travel beside comlink's messages, as those of `thread-log.ts` do. */

/** A render worker that is silent for so long is ended, ms. */
const SILENCE_LIMIT_MS = 10_000;
/**
 * While a file is loaded the limit grows with it, ms per byte beyond the first ones. The largest shapes take 80 ms per MB in one piece
 *; a machine may be four times slower.
 */
const MS_PER_BYTE = 400 / 1e6;
const FREE_BYTES = 4e6;
/** Interval of the questions, ms. */
const INTERVAL_MS = 500;

interface Heartbeat {
  heartbeat: true;
}

/** One end of a channel: a worker, or a worker's own scope. */
interface HeartbeatPort {
  postMessage(message: Heartbeat): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

/** @param fileBytes Of the checked file that is being loaded; 0: none is. */
export const silenceLimitMs = (fileBytes: number): number => SILENCE_LIMIT_MS + Math.max(0, fileBytes - FREE_BYTES) * MS_PER_BYTE;

/** In a worker: answers. @param scope The worker's global object. */
export function answerHeartbeats(scope: HeartbeatPort): void {
  scope.addEventListener('message', ({ data }) => {
    if (isHeartbeat(data)) scope.postMessage({ heartbeat: true });
  });
}

/**
 * On the page: asks, and reports once when no answer came for `limitMs`. Time in which the page itself was stopped (sleep, a hidden tab, a
 * long task) does not count.
 *
 * @returns Ends that.
 */
export function watchHeartbeat(worker: HeartbeatPort, limitMs: number, handleSilence: () => void): () => void {
  let silentMs = 0;
  let askedMs = performance.now();
  worker.addEventListener('message', ({ data }) => {
    if (isHeartbeat(data)) silentMs = 0;
  });
  const timer = setInterval(() => {
    const now = performance.now();
    // A late timer says that the page was stopped: the answer may wait behind it.
    silentMs += Math.min(now - askedMs, 2 * INTERVAL_MS);
    askedMs = now;
    if (silentMs > limitMs) {
      clearInterval(timer);
      handleSilence();
    } else {
      worker.postMessage({ heartbeat: true });
    }
  }, INTERVAL_MS);
  worker.postMessage({ heartbeat: true });
  return () => clearInterval(timer);
}

function isHeartbeat(data: unknown): data is Heartbeat {
  return typeof data === 'object' && data !== null && 'heartbeat' in data;
}
