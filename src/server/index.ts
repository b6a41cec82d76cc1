/** `spatius-avatar/server`: the Motion Server and its parts, and the Server SDK, for Node. */
export { createMotionServer, type MotionServer, type MotionServerOptions } from './motion-server.js';
export { DEFAULT_LIMITS, type MotionServerLimits } from './limits.js';
export type { LiveKitOptions } from './livekit/livekit-configuration.js';
export type { LiveKitHost } from './livekit/egress-address.js';
export { createTokenEndpoint, type TokenEndpointOptions } from './token-endpoint.js';
export { createConsoleApi, type ConsoleApiOptions } from './console-api.js';
export { createSessionTokens, type SessionTokens } from './session-tokens.js';
export type { CreateEngine } from './speech-desk.js';
export type { SpeechEngine } from './speech-request.js';
export type { AuthorizeSession, SessionGrant, SessionVisit } from './session-authorization.js';
export * from './sdk/index.js';
export { createRelay, Relay, type ClientOptions, type RelayEvents, type RelayStats } from './relay/relay.js';
export { RelayClient } from './relay/relay-client.js';
export { RelayTurn, type TurnSummary } from './relay/relay-turn.js';
export { DEFAULT_RELAY_LIMITS, type Audience, type LentSession, type RelayLimits, type RelayOptions, type SessionLender, type TurnOptions } from './relay/relay-options.js';
export type { PcmChunk, SpeechAudio } from './relay/pcm-pieces.js';
export type { ClientFormatName } from './relay/client-format.js';
export { speechPieces, type SpeechFileOptions, type SpeechPiece } from './speech-file.js';
