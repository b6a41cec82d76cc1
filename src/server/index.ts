/** `spatius-avatar/server`: the Motion Server and its parts, and the Server SDK, for Node. */

export * from '../relay/index.js';
export * from '../server-sdk/index.js';
export type { ServerLogger } from '../shared/core/server-log.js';
export { type ConsoleApi, type ConsoleApiOptions, createConsoleApi } from './console-api.js';
export { DEFAULT_LIMITS, type MotionServerLimits } from './limits.js';
export type { LiveKitHost } from './livekit/egress-address.js';
export type { LiveKitOptions } from './livekit/livekit-configuration.js';
export { createMotionServer, type MotionServer, type MotionServerOptions, type TokenPolicy } from './motion-server.js';
export { type NodeHandler, toNodeHandler } from './node-handler.js';
export type { CreateEngine } from './request-queue.js';
export type { MotionServerApp } from './server-apps.js';
/** @deprecated Use `SessionAttempt`. */
export type { AuthorizeSession, SessionAttempt, SessionAttempt as SessionVisit, SessionGrant } from './session-authorization.js';
export { createSessionTokens, type SessionTokenClaims, type SessionTokens } from './session-tokens.js';
export type { RateLimits, Rates } from './shared/rates.js';
export { type SpeechFileOptions, type SpeechPiece, speechPieces } from './speech-file.js';
export type { SpeechEngine } from './speech-request.js';
export { createTokenEndpoint, type TokenEndpointOptions } from './token-endpoint.js';
