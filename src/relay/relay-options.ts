/** Options and limits of a relay. */
import type { ServerLogger } from '../shared/core/server-log.js';
import type { RelayClient } from './relay-client.js';

/** One response of a Motion Server, as the Server SDK returns it. */
export interface RelayedMotion {
  readonly envelope: Uint8Array;
  readonly isLast: boolean;
}

/** A session of the Server SDK, borrowed for one turn. */
export interface BorrowedSession {
  speak(audio: AsyncIterable<Uint8Array>, options?: { signal?: AbortSignal }): AsyncIterable<RelayedMotion>;
  release(): unknown;
}

/** Source of sessions, such as the Server SDK's pool. */
export interface SessionProvider {
  borrow(options?: { signal?: AbortSignal }): Promise<BorrowedSession>;
}

export interface RelayLimits {
  /** Bytes that may wait in a client's socket; above it nothing more is sent to that client. */
  maxBufferedBytes: number;
  /** A client further behind the playback position than this skips to the present, s. */
  maxLagSeconds: number;
  /** Audio read from its source ahead of playback, s; bounds the memory of a turn that is produced faster than real time. */
  maxAheadSeconds: number;
  /** A turn without motion after this many ms continues as audio alone. */
  motionTimeoutMs: number;
  /** Time within which a client that lost its connection can resume, ms. */
  resumeMs: number;
  /** Time within which a client must answer a ping, ms. */
  livenessMs: number;
  /** Longest message of a client, bytes; applies to `handleUpgrade`. */
  maxMessageBytes: number;
  /** Unreadable messages over one connection after which the client is closed with 1008. */
  maxFaults: number;
  /** Further clients are refused. */
  maxClients: number;
}

export const DEFAULT_RELAY_LIMITS: Readonly<RelayLimits> = {
  maxBufferedBytes: 256 * 1024,
  maxLagSeconds: 2,
  maxAheadSeconds: 60,
  motionTimeoutMs: 4000,
  resumeMs: 15_000,
  livenessMs: 20_000,
  maxMessageBytes: 1024 * 1024,
  maxFaults: 20,
  maxClients: 10_000,
};

export interface RelayOptions {
  /** Where motion comes from, such as the Server SDK's pool. */
  readonly motion: SessionProvider;
  /** Rate of the audio for the sessions of `motion`, Hz. Default 16000. */
  readonly motionSampleRateHz?: number;
  /** Rate of the audio of `speak()`, Hz, unless its options name one. Default 16000. */
  readonly sampleRateHz?: number;
  /** Sent to clients. */
  readonly avatarId?: string;
  readonly limits?: Partial<RelayLimits>;
  /**
   * Receives one structured line per event, such as a pino logger does: `info({connectionId, reqId, mediaSeconds, …}, 'turn ended')`.
   * `connectionId` is the client, `reqId` the turn. No line holds a token or audio, and a client causes at most 10 lines a second.
   */
  readonly logger?: ServerLogger;
}

/** Clients that receive a turn: a list, or a function that is also asked for clients that join later. */
export type Audience = Iterable<RelayClient> | ((client: RelayClient) => boolean);

export interface TurnOptions {
  /** Hz, of the speech. Default: the relay's. */
  readonly sampleRateHz?: number;
  /** Default: every client. */
  readonly clients?: Audience;
  /** Interrupts the turn. */
  readonly signal?: AbortSignal;
  /**
   * `interrupt`: ends turns that the same clients still play. `queue`: waits until they are played.
   * Default `interrupt`.
   */
  readonly order?: 'interrupt' | 'queue';
}
