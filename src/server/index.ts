/** `spatius-avatar/server`: the Motion Server and its parts, and the Server SDK, for Node. */

export type { ClientFormatName } from '../relay/client-format.js';
export type { PcmChunk, SpeechAudio } from '../relay/pcm-pieces.js';
export { type ClientOptions, createRelay, Relay, type RelayEvents, type RelayStats } from '../relay/relay.js';
export { RelayClient } from '../relay/relay-client.js';
export {
  type Audience,
  DEFAULT_RELAY_LIMITS,
  type LentSession,
  type RelayLimits,
  type RelayOptions,
  type SessionLender,
  type TurnOptions,
} from '../relay/relay-options.js';
export type { RelaySocket } from '../relay/relay-socket.js';
export { RelayTurn, type TurnSummary } from '../relay/relay-turn.js';
export * from '../server-sdk/index.js';
export { type ConsoleApi, type ConsoleApiOptions, createConsoleApi } from './console-api.js';
export { DEFAULT_LIMITS, type MotionServerLimits } from './limits.js';
export type { LiveKitHost } from './livekit/egress-address.js';
export type { LiveKitOptions } from './livekit/livekit-configuration.js';
export { createMotionServer, type MotionServer, type MotionServerOptions } from './motion-server.js';
export type { CreateEngine } from './request-queue.js';
export type { AuthorizeSession, SessionGrant, SessionVisit } from './session-authorization.js';
export { createSessionTokens, type SessionTokens } from './session-tokens.js';
export { type SpeechFileOptions, type SpeechPiece, speechPieces } from './speech-file.js';
export type { SpeechEngine } from './speech-request.js';
export { createTokenEndpoint, type TokenEndpointOptions } from './token-endpoint.js';
