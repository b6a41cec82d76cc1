/** How long a round waits for motion before it goes on without. */
import type { ConnectionState } from '../../shared/contracts/connection-state.js';
import type { MotionTimeout } from '../../shared/contracts/source-options.js';

/** While a lost connection is made again, a new round waits less than for the first one. */
const RECONNECT_TIMEOUT_MS = 1500;
/** With the local engine at hand the network is not waited for longer than this. */
const ENGINE_TIMEOUT_MS = 400;

/**
 * @param timeout Null where no round waits for motion.
 * @param hasBeenConnected The source has been connected before.
 * @returns ms; `Infinity` where no round waits.
 */
export function motionTimeoutMs(timeout: MotionTimeout | null, state: ConnectionState, hasBeenConnected: boolean): number {
  if (!timeout) return Infinity;
  const { connectTimeoutMs, fallback } = timeout;
  if (state === 'failed') return 0;
  if (state === 'connected') return connectTimeoutMs;
  if (fallback === 'local') return Math.min(ENGINE_TIMEOUT_MS, connectTimeoutMs);
  return hasBeenConnected ? Math.min(RECONNECT_TIMEOUT_MS, connectTimeoutMs) : connectTimeoutMs;
}
