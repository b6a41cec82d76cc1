/** Sessions whose source runs on the page and plays its own sound. */

import type { PlaybackState } from '../shared/contracts/playback-messages.js';
import type { Session, SessionListener } from '../shared/contracts/session.js';
import type { PageSourceOptions } from '../shared/contracts/source-options.js';

export interface PageSession extends Session {
  /** The stage's ends of two channels: `PlayheadReport` and `MotionFeed` come in by them. */
  readonly stagePorts: readonly [playhead: MessagePort, motion: MessagePort];
  /** Time from the source's playhead to the loudspeaker, s; the user's offset included. Null while the player plays its voice. */
  readonly outputLatencySeconds: number | null;
  /** To be called in a user gesture. @throws {AvatarError} `audioBlocked` when the browser refuses. */
  unlock(): Promise<void>;
  /** Reports by `handleError` where a live source cannot be paused. */
  pause(): void;
  /** 0..1. */
  setVolume(volume: number): void;
  setMuted(isMuted: boolean): void;
  setLatencyOffset(seconds: number): void;
  /** Media time heard last, s; 0 when nothing is. Null while the player plays its voice. */
  mediaSeconds(): number | null;
  /** Calls back with the track that is played, or null, now and at each change; the returned function removes the listener. */
  watchTrack(listener: (track: MediaStreamTrack | null) => void): () => void;
  /** Lets the other side hear the visitor, or no longer. @throws {AvatarError} `networkLayerNotAvailable`, or the browser's refusal. */
  publishMicrophone(isOn: boolean): Promise<void>;
}

export interface PageSessionListener extends SessionListener {
  readonly conversationState: 'idle' | 'playing' | 'paused';
  /** Above every round so far. */
  readonly nextRound: number;
  /** Plays a live voice with motion of the local engine until `signal` is aborted; see `AvatarSpeech.listen`. */
  listen(source: MediaStream, options: { readonly sound: 'delayed'; readonly signal: AbortSignal }, isOfSource: true): Promise<void>;
  handlePlaybackState(state: PlaybackState): void;
  handleAudioBlocked(isBlocked: boolean): void;
}

export interface PageSessionEvents {
  /** `outputLatencySeconds` has changed. */
  handleOutputLatency(): void;
  /** The visitor of the page begins or stops to speak. */
  handleVisitor(isSpeaking: boolean): void;
  /** The session was disposed of: its sound has ended. */
  handleDisposed(): void;
}

/** The parts of the element that a source on the page may use. */
export interface PageHost extends EventTarget {
  readonly conversationState: 'idle' | 'playing' | 'paused';
  /** Audible position in the present speech, s. */
  readonly currentTime: number;
  listening: boolean;
  mood: string;
  gaze: string;
  addCue(cue: { start: number; end: number; text: string }): Promise<void>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
}

/** @param host Receives what a source brings beside speech, such as captions; null: it is dropped. */
export type OpenPageSession<Options> = (
  options: Options,
  listener: PageSessionListener,
  events: PageSessionEvents,
  host: PageHost | null,
) => PageSession;

/** By kind of source, what loads the code that opens its sessions. */
export type PageSources = {
  readonly [Kind in PageSourceOptions['kind']]: () => Promise<OpenPageSession<PageSourceOptions & { kind: Kind }>>;
};
