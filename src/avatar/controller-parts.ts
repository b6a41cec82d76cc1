/** What an `AvatarController` is handed: the parts it decides over, as small as it needs them. */

import type { FrameStarvation, MotionSession, MotionSessionListener } from '../shared/contracts/motion-session.js';
import type { MotionSource, RoomSource } from '../shared/contracts/motion-source.js';
import type { PlaybackState } from '../shared/contracts/playback-messages.js';
import type { SpeechManner } from '../shared/contracts/speech-manner.js';

/** The sound of one element. `Player` of `audio/` is one. */
export interface SpeechOutput {
  /** To be called inside a user gesture, or early: makes sound possible. `audioBlocked` when the browser refuses. */
  unlock(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Fades out and drops every round below `beforeRound`. */
  flush(beforeRound: number): void;
  /**
   * Takes live sound in as a round that `MotionSession.listen` has begun, and plays it `delaySeconds` later where `isAudible`.
   * Resolves when it listens; ends with the source or when `signal` is aborted.
   */
  listen(round: number, source: unknown, options: { delaySeconds: number; isAudible: boolean; signal: AbortSignal }): Promise<void>;
  /** 0..1. */
  setVolume(volume: number): void;
  setMuted(isMuted: boolean): void;
  /** Added to the measured output latency, s; for speakers that hide theirs. */
  setLatencyOffset(seconds: number): void;
  /** Media time audible now in the round that plays, s; 0 when none does. */
  mediaSeconds(): number;
}

/** Mono audio of any rate; the receiver owns `samples`. */
export interface SpeechChunk {
  readonly samples: Float32Array | Int16Array;
  readonly sampleRateHz: number;
}

export interface SpeakOptions extends SpeechManner {
  /** Ends the speech; the promise rejects with `aborted`. */
  readonly signal?: AbortSignal;
  /** Rate of raw PCM sources, Hz. The controller's `sampleRateHz` by default. */
  readonly sampleRateHz?: number;
}

export interface ListenOptions {
  /** Ends it; the promise rejects with `aborted`. */
  readonly signal?: AbortSignal;
  /**
   * `delayed`: the avatar plays the sound, later by what the face needs, so that lips are on time. `elsewhere`: somebody else
   * plays it, or nobody; the face comes later by as much. Default `delayed` for a media element, whose own sound it takes the
   * place of, and `elsewhere` for a stream: who speaks into a microphone does not want to hear it.
   */
  readonly sound?: 'delayed' | 'elsewhere';
}

export interface ControllerParts {
  readonly output: SpeechOutput;
  /**
   * Joins a motion session to the worklet and the stage. Called at the first use, and again when the session before
   * was lost with its worker.
   */
  openSession(source: MotionSource | RoomSource, frameStarvation: FrameStarvation, listener: MotionSessionListener): Promise<MotionSession>;
  /** Turns what people have (URL, Blob, Response, stream, AudioBuffer, MediaStream, PCM) into chunks as they come. */
  speechChunks(source: unknown, options: { sampleRateHz: number; signal: AbortSignal }): AsyncIterable<SpeechChunk>;
}

/** What the assembly reports to the controller. */
export interface SpeechOutputListener {
  /** Every state the worklet reports. */
  handlePlaybackState(state: PlaybackState): void;
  /** The browser keeps the sound locked, or has let it go. */
  handleAudioBlocked(isBlocked: boolean): void;
}
