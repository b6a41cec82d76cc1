/** The transport of each source of motion. */
import { loadMouthModel } from '../../motion/engine/mouth-model.js';
import type { MotionSource } from '../../shared/contracts/motion-source.js';
import { AppMotionTransport } from '../sources/app-motion.js';
import { DirectWebSocketTransport } from '../sources/direct-websocket.js';
import { LocalTransport } from '../sources/local.js';
import { RelayTransport } from '../sources/relay-websocket.js';
import type { Transport, TransportHandlers, TurnHandlers } from '../sources/transport.js';

/** @param requestToken See `MotionSessionListener.requestToken`. */
export function transportFor(
  source: MotionSource,
  handlers: TransportHandlers & TurnHandlers,
  requestToken: (isRefresh: boolean) => Promise<string>,
): Transport {
  // Who is to compute motion here, or may have to take over, should have the weights by then.
  if (source.kind === 'local' || source.fallback === 'local') void loadMouthModel();
  switch (source.kind) {
    case 'local':
      return new LocalTransport(handlers);
    case 'app':
      return new AppMotionTransport(source.sampleRateHz, handlers);
    case 'relay':
      return new RelayTransport(source, handlers);
    case 'direct':
      return new DirectWebSocketTransport({ ...source, requestToken }, handlers);
  }
}
