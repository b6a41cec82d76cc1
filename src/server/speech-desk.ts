/** Where the requests of one session are worked on, one after the other. */

import { createMessage, encodeMessage } from '../motion/protocol/envelope.js';
import { packMotion } from '../motion/protocol/packed-motion.js';
import { type AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { MotionFrames } from '../shared/contracts/motion-frames.js';
import type { FairScheduler, Runnable } from './fair-scheduler.js';
import type { LiveKitEgress } from './livekit/livekit-egress.js';
import { ServerErrorCode } from './server-error-code.js';
import { createAudioReader, type SessionAudio } from './session-audio.js';
import { type SpeechEngine, type SpeechParts, SpeechRequest } from './speech-request.js';

/** Makes an engine for one request. `seed` is the same for the same request id. */
export type CreateEngine = (options: { sampleRateHz: number; seed: number }) => SpeechEngine;

/** What answers say about their session, and what requests may cost. Plain data: it travels between threads. */
export interface DeskOptions {
  audio: SessionAudio;
  connectionId: string;
  avatarId: string;
  maxRequestSeconds: number;
}

/** A session's requests as the session sees them, in this thread or another. Requests have numbers, used once. */
export interface Desk {
  /** Audio of a request; the first begins it. The bytes are kept or copied, never changed. */
  add(request: number, reqId: string, audio: Uint8Array, isEnd: boolean): void;
  /** Drops a request. Answers that are on their way may still come. */
  cancel(request: number): void;
  /** Nothing is computed while the client does not take its answers. */
  setBlocked(isBlocked: boolean): void;
  /** Drops everything. */
  close(): void;
}

/** What a desk tells its session. An answer with `isEnd`, or a failure, is the last of a request. */
export interface DeskListener {
  /** So much of the request's audio waits no more. */
  handleTaken(request: number, byteCount: number): void;
  /** @param message Encoded; the listener owns it. Null where the motion goes to a room. */
  handleAnswer(request: number, message: Uint8Array | null, isEnd: boolean): void;
  /** @param code See `ServerErrorCode`. */
  handleFailure(request: number, code: number, message: string): void;
}

/** Taken audio is reported in portions of this, and when none is left. */
const REPORTED_BYTES = 64 * 1024;

/** The desk itself, where the engines are. */
export class SpeechDesk implements Desk, Runnable {
  private readonly options: DeskOptions;
  private readonly createEngine: CreateEngine;
  private readonly scheduler: FairScheduler;
  private readonly listener: DeskListener;
  private readonly onError: (error: unknown) => void;
  private readonly room: LiveKitEgress | null;
  private readonly requests = new Map<number, SpeechRequest>();
  private isBlocked = false;

  /**
   * @param onError Told what broke in an engine, of which the client hears nothing.
   * @param room Where speech and motion go instead of into answers.
   */
  constructor(
    options: DeskOptions,
    createEngine: CreateEngine,
    scheduler: FairScheduler,
    listener: DeskListener,
    onError: (error: unknown) => void,
    room: LiveKitEgress | null = null,
  ) {
    this.options = options;
    this.createEngine = createEngine;
    this.scheduler = scheduler;
    this.listener = listener;
    this.onError = onError;
    this.room = room;
  }

  add(request: number, reqId: string, audio: Uint8Array, isEnd: boolean): void {
    let speech = this.requests.get(request);
    if (!speech) {
      speech = this.begin(request, reqId);
      this.requests.set(request, speech);
    }
    speech.add(audio, isEnd);
    this.scheduler.schedule(this);
  }

  cancel(request: number): void {
    this.requests.get(request)?.cancel();
    this.requests.delete(request);
  }

  setBlocked(isBlocked: boolean): void {
    this.isBlocked = isBlocked;
    if (!isBlocked) this.scheduler.schedule(this);
  }

  close(): void {
    for (const request of this.requests.values()) request.cancel();
    this.requests.clear();
  }

  get hasWork(): boolean {
    return !this.isHeld && this.next() !== null;
  }

  async runSlice(): Promise<void> {
    if (!this.isHeld) await this.next()?.runSlice();
  }

  /** Whoever takes what is computed has enough. */
  private get isHeld(): boolean {
    return this.isBlocked || (this.room?.isFull ?? false);
  }

  private next(): SpeechRequest | null {
    for (const request of this.requests.values()) if (request.hasWork) return request;
    return null;
  }

  private begin(request: number, reqId: string): SpeechRequest {
    const { audio, maxRequestSeconds } = this.options;
    const createParts = (): SpeechParts => {
      const reader = createAudioReader(audio);
      const engine = this.createEngine({ sampleRateHz: reader.sampleRateHz, seed: hashOf(reqId) });
      return { reader, engine: this.room ? this.room.listenTo(reqId, engine, reader.sampleRateHz) : engine };
    };
    let takenBytes = 0;
    return new SpeechRequest(createParts, maxRequestSeconds, {
      handleTaken: (byteCount, isAll) => {
        takenBytes += byteCount;
        if (takenBytes < REPORTED_BYTES && !isAll) return;
        this.listener.handleTaken(request, takenBytes);
        takenBytes = 0;
      },
      handleMotion: (frames) => this.listener.handleAnswer(request, this.answerOf(reqId, frames, false), false),
      handleEnd: (frames) => {
        const message = this.answerOf(reqId, frames, true);
        this.requests.delete(request);
        this.listener.handleAnswer(request, message, true);
      },
      handleFailure: (error) => {
        this.requests.delete(request);
        if (OWN_FAULTS.has(error.code)) this.onError(error.cause ?? error);
        this.listener.handleFailure(request, serverCodeOf(error), error.message);
      },
    });
  }

  private answerOf(reqId: string, frames: MotionFrames | null, isEnd: boolean): Uint8Array | null {
    if (this.room) {
      if (frames) this.room.addMotion(reqId, frames);
      if (isEnd) this.room.finish(reqId);
      return null;
    }
    const { connectionId, avatarId } = this.options;
    return encodeAnswer({ connectionId, avatarId, reqId }, frames, isEnd);
  }
}

/** @param frames None where a request ends without any that are left. */
export function encodeAnswer(
  about: { connectionId: string; avatarId: string; reqId: string },
  frames: MotionFrames | null,
  isEnd: boolean,
): Uint8Array {
  const value = { ...about, end: isEnd, ...(frames && { packedMotion: packMotion(frames) }) };
  return encodeMessage(createMessage({ case: 'serverResponseAnimation', value }));
}

const OWN_FAULTS: ReadonlySet<ErrorCode> = new Set([ErrorCode.serverError, ErrorCode.upstreamError]);

function serverCodeOf(error: AvatarError): number {
  return OWN_FAULTS.has(error.code) ? ServerErrorCode.internal : ServerErrorCode.invalidArgument;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
