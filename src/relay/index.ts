/** The relay's public API, part of `spatius-avatar/server`. */
export type { ClientFormatName } from './client-format.js';
export type { PcmChunk, SpeechAudio } from './pcm-pieces.js';
export { type ClientOptions, createRelay, Relay, type RelayEvents, type RelayStats } from './relay.js';
export { RelayClient } from './relay-client.js';
export {
  type Audience,
  DEFAULT_RELAY_LIMITS,
  type LentSession,
  type RelayLimits,
  type RelayOptions,
  type SessionLender,
  type TurnOptions,
} from './relay-options.js';
export type { RelaySocket } from './relay-socket.js';
export { RelayTurn, type TurnSummary } from './relay-turn.js';
