/** `spatius-avatar/server-sdk`: the Server SDK alone, without the Motion Server; `spatius-avatar/server` has it too. */
import { createLogId } from '../shared/core/ids.js';

export { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
export type { AudioSource } from './audio-source.js';
export { AvatarSession, newAvatarSession, type SignalOptions } from './avatar-session.js';
export type { EndpointOptions } from './endpoints.js';
export type { BorrowOptions, SessionPoolConfig, SessionPoolStats } from './pool-config.js';
export { PooledSession } from './pooled-session.js';
export { type PrewarmOptions, type PrewarmResult, prewarm } from './prewarm.js';
export { RequestTiming } from './request-timing.js';
export { AvatarSDKError, AvatarSDKErrorCode, type ErrorContext, type ErrorPhase, isRetryable, SessionTokenError } from './sdk-error.js';
export type {
  AgoraEgressConfig,
  AudioFormat,
  AvatarSessionConfig,
  LiveKitEgressConfig,
  OggOpusEncoderConfig,
  PublicSessionConfig,
} from './session-config.js';
export { createSessionPool, SessionPool } from './session-pool.js';
export { type MotionMessage, type SpeakOptions, Speech } from './speech.js';

/** An id as the Spatius system makes them: `YYYYMMDDHHMMSS_` (UTC) and 12 random url-safe characters. */
export function generateLogId(): string {
  return createLogId();
}
