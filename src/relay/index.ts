/** The relay's public API, part of `spatius-avatar/server`. */
export type { ClientFormatName } from './client-format.js';
export type { PcmChunk, SpeechAudio } from './pcm-pieces.js';
export { type ClientOptions, createRelay, Relay, type RelayEvents, type RelayStats } from './relay.js';
export { RelayClient } from './relay-client.js';
export type {
  /** @deprecated Use `BorrowedSession`. */
  BorrowedSession as LentSession,
  /** @deprecated Use `SessionProvider`. */
  SessionProvider as SessionLender,
} from './relay-options.js';
export {
  type Audience,
  type BorrowedSession,
  DEFAULT_RELAY_LIMITS,
  type RelayLimits,
  type RelayOptions,
  type SessionProvider,
  type TurnOptions,
} from './relay-options.js';
export type { RelaySocket } from './relay-socket.js';
export { RelayTurn, type TurnSummary } from './relay-turn.js';
