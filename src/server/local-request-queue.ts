/** A session's requests, computed in this thread. */
import { ErrorCode } from '../shared/contracts/errors.js';
import type { MotionFrames } from '../shared/contracts/motion-frames.js';
import type { FairScheduler, Runnable } from './fair-scheduler.js';
import type { LiveKitEgress } from './livekit/livekit-egress.js';
import { type CreateEngine, encodeResponse, type RequestListener, type RequestQueue, type RequestQueueOptions } from './request-queue.js';
import { ServerErrorCode } from './server-error-code.js';
import { createAudioReader } from './session-audio.js';
import { type SpeechParts, SpeechRequest } from './speech-request.js';

/** Taken audio is reported in portions of this size, and when none is left. */
const REPORTED_BYTES = 64 * 1024;

export class LocalRequestQueue implements RequestQueue, Runnable {
  private readonly options: RequestQueueOptions;
  private readonly createEngine: CreateEngine;
  private readonly scheduler: FairScheduler;
  private readonly listener: RequestListener;
  private readonly onError: (error: unknown) => void;
  private readonly egress: LiveKitEgress | null;
  private readonly running = new Map<string, SpeechRequest>();
  private isBlocked = false;

  /**
   * @param onError Receives failures inside an engine, whose cause is not sent to the client.
   * @param egress Takes audio and motion instead of responses.
   */
  constructor(
    options: RequestQueueOptions,
    createEngine: CreateEngine,
    scheduler: FairScheduler,
    listener: RequestListener,
    onError: (error: unknown) => void,
    egress: LiveKitEgress | null = null,
  ) {
    this.options = options;
    this.createEngine = createEngine;
    this.scheduler = scheduler;
    this.listener = listener;
    this.onError = onError;
    this.egress = egress;
  }

  begin(reqId: string): void {
    const { audio, maxRequestSeconds } = this.options;
    const createParts = (): SpeechParts => {
      const reader = createAudioReader(audio);
      const engine = this.createEngine({ sampleRateHz: reader.sampleRateHz, seed: hashOf(reqId) });
      return { reader, engine: this.egress ? this.egress.listenTo(reqId, engine, reader.sampleRateHz) : engine };
    };
    let takenBytes = 0;
    let mediaSeconds = 0;
    const respond = (frames: MotionFrames | null, isEnd: boolean): void => {
      const message = this.responseFrom(reqId, frames, isEnd);
      if (frames) mediaSeconds = (frames.startFrame + frames.frameCount) / frames.frameRate;
      if (isEnd) this.running.delete(reqId);
      this.listener.handleResponse(reqId, message, isEnd, mediaSeconds);
    };
    const request = new SpeechRequest(createParts, maxRequestSeconds, {
      handleTaken: (byteCount, isAll) => {
        takenBytes += byteCount;
        if (takenBytes < REPORTED_BYTES && !isAll) return;
        this.listener.handleTaken(reqId, takenBytes);
        takenBytes = 0;
      },
      handleMotion: (frames) => respond(frames, false),
      handleEnd: (frames) => respond(frames, true),
      handleFailure: (error) => {
        this.running.delete(reqId);
        const isInternal = INTERNAL_FAILURES.has(error.code);
        if (isInternal) this.onError(error.cause ?? error);
        this.listener.handleFailure(reqId, isInternal ? ServerErrorCode.internal : ServerErrorCode.invalidArgument, error.message);
      },
    });
    this.running.set(reqId, request);
  }

  add(reqId: string, audio: Uint8Array, isEnd: boolean): void {
    this.running.get(reqId)?.add(audio, isEnd);
    this.scheduler.schedule(this);
  }

  cancel(reqId: string): void {
    this.running.get(reqId)?.cancel();
    this.running.delete(reqId);
  }

  setBlocked(isBlocked: boolean): void {
    this.isBlocked = isBlocked;
    if (!isBlocked) this.scheduler.schedule(this);
  }

  close(): void {
    for (const request of this.running.values()) request.cancel();
    this.running.clear();
  }

  get hasWork(): boolean {
    return !this.isHeld && this.next() !== null;
  }

  runSlice(): void | Promise<void> {
    if (!this.isHeld) return this.next()?.runSlice();
  }

  /** The client or the room has enough for now. */
  private get isHeld(): boolean {
    return this.isBlocked || (this.egress?.isFull ?? false);
  }

  private next(): SpeechRequest | null {
    for (const request of this.running.values()) if (request.hasWork) return request;
    return null;
  }

  private responseFrom(reqId: string, frames: MotionFrames | null, isEnd: boolean): Uint8Array | null {
    if (this.egress) {
      if (frames) this.egress.addMotion(reqId, frames);
      if (isEnd) this.egress.finish(reqId);
      return null;
    }
    const { connectionId, avatarId } = this.options;
    return encodeResponse({ connectionId, avatarId, reqId }, frames, isEnd);
  }
}

const INTERNAL_FAILURES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([ErrorCode.serverError, ErrorCode.upstreamError]);

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
