/** How long a round waits for motion before it goes on without. */
import type { ConnectionState } from '../../shared/contracts/connection-state.js';
import type { MotionTimeout } from '../../shared/contracts/source-options.js';
import type { FrameStarvation } from '../../shared/contracts/speech-session.js';

/** While a lost connection is made again, a new round waits less than for the first one. */
const RECONNECT_TIMEOUT_MS = 1500;
/** With the local engine at hand the network is not waited for longer than this. */
const ENGINE_TIMEOUT_MS = 400;

export interface ConnectionFacts {
  readonly state: ConnectionState;
  /** The source has been connected before. */
  readonly hasBeenConnected: boolean;
  /** Two attempts in a row were refused: another one is unlikely to succeed soon. */
  readonly isRefused: boolean;
}

/**
 * @param timeout Null where no round waits for motion.
 * @returns ms; `Infinity` where no round waits.
 */
export function motionTimeoutMs(timeout: MotionTimeout | null, facts: ConnectionFacts, starvation: FrameStarvation): number {
  if (!timeout) return Infinity;
  const { connectTimeoutMs, startTimeoutMs, fallback } = timeout;
  const { state, hasBeenConnected, isRefused } = facts;
  if (state === 'failed') return 0;
  if (state === 'connected') return connectTimeoutMs;
  return Math.min(connectTimeoutMs, longestMs());

  function longestMs(): number {
    if (fallback === 'local') return isRefused ? 0 : ENGINE_TIMEOUT_MS;
    // A server that restarts refuses for a moment.
    if (hasBeenConnected) return RECONNECT_TIMEOUT_MS;
    if (starvation === 'strict-sync') return Infinity;
    return isRefused ? 0 : startTimeoutMs;
  }
}
