/** What a relay is made of, and where its limits lie. */
import type { RelayClient } from './relay-client.js';

/** One answer of a Motion Server, as the Server SDK hands it out. */
export interface RelayedMotion {
  readonly envelope: Uint8Array;
  readonly isLast: boolean;
}

/** A session of the Server SDK that is lent for one turn. */
export interface LentSession {
  speak(audio: AsyncIterable<Uint8Array>, options?: { signal?: AbortSignal }): AsyncIterable<RelayedMotion>;
  release(): unknown;
}

/** Where sessions come from: the Server SDK's pool is one. */
export interface SessionLender {
  borrow(options?: { signal?: AbortSignal }): Promise<LentSession>;
}

export interface RelayLimits {
  /** Bytes that may wait in a client's socket; above it nothing more is sent to that client. */
  maxBufferedBytes: number;
  /** A client further behind what others hear than this is taken on to the present, s. */
  maxLagSeconds: number;
  /** Speech taken from its source beyond what is heard, s: memory of a turn that is made faster than it is spoken. */
  maxAheadSeconds: number;
  /** A turn whose speech has no motion after this many ms goes on as sound alone. */
  motionTimeoutMs: number;
  /** For so many ms a client whose connection was lost can go on where it was. */
  resumeMs: number;
  /** A client that does not answer a ping within this many ms is gone. */
  livenessMs: number;
  /** Longest message of a client, bytes; counts for `handleUpgrade`. */
  maxMessageBytes: number;
  /** A client that has sent so many unusable messages over one connection is turned away. */
  maxFaults: number;
  /** Clients beyond are turned away. */
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
  readonly motion: SessionLender;
  /** Hz, of the audio that the sessions of `motion` take. Default 16000. */
  readonly motionSampleRateHz?: number;
  /** Hz, of speech, where `speak` does not say. Default 16000. */
  readonly sampleRateHz?: number;
  /** Told to clients. */
  readonly avatarId?: string;
  readonly limits?: Partial<RelayLimits>;
}

/** Who hears a turn: these clients, or whoever the function is true for, also when they come later. */
export type Audience = Iterable<RelayClient> | ((client: RelayClient) => boolean);

export interface TurnOptions {
  /** Hz, of the speech. Default: the relay's. */
  readonly sampleRateHz?: number;
  /** Default: every client. */
  readonly clients?: Audience;
  /** Interrupts the turn. */
  readonly signal?: AbortSignal;
  /**
   * `interrupt`: ends at once what the same clients still hear. `queue`: waits until they have heard it.
   * Default `interrupt`.
   */
  readonly order?: 'interrupt' | 'queue';
}
