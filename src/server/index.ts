/** `spatius-avatar/server`: the Motion Server and its parts, and the Server SDK, for Node. */
export { createMotionServer, type MotionServer, type MotionServerOptions } from './motion-server.js';
export { DEFAULT_LIMITS, type MotionServerLimits } from './limits.js';
export type { LiveKitOptions } from './livekit/livekit-configuration.js';
export type { LiveKitHost } from './livekit/egress-address.js';
export { createTokenEndpoint, type TokenEndpointOptions } from './token-endpoint.js';
export { createConsoleApi, type ConsoleApiOptions } from './console-api.js';
export { createSessionTokens, type SessionTokens } from './session-tokens.js';
export type { CreateEngine } from './ingress-session.js';
export type { SpeechEngine } from './speech-request.js';
export * from './sdk/index.js';
