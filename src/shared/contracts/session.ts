/** The interface of every source of speech and motion: requests and reports; `speech-session.ts` adds those of sources that take speech from the page. */
import type { ConnectionState } from './connection-state.js';
import type { AvatarError } from './errors.js';

export interface Session {
  /** Resolves when connected; rejects with the reason when that fails for good or at `close()`. */
  open(): Promise<void>;
  /** Drops all rounds below `beforeRound`, and any round that the source itself has begun. */
  interrupt(beforeRound: number): void;
  stats(): Promise<SessionStats>;
  /** Ends the connection. The session can be opened again. */
  close(): void;
  /** Ends everything, ports included. */
  dispose(): void;
}

/** Implemented on the page; a session of the motion worker calls it through a comlink proxy. */
export interface SessionListener {
  handleConnectionState(state: ConnectionState, error: AvatarError | null): void;
  /** An error that changes no state: a bad message, a discarded payload, a fallback. */
  handleError(error: AvatarError): void;
  /** The source has begun a round itself, with speech of its own. All rounds below are over. */
  handleRoundOpened(round: number, conversationId: string): void;
  /** It is decided how the round is shown: with the server's motion, the local engine's, or as audio only. */
  handleRoundMotion(round: number, motion: RoundMotion): void;
  /** A valid token of the source's server; `isRefresh` when the last one was refused or is about to expire. */
  requestToken(isRefresh: boolean): Promise<string>;
}

export type RoundMotion = 'server' | 'local' | 'none';

export interface SessionStats {
  /** Motion bytes received on the wire, and the media seconds they covered. */
  motionBytes: number;
  motionSeconds: number;
  /** First audio of the newest round → its first motion, ms; NaN before, and where the audio does not pass through the session. */
  firstMotionMs: number;
  /** Messages dropped because their round was over. */
  discardedMessages: number;
  reconnects: number;
}
