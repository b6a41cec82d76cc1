/** The round a direct transport works on: its speech without motion yet, and the request that asks for it. */

import type { ServerResponseAnimation } from '../../motion/protocol/index.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import { MotionRequest } from './motion-request.js';
import { RoundAudio } from './round-audio.js';

/** Longest audio of one message: 1 s at 16 kHz. Short ones let the server begin before the last has arrived. */
const MAX_CHUNK_SAMPLES = 16_000;
/** A server works on windows of up to 4 s of speech; with more than this sent it owes an answer. */
const OWED_SECONDS = 4.5;
/** Most requests for one round that bring no motion: a round that makes the server fail is not repeated without end. */
const MAX_BARREN_REQUESTS = 4;

export class OutgoingRound {
  readonly round: number;
  /** No more motion of this round will come, or is wanted. */
  isOver = false;
  private readonly audio: RoundAudio;
  private isComplete = false;
  private coveredSeconds = 0;
  private coveredAtRequest = 0;
  private barrenRequests = 0;
  private _request: MotionRequest | null = null;

  constructor(round: number, sampleRateHz: number) {
    this.round = round;
    this.audio = new RoundAudio(sampleRateHz);
  }

  get request(): MotionRequest | null {
    return this._request;
  }

  get hasUnsent(): boolean {
    if (this.isOver) return false;
    const sent = this._request?.sentSample ?? this.audio.gridSample(this.coveredSeconds);
    return sent < this.audio.sampleCount;
  }

  /** True when the server has had enough to answer and has not. */
  get isAnswerDue(): boolean {
    if (!this._request || this.isOver) return false;
    return this._request.isEndSent || this._request.sentSample / this.audio.sampleRateHz - this.coveredSeconds > OWED_SECONDS;
  }

  append(samples: Int16Array, isEnd: boolean): void {
    if (this.isComplete || this.isOver) return;
    this.audio.append(samples);
    if (isEnd) this.isComplete = true;
  }

  /** The next message to send, or null when there is none now. */
  next(): { reqId: string; samples: Int16Array; isEnd: boolean } | null {
    const { audio } = this;
    if (this.isOver || this._request?.isEndSent) return null;
    if (audio.sampleCount === 0 && !this.isComplete) return null;
    this._request ??= this.open();
    const request = this._request;
    const { start, samples } = audio.read(request.sentSample, MAX_CHUNK_SAMPLES);
    const isEnd = this.isComplete && start + samples.length === audio.sampleCount;
    if (samples.length === 0 && !isEnd) return null;
    request.sentSample = start + samples.length;
    request.isEndSent = isEnd;
    return { reqId: request.id, samples, isEnd };
  }

  /** @throws {AvatarError} `invalidMotionData`. */
  read(response: ServerResponseAnimation): MotionFrames | null {
    const request = this._request;
    const frames = request?.read(response, request.sentSample / this.audio.sampleRateHz) ?? null;
    if (frames) {
      this.coveredSeconds = Math.max(this.coveredSeconds, (frames.startFrame + frames.frameCount) / frames.frameRate);
      this.audio.dropBefore(this.audio.gridSample(this.coveredSeconds));
    }
    return frames;
  }

  /** The connection is gone: what has no motion yet will be asked for again. */
  restart(): void {
    if (!this._request || this.isOver) return;
    this.barrenRequests = this.coveredSeconds > this.coveredAtRequest ? 0 : this.barrenRequests + 1;
    this._request = null;
  }

  /** True for a round whose requests bring nothing but lost connections. */
  get isHopeless(): boolean {
    return !this.isOver && this.barrenRequests >= MAX_BARREN_REQUESTS;
  }

  /**
   * The server has ended the present request.
   *
   * @returns True when that was all; false when it ended before the speech did and the rest needs another request.
   */
  finishRequest(): boolean {
    if (this._request?.isEndSent) this.isOver = true;
    else this.restart();
    return this.isOver;
  }

  private open(): MotionRequest {
    this.coveredAtRequest = this.coveredSeconds;
    return new MotionRequest(this.audio.gridSample(this.coveredSeconds), this.audio.sampleRateHz);
  }
}
