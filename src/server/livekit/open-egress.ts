/** From a client's wish to the room it names, or the reason that goes back to the client. */
import type { LiveKitEgressConfig } from '../../motion/protocol/generated/message_pb.js';
import { avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { ServerErrorCode } from '../server-error-code.js';
import { type LiveKitOptions, livekitConfigurationFrom } from './livekit-configuration.js';
import { LiveKitEgress, type LiveKitEgressListener } from './livekit-egress.js';

export type OpenedEgress =
  /** `idleTimeoutMs` 0: the client leaves it to the server. */
  | { isOpen: true; egress: LiveKitEgress; idleTimeoutMs: number }
  | { isOpen: false; code: number; message: string /** Another attempt may succeed. */; isLater: boolean };

/** Joins the room. Never rejects. */
export async function openLiveKitEgress(
  config: LiveKitEgressConfig | undefined,
  session: { avatarId: string; connectionId: string },
  options: LiveKitOptions,
  listener: LiveKitEgressListener,
): Promise<OpenedEgress> {
  const configuration = await livekitConfigurationFrom(config, session.avatarId, options);
  if (!configuration.isAccepted) return { isOpen: false, code: configuration.code, message: configuration.message, isLater: false };
  const { target, idleTimeoutMs } = configuration;
  try {
    return { isOpen: true, egress: await LiveKitEgress.open(target, session, listener), idleTimeoutMs };
  } catch (reason) {
    const error = avatarErrorFrom(reason, ErrorCode.egressUnavailable, 'failed to create egress connection');
    const isRefused = error.code === ErrorCode.invalidEgressConfig;
    return {
      isOpen: false,
      code: isRefused ? ServerErrorCode.unauthenticated : ServerErrorCode.unavailable,
      message: `livekit_egress: ${error.message}`,
      isLater: error.code === ErrorCode.connectionFailed,
    };
  }
}
