/** How long a round waits for motion before it goes on without. */

import type { MotionSource } from '../../shared/contracts/motion-source.js';
import type { TransportState } from '../sources/transport.js';

/** While a lost connection is taken up again a new round does not wait as long as for the first one. */
const RECONNECT_PATIENCE_MS = 1500;
/** With the local engine at hand nobody waits for the network longer than this. */
const LOCAL_PATIENCE_MS = 400;

/** Whether the local engine may take over where the source fails. */
export function mayGoLocal(source: MotionSource): boolean {
  return source.kind !== 'local' && source.fallback === 'local';
}

/**
 * @param hasBeenConnected The source has brought motion before.
 * @returns ms; `Infinity` where motion never fails.
 */
export function patienceMs(source: MotionSource, state: TransportState, hasBeenConnected: boolean): number {
  if (source.kind === 'local') return Infinity;
  const { connectTimeoutMs } = source;
  if (state === 'failed') return 0;
  if (state === 'connected') return connectTimeoutMs;
  if (mayGoLocal(source)) return Math.min(LOCAL_PATIENCE_MS, connectTimeoutMs);
  return hasBeenConnected ? Math.min(RECONNECT_PATIENCE_MS, connectTimeoutMs) : connectTimeoutMs;
}
