/** The parts that `AvatarSpeech` works with, each reduced to what it needs. */

import type { PlaybackState } from '../shared/contracts/playback-messages.js';
import type { Session, SessionListener } from '../shared/contracts/session.js';
import type { PageSourceOptions, WorkerSourceOptions } from '../shared/contracts/source-options.js';
import type { SpeechManner } from '../shared/contracts/speech-manner.js';
import type { FrameStarvation, SpeechSession } from '../shared/contracts/speech-session.js';

/** The sound output of one avatar; `Voice` of `audio/` implements it. */
export interface SpeechOutput {
  /** Unlocks sound; call it inside a user gesture. Rejects with `audioBlocked` when the browser refuses. */
  unlock(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Fades out and drops every round below `beforeRound`. */
  flush(beforeRound: number): void;
  /**
   * Connects a live source until it ends or `signal` is aborted. The function it resolves to plays it as a round that
   * `SpeechSession.listen` has begun, `delaySeconds` later where `isAudible`.
   */
  listen(source: unknown, options: LiveOutputOptions): Promise<(round: number) => void>;
  /** Media time audible now in the round that plays, s; 0 when none does. */
  mediaSeconds(): number;
}

export interface LiveOutputOptions {
  readonly delaySeconds: number;
  readonly isAudible: boolean;
  readonly signal: AbortSignal;
  /** See `LivePlayback` of `audio/`. */
  handleSilence(isSilent: boolean, obstacle: string | null): void;
}

/** Mono audio of any rate; the receiver owns `samples`. */
export interface SpeechChunk {
  readonly samples: Float32Array | Int16Array;
  readonly sampleRateHz: number;
}

/** What `speak()` plays. Numbers alone say nothing of their format: other typed arrays than these are refused. */
export type SpeechSource =
  | string
  | URL
  | Blob
  | Response
  | ReadableStream<Uint8Array | DataView | ArrayBuffer>
  | ArrayBuffer
  | DataView
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Float32Array
  | AudioBuffer
  | MediaStream;

export interface SpeakOptions extends SpeechManner {
  /** Ends the speech; the promise rejects with `aborted`. */
  readonly signal?: AbortSignal;
  /**
   * Rate of raw PCM sources, Hz. Default: that of the content type, or `AvatarOptions.sampleRateHz`. With a rate, bytes that are no known
   * file are taken for raw PCM.
   */
  readonly sampleRateHz?: number;
  /**
   * How raw PCM sources are stored: `s16le`, `s16be`, `s24le`, `s32le`, `f32le`, `f64le`, `u8`, `s8`, `mulaw`, `alaw` or another one
   * of ffmpeg's names, also with `pcm_` in front. Default: as the content type, the name or the bytes say.
   */
  readonly encoding?: string;
}

/** How raw PCM is read; see `SpeakOptions`. */
export interface SpeechChunkOptions {
  readonly sampleRateHz?: number | undefined;
  readonly defaultSampleRateHz: number;
  readonly encoding?: string | undefined;
  readonly signal: AbortSignal;
}

export interface ListenOptions {
  /** Stops it, which `interrupt()` does not; the promise rejects with `aborted`. */
  readonly signal?: AbortSignal;
  /**
   * `delayed`: the avatar plays the sound, delayed by what the face needs, so that the lips are in sync. `elsewhere`: the avatar
   * does not play it, and the face lags by that delay. Default: `delayed` for a media element, whose own sound is replaced, and
   * `elsewhere` for a stream, so that a microphone is not played back.
   */
  readonly sound?: 'delayed' | 'elsewhere';
}

export interface SpeechParts {
  readonly output: SpeechOutput;
  /**
   * Opens a motion session that feeds the worklet and the stage. Called at first use, and again after a session was lost with its
   * worker.
   */
  openSession(source: WorkerSourceOptions, frameStarvation: FrameStarvation, listener: SessionListener): Promise<SpeechSession>;
  /** Opens the session of a source that runs on the page. Called for each such source. */
  openPageSession(source: PageSourceOptions): Promise<Session>;
  /** Requests what a session will need, before its source is known. */
  prepare(): void;
  /** Reads a source (URL, Blob, Response, stream, AudioBuffer, MediaStream, PCM) into chunks as they arrive. */
  speechChunks(source: unknown, options: SpeechChunkOptions): AsyncIterable<SpeechChunk>;
}

/** What the sound output reports. */
export interface SpeechOutputListener {
  /** Every state the worklet reports. */
  handlePlaybackState(state: PlaybackState): void;
  /** The browser has locked or unlocked sound. */
  handleAudioBlocked(isBlocked: boolean): void;
}
