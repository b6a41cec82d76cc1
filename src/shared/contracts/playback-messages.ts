/**
 * Messages between the threads while speech plays. Rounds are conversations, numbered upwards from 1 by the
 * controller; anything of an older round than the newest one seen is dropped by every receiver.
 *
 *     page ──PlaybackControl──► worklet ──PlaybackState──► page
 *     motion worker ──PlaybackFeed──► worklet ──PlayheadReport──► render worker
 *     motion worker ◄──HeardSpeech─── worklet
 *     motion worker ──MotionFeed──► render worker
 */
import type { LogLevel, LogRecord } from '../core/logger.js';
import type { MotionFrames } from './motion-frames.js';

/** Motion worker → worklet. A higher round than the playing one fades that out and takes its place. */
export type PlaybackFeed =
  /** Mono samples −1..1 at the context's rate. The buffer is transferred. */
  | { type: 'append'; round: number; samples: Float32Array }
  /** No more samples will come: the round ends when the queue is played. */
  | { type: 'finish'; round: number }
  /**
   * The round may sound up to this media time, in seconds, exclusive. 0 at first, so that sound and face start together;
   * `Infinity` frees it; a moving value makes sound wait for motion (strict sync).
   */
  | { type: 'release'; round: number; untilSeconds: number }
  | { type: 'flush'; beforeRound: number };

/** Worklet → motion worker: what a live source says, at the context's rate. The worklet plays it itself. */
export interface HeardSpeech {
  type: 'heard';
  round: number;
  samples: Float32Array;
  isEnd: boolean;
}

/** Page → worklet. */
export type PlaybackControl =
  /** Fades out and drops every round below `beforeRound`, and whatever of them still arrives. */
  | { type: 'flush'; beforeRound: number }
  /** Holds until `resume`, rounds that come meanwhile too. */
  | { type: 'pause' }
  | { type: 'resume' }
  /**
   * The node's input is the speech of this round; it sounds later by `delaySeconds`, or not at all. `isContinued`: the source
   * is that of the round before, which was interrupted, and the rest of its utterance is dropped.
   */
  | { type: 'listen'; round: number; delaySeconds: number; isAudible: boolean; isContinued: boolean }
  /** The live source has ended: the round ends when what was heard is played. */
  | { type: 'stop-listening'; round: number }
  /** Hands the worklet a port: `feed` receives `PlaybackFeed`, `playhead` sends `PlayheadReport`. */
  | { type: 'connect'; role: 'feed' | 'playhead'; port: MessagePort }
  /** The context was suspended, by a call or a locked screen: reported as a stall until it runs again. */
  | { type: 'suspend' }
  /** Level of the worklet's log, see `shared/core/logger.ts`. */
  | { type: 'log-level'; level: LogLevel }
  /** Ends the processor and closes its ports. */
  | { type: 'dispose' };

/** Worklet → page, by its level only. */
export interface PlaybackLog {
  logRecord: LogRecord;
}

/** Worklet → page, while a live source brings nothing but zeros, about once a second, and once when that is over. */
export interface LiveSilence {
  isLiveSilent: boolean;
}

/**
 * Worklet → page, on every change only.
 * `started`: first sample out. `stalled` / `recovered`: audio or release ran out / came back. `ended`: all was played.
 * `flushed`: dropped before its end. `voiced` / `silent`: an utterance of a live source begins / is over.
 */
export interface PlaybackState {
  round: number;
  state: 'started' | 'stalled' | 'recovered' | 'paused' | 'resumed' | 'voiced' | 'silent' | 'ended' | 'flushed';
  /** `currentTime` of the context at the change, s. */
  contextSeconds: number;
  /** Media time of the round at the change, s: samples really output / rate. */
  mediaSeconds: number;
}

/** Worklet → render worker, every 7 quanta while a round is loaded and at once on changes. */
export interface PlayheadReport {
  /** 0 when nothing is loaded. */
  round: number;
  contextSeconds: number;
  mediaSeconds: number;
  /** False while gated, stalled or paused, and after the end. */
  isAdvancing: boolean;
  /** True once the round has ended or was flushed, and between the utterances of a live source: the face goes to rest. */
  isOver: boolean;
  /** True when the end came by a flush: the face goes to rest at once, not when the last sample is audible. */
  isInterrupted: boolean;
  /** True while paused: the face freezes instead of resting. */
  isPaused: boolean;
}

/** Motion worker → render worker. */
export type MotionFeed =
  | { type: 'frames'; round: number; frames: MotionFrames }
  /** The last frame of the round has been sent. */
  | { type: 'finish'; round: number }
  | { type: 'flush'; beforeRound: number };

// MessagePort as plain ES sees it: these messages are typed in folders that know no DOM.
interface MessagePort {
  postMessage(message: unknown, transfer?: unknown[]): void;
}
