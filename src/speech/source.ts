/**
 * Where an avatar's speech and motion come from. There are five: `sources/` run in the motion worker, `room/` on the page, where
 * WebRTC is. What differs between them stands in the data members, so that no session asks which source it has.
 *
 * Everything carries the number of its round. A source drops what comes for a round that is over, and counts it.
 */
import type { ConnectionState } from '../shared/contracts/connection-state.js';
import type { AvatarError } from '../shared/contracts/errors.js';
import type { MotionFrames } from '../shared/contracts/motion-frames.js';
import type { MotionTimeout } from '../shared/contracts/source-options.js';

export interface Source {
  /** What computes the motion, as reported to the page. */
  readonly origin: 'server' | 'local';
  /** Takes the speech of rounds that the page begins; null where the source brings its own. */
  readonly speech: SpeechInput | null;
  /** Takes motion from the page; null where the source brings its own. */
  readonly motion: MotionInput | null;
  /** True where the source begins rounds itself, with speech of its own. */
  readonly opensRounds: boolean;
  /** Null where no round waits for motion. */
  readonly timeout: MotionTimeout | null;
  /** Messages dropped because their round was over. */
  readonly discardedMessages: number;
  readonly reconnects: number;
  /**
   * Resolves when motion can flow; rejects when that fails for good, takes too long, or at `close()`. The source keeps itself
   * connected from then on until `close()`.
   */
  open(): Promise<void>;
  /** Ends all rounds below `beforeRound`; rounds that the source begins get at least that number. */
  interrupt(beforeRound: number): void;
  /** Ends the connection and every round. It can be opened again. */
  close(): void;
}

export interface SpeechInput {
  /** Rate that `send` takes, Hz. */
  readonly sampleRateHz: number;
  /** Mono speech of a round; buffered until connected. A new round ends the earlier one. The source may keep `samples`. */
  send(round: number, samples: Int16Array, isEnd: boolean): void;
}

export interface MotionInput {
  /**
   * Motion of a round: whole `Message`s of a Motion Server in order; none or an empty one when the round has no (more) motion.
   * The source keeps `messages`.
   */
  receive(round: number, messages: readonly Uint8Array[]): void;
}

/** What a source reports. */
export interface SourceListener {
  /** `disconnected` with an error: the server ended an idle connection; the next speech connects again. */
  handleState(state: ConnectionState, error: AvatarError | null): void;
  /** Attempts to connect were refused twice in a row; the source goes on trying. */
  handleRefused?(): void;
  /** Motion of a round, in order. `byteLength` is its size on the wire, 0 where there is none. */
  handleMotion(round: number, frames: MotionFrames, byteLength: number): void;
  /** No more motion of this round will come. */
  handleMotionEnd(round: number): void;
  /** The round goes on without further motion: a request failed, or (null) the provider of the motion has none. */
  handleRoundError(round: number, error: AvatarError | null): void;
  /** An error that ends nothing, such as an unreadable message. */
  handleError(error: AvatarError): void;
  /** `opensRounds`: a round begins, and ends those before. */
  handleRoundOpened(round: number, conversationId: string): void;
  /** `opensRounds`: speech of that round, mono, of any rate; not called where the source plays it itself. The receiver owns `samples`. */
  handleSpeech(round: number, samples: Int16Array, sampleRateHz: number, isEnd: boolean): void;
  /** `opensRounds`: the round is over at once. */
  handleInterrupted(round: number): void;
}
