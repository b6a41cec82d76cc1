/** Requests of the page to the motion worker: sessions that take speech from the page. */
import type { Session, SessionListener } from './session.js';
import type { WorkerSourceOptions } from './source-options.js';
import type { SpeechManner } from './speech-manner.js';
import type { Expression } from './speech-style.js';

export type FrameStarvation = 'audio-independent' | 'strict-sync';

export interface SpeechSessionOptions {
  source: WorkerSourceOptions;
  frameStarvation: FrameStarvation;
  /** Rate of the playback worklet's context. */
  contextRateHz: number;
  /** `PlaybackFeed` goes out here, to the worklet, and `HeardSpeech` comes in. */
  playbackPort: MessagePort;
  /** `MotionFeed` goes out here, to the stage. */
  stagePort: MessagePort;
}

/** One per avatar. Every method may be called at any time; calls are handled in order. */
export interface SpeechSession extends Session {
  /**
   * Begins a round with its own manner of speaking, and interrupts the one before. Rounds without one are begun by their first
   * `append`. A second call before the first `append` replaces the manner.
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
   * the source. Resolves when speech can be received.
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
  /** Another source from the next `open()` on; the connection of the present one is ended. */
  setSource(source: WorkerSourceOptions): void;
  setFrameStarvation(mode: FrameStarvation): void;
  /** Expression of the rounds that begin from now on without one of their own. */
  setExpression(expression: Expression): void;
}

/** The motion worker. */
export interface MotionService {
  /**
   * @param readMouthModel Returns the bytes of `models/mouth.bin`. Called when motion is first computed in the worker, and again after a
   *   failure; while it fails the mouth moves by rule.
   */
  createSession(
    options: SpeechSessionOptions,
    listener: SessionListener,
    readMouthModel: () => Promise<ArrayBuffer>,
  ): Promise<SpeechSession>;
}
