/**
 * The requests of one session on their way into a room: which samples leave next, and which motion goes ahead of them.
 *
 * Requests leave one after the other, each as soon as its motion covers what is to leave. A request whose audio or motion
 * runs out holds, and starts to flow again as a new run. Plain: the caller brings time by taking samples.
 */
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';

/** Motion is sent at most this much ahead of the voice, s: late enough for an interruption, early enough for any network. */
const LEAD_SECONDS = 0.8;
/** A run starts with this much of sound and motion in hand, s, or with all there is. */
const START_SECONDS = 0.1;

interface QueuedRequest {
  readonly reqId: string;
  readonly number: number;
  readonly chunks: Int16Array[];
  queuedSamples: number;
  takenSamples: number;
  coveredSeconds: number;
  readonly motion: MotionFrames[];
  isAudioOver: boolean;
  isMotionOver: boolean;
  isMotionEndReported: boolean;
}

/** Events of a request in the playout. `motion` null: no more follows. */
export type PlayoutEvent =
  | { type: 'motion'; reqId: string; number: number; frames: MotionFrames | null }
  /** Audio or motion has run out. */
  | { type: 'held'; reqId: string; number: number; seconds: number }
  /** All of it has been taken. */
  | { type: 'ended'; reqId: string; number: number; seconds: number };

export class RequestPlayout {
  private readonly sampleRateHz: number;
  private readonly requests: QueuedRequest[] = [];
  private count = 0;
  private isFlowing = false;
  private hasStopped = false;
  private _run = 0;
  private _runStartSeconds = 0;
  /** Nothing of the current request leaves. */
  private isPaused = false;

  /** @param sampleRateHz Of all samples. */
  constructor(sampleRateHz: number) {
    this.sampleRateHz = sampleRateHz;
  }

  /** Grows by one whenever the voice starts to flow. */
  get run(): number {
    return this._run;
  }

  get runStartSeconds(): number {
    return this._runStartSeconds;
  }

  /** The request that leaves, or is about to. */
  get current(): { reqId: string; number: number; takenSeconds: number } | null {
    const request = this.requests[0];
    return request ? { reqId: request.reqId, number: request.number, takenSeconds: request.takenSamples / this.sampleRateHz } : null;
  }

  /** Sound that waits, s. */
  get queuedSeconds(): number {
    return this.requests.reduce((sum, request) => sum + request.queuedSamples, 0) / this.sampleRateHz;
  }

  /** The voice has flowed with a gap in it: what was taken last begins a run of its own. @param count Samples taken last. */
  breakRun(count: number): void {
    const request = this.requests[0];
    if (!this.isFlowing || !request) return;
    const startSeconds = Math.max(0, request.takenSamples - count) / this.sampleRateHz;
    if (startSeconds <= this._runStartSeconds) return;
    this._run++;
    this._runStartSeconds = startSeconds;
  }

  /** Holds the request that leaves, or lets it go on. @returns Whether that request is the one. */
  setPaused(reqId: string, isPaused: boolean): boolean {
    if (this.requests[0]?.reqId !== reqId) return false;
    this.isPaused = isPaused;
    return true;
  }

  /** Whether the current request is held. */
  get isHeld(): boolean {
    return this.isPaused;
  }

  begin(reqId: string): void {
    this.requests.push({
      reqId,
      number: ++this.count,
      chunks: [],
      queuedSamples: 0,
      takenSamples: 0,
      coveredSeconds: 0,
      motion: [],
      isAudioOver: false,
      isMotionOver: false,
      isMotionEndReported: false,
    });
  }

  addAudio(reqId: string, samples: Int16Array): void {
    const request = this.find(reqId);
    if (!request || samples.length === 0) return;
    request.chunks.push(samples);
    request.queuedSamples += samples.length;
  }

  addMotion(reqId: string, frames: MotionFrames): void {
    const request = this.find(reqId);
    if (!request) return;
    request.motion.push(frames);
    request.coveredSeconds = Math.max(request.coveredSeconds, (frames.startFrame + frames.frameCount) / frames.frameRate);
  }

  /** Nothing more comes of a request; without its motion the rest leaves as sound alone. */
  finish(reqId: string): void {
    const request = this.find(reqId);
    if (request) request.isAudioOver = request.isMotionOver = true;
  }

  /** Forgets a request. @returns Its number and how far it had left, or null when it is not known. */
  drop(reqId: string): { number: number; takenSeconds: number } | null {
    const request = this.find(reqId);
    if (!request) return null;
    if (this.requests[0] === request) this.isFlowing = this.hasStopped = this.isPaused = false;
    this.requests.splice(this.requests.indexOf(request), 1);
    return { number: request.number, takenSeconds: request.takenSamples / this.sampleRateHz };
  }

  /** Events that are due now. */
  takeEvents(): PlayoutEvent[] {
    const request = this.requests[0];
    if (!request) return [];
    const { reqId, number } = request;
    const events: PlayoutEvent[] = [];
    const untilSeconds = request.takenSamples / this.sampleRateHz + LEAD_SECONDS;
    while (request.motion[0] && request.motion[0].startFrame / request.motion[0].frameRate < untilSeconds) {
      events.push({ type: 'motion', reqId, number, frames: request.motion.shift()! });
    }
    if (request.isMotionOver && request.motion.length === 0 && !request.isMotionEndReported) {
      request.isMotionEndReported = true;
      events.push({ type: 'motion', reqId, number, frames: null });
    }
    if (request.isAudioOver && request.queuedSamples === 0 && request.isMotionEndReported) {
      events.push({ type: 'ended', reqId, number, seconds: request.takenSamples / this.sampleRateHz });
      this.requests.shift();
      this.isFlowing = this.isPaused = false;
    } else if (this.hasStopped) {
      events.push({ type: 'held', reqId, number, seconds: request.takenSamples / this.sampleRateHz });
    }
    this.hasStopped = false;
    return events;
  }

  /**
   * The next samples of the voice.
   *
   * @param out Filled in place, with silence after the end of a request.
   * @returns Samples of the request in `out`; 0 while there is nothing that may leave.
   */
  take(out: Int16Array): number {
    const request = this.requests[0];
    if (!request || !this.mayLeave(request, out.length)) {
      this.hasStopped = this.isFlowing;
      this.isFlowing = false;
      return 0;
    }
    if (!this.isFlowing) {
      this.isFlowing = true;
      this._run++;
      this._runStartSeconds = request.takenSamples / this.sampleRateHz;
    }
    let filled = 0;
    while (filled < out.length && request.chunks[0]) {
      const head = request.chunks[0];
      const part = head.subarray(0, out.length - filled);
      out.set(part, filled);
      filled += part.length;
      if (part.length === head.length) request.chunks.shift();
      else request.chunks[0] = head.subarray(part.length);
    }
    out.fill(0, filled);
    request.queuedSamples -= filled;
    request.takenSamples += filled;
    return filled;
  }

  private mayLeave(request: QueuedRequest, length: number): boolean {
    if (this.isPaused || request.queuedSamples === 0) return false;
    const taken = request.takenSamples / this.sampleRateHz;
    const ahead = this.isFlowing ? length / this.sampleRateHz : START_SECONDS;
    const hasSound = request.isAudioOver || request.queuedSamples >= ahead * this.sampleRateHz;
    const hasMotion = request.isMotionOver || request.coveredSeconds >= taken + ahead;
    return hasSound && hasMotion;
  }

  private find(reqId: string): QueuedRequest | undefined {
    return this.requests.find((request) => request.reqId === reqId);
  }
}
