/** What the page may call in the motion worker, and what that reports back. */
import type { ConnectionState } from './connection-state.js';
import type { AvatarError } from './errors.js';
import type { MotionSource } from './motion-source.js';
import type { SpeechManner } from './speech-manner.js';
import type { Expression } from './speech-style.js';

export type FrameStarvation = 'audio-independent' | 'strict-sync';

export interface MotionSessionOptions {
  source: MotionSource;
  frameStarvation: FrameStarvation;
  /** Absolute URL of `models/mouth.bin`; fetched when motion is first computed here. */
  mouthModelUrl: string;
  /** Rate of the playback worklet's context. */
  contextRateHz: number;
  /** `PlaybackFeed` goes out here, to the worklet, and `HeardSpeech` comes in. */
  playbackPort: MessagePort;
  /** `MotionFeed` goes out here, to the stage. */
  stagePort: MessagePort;
}

/** Implemented on the page, called from the motion worker (a comlink proxy). */
export interface MotionSessionListener {
  handleConnectionState(state: ConnectionState, error: AvatarError | null): void;
  /** Something went wrong that changes no state: a bad message, a discarded payload, a fallback. */
  handleError(error: AvatarError): void;
  /** The source of motion has opened a round itself, with speech of its own. All rounds below are over. */
  handleRoundOpened(round: number, conversationId: string): void;
  /** The round is decided: it plays with motion, with the local engine, or as audio only. */
  handleRoundMotion(round: number, motion: 'server' | 'local' | 'none'): void;
  /** A valid Session Token; `isRefresh` when the last one was refused or is about to expire. */
  requestToken(isRefresh: boolean): Promise<string>;
}

export interface MotionSessionStats {
  /** Motion bytes received on the wire, and the media seconds they covered. */
  motionBytes: number;
  motionSeconds: number;
  /** First audio of the newest round → its first motion, ms; NaN before. */
  firstMotionMs: number;
  /** Messages dropped because their round was over. */
  discardedMessages: number;
  reconnects: number;
}

/** One per element. Every method may be called at any time; calls are handled in order. */
export interface MotionSession {
  /** Resolves when connected; rejects with the reason when that fails for good or at `close()`. */
  open(): Promise<void>;
  /**
   * Begins a round that is to be spoken in a manner of its own; interrupts the one before as its first `append` would, which
   * begins those without. Said again before the first `append` it replaces what was said.
   *
   * @throws {AvatarError} `invalidConfiguration`; then nothing has begun.
   */
  begin(round: number, manner: SpeechManner): Promise<void>;
  /**
   * Adds speech to a round. A higher round than before interrupts the earlier one.
   *
   * @param samples Mono; `Int16Array` full scale ±32768 or `Float32Array` ±1, at `sampleRateHz` (any rate). Transferred.
   * @param isEnd Closes the round's input.
   */
  append(round: number, samples: Int16Array | Float32Array, sampleRateHz: number, isEnd: boolean): void;
  /**
   * Begins a round whose speech comes from the worklet, which plays it as well; the local engine makes its motion, whatever
   * the source. Resolves when it can hear.
   */
  listen(round: number): Promise<void>;
  /**
   * Adds motion to the round that `append` has opened, where the source is the app. Later motion of another round is
   * discarded.
   *
   * @param messages Whole `Message`s of a Motion Server, in order, each with a buffer of its own, which is transferred.
   *   None or an empty one: the round has no (more) motion.
   */
  receiveMotion(round: number, messages: Uint8Array[]): void;
  /** Drops all rounds below `beforeRound`, and whatever round the source itself has open. */
  interrupt(beforeRound: number): void;
  /** Another source of motion from the next `open()` on; the connection to the present one is ended. */
  setSource(source: MotionSource): void;
  setFrameStarvation(mode: FrameStarvation): void;
  /** How rounds are spoken that begin from now on and say nothing of it themselves. */
  setExpression(expression: Expression): void;
  stats(): Promise<MotionSessionStats>;
  /** Ends the connection. The session can be opened again. */
  close(): void;
  /** Ends everything; the ports are closed. */
  dispose(): void;
}

/** Motion of rounds that sound without our doing, on its way to a stage. */
export interface MotionSink {
  /** Answers of a Motion Server for a round. Transferred. */
  receive(round: number, messages: Uint8Array<ArrayBuffer>[]): void;
  /** Drops all rounds below `beforeRound`. */
  flush(beforeRound: number): void;
  stats(): Promise<Pick<MotionSessionStats, 'motionBytes' | 'motionSeconds' | 'discardedMessages'>>;
  dispose(): void;
}

export interface MotionSinkListener {
  /** A message that is no motion. */
  handleError(error: AvatarError): void;
}

export interface MotionService {
  createSession(options: MotionSessionOptions, listener: MotionSessionListener): Promise<MotionSession>;
  /** @param stagePort `MotionFeed` goes out here. Transferred. */
  createSink(stagePort: MessagePort, listener: MotionSinkListener): Promise<MotionSink>;
}
