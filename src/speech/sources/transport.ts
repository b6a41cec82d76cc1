/** How speech goes out and motion comes back; one implementation per way. Runs inside the motion worker. */
import type { AvatarError } from '../../shared/contracts/errors.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';

export type TransportState = 'connecting' | 'connected' | 'disconnected' | 'failed';

export interface TransportHandlers {
  /** `disconnected` with an error: the server let an idle connection go; the next `send` connects again. */
  handleState(state: TransportState, error: AvatarError | null): void;
  /** Motion of a round, in order. `byteLength` is its size on the wire, 0 where there is none. */
  handleMotion(round: number, frames: MotionFrames, byteLength: number): void;
  /** No more motion of this round will come. */
  handleMotionEnd(round: number): void;
  /**
   * The round goes on without further motion from here: a request failed, or (null) whoever provides the motion says
   * that there is none.
   */
  handleRoundError(round: number, error: AvatarError | null): void;
  /** Nothing is lost by it, but somebody should know. */
  handleError(error: AvatarError): void;
}

/** What a transport tells besides that brings whole turns: speech with its motion. */
export interface TurnHandlers {
  /** A turn begins, and ends the one before. @returns Its round. */
  handleTurn(conversationId: string): number;
  /** Speech of a turn, mono, of any rate. The receiver owns `samples`. */
  handleTurnAudio(round: number, samples: Int16Array, sampleRateHz: number, isEnd: boolean): void;
  /** The turn is over at once. */
  handleTurnInterrupted(round: number): void;
}

export interface Transport {
  /** Rate at which `send` wants its samples, Hz. */
  readonly sampleRateHz: number;
  /** Messages dropped because their round was over. */
  readonly discardedMessages: number;
  readonly reconnects: number;
  /**
   * Resolves when motion can flow, rejects when that fails for good, takes too long, or at `close()`. Keeps itself
   * connected from then on until `close()`.
   */
  open(): Promise<void>;
  /**
   * Speech of a round at `sampleRateHz`, mono; buffered until connected. A new round ends the earlier one.
   * The transport may keep `samples`.
   */
  send(round: number, samples: Int16Array, isEnd: boolean): void;
  /**
   * Motion of a round that `send` has opened, where the app provides it: whole `Message`s in order, none or an empty one
   * when the round has no (more) motion. The transport keeps `messages`.
   */
  receive?(round: number, messages: readonly Uint8Array[]): void;
  /** Forgets all rounds below `beforeRound`; their motion is dropped when it comes. */
  interrupt(beforeRound: number): void;
  close(): void;
}
