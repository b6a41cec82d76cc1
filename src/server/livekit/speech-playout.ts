/**
 * The speeches of one session on their way into a room: which samples leave next, and which motion goes ahead of them.
 *
 * Speeches leave one after the other, each as soon as its motion covers what is to leave. A speech whose sound or motion
 * runs out holds, and starts to flow again as a new run. Plain: the caller brings time by taking samples.
 */
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';

/** Motion is sent at most this much ahead of the voice, s: late enough for an interruption, early enough for any network. */
const LEAD_SECONDS = 0.8;
/** A run starts with this much of sound and motion in hand, s, or with all there is. */
const START_SECONDS = 0.1;

interface Speech {
  readonly reqId: string;
  readonly number: number;
  readonly chunks: Int16Array[];
  queuedSamples: number;
  takenSamples: number;
  coveredSeconds: number;
  readonly motion: MotionFrames[];
  isAudioOver: boolean;
  isMotionOver: boolean;
  isMotionTold: boolean;
}

/** What is to be said of a speech. `motion` null: no more comes. */
export type PlayoutNews =
  | { type: 'motion'; reqId: string; number: number; frames: MotionFrames | null }
  /** What follows has not come in time. */
  | { type: 'held'; reqId: string; number: number; seconds: number }
  /** All of it has been taken. */
  | { type: 'ended'; reqId: string; number: number; seconds: number };

export class SpeechPlayout {
  private readonly sampleRateHz: number;
  private readonly speeches: Speech[] = [];
  private count = 0;
  private isFlowing = false;
  private hasStopped = false;
  private _run = 0;
  private _runStartSeconds = 0;

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

  /** The speech that leaves, or is about to. */
  get current(): { reqId: string; number: number; takenSeconds: number } | null {
    const speech = this.speeches[0];
    return speech ? { reqId: speech.reqId, number: speech.number, takenSeconds: speech.takenSamples / this.sampleRateHz } : null;
  }

  /** Sound that waits, s. */
  get queuedSeconds(): number {
    return this.speeches.reduce((sum, speech) => sum + speech.queuedSamples, 0) / this.sampleRateHz;
  }

  /** The voice has flowed with a gap in it: what was taken last begins a run of its own. @param count Samples taken last. */
  breakRun(count: number): void {
    const speech = this.speeches[0];
    if (!this.isFlowing || !speech) return;
    const startSeconds = Math.max(0, speech.takenSamples - count) / this.sampleRateHz;
    if (startSeconds <= this._runStartSeconds) return;
    this._run++;
    this._runStartSeconds = startSeconds;
  }

  begin(reqId: string): void {
    this.speeches.push({
      reqId,
      number: ++this.count,
      chunks: [],
      queuedSamples: 0,
      takenSamples: 0,
      coveredSeconds: 0,
      motion: [],
      isAudioOver: false,
      isMotionOver: false,
      isMotionTold: false,
    });
  }

  addAudio(reqId: string, samples: Int16Array): void {
    const speech = this.find(reqId);
    if (!speech || samples.length === 0) return;
    speech.chunks.push(samples);
    speech.queuedSamples += samples.length;
  }

  addMotion(reqId: string, frames: MotionFrames): void {
    const speech = this.find(reqId);
    if (!speech) return;
    speech.motion.push(frames);
    speech.coveredSeconds = Math.max(speech.coveredSeconds, (frames.startFrame + frames.frameCount) / frames.frameRate);
  }

  /** Nothing more comes of a speech; without its motion the rest leaves as sound alone. */
  finish(reqId: string): void {
    const speech = this.find(reqId);
    if (speech) speech.isAudioOver = speech.isMotionOver = true;
  }

  /** Forgets a speech. @returns Its number and how far it had left, or null when it is not known. */
  drop(reqId: string): { number: number; takenSeconds: number } | null {
    const speech = this.find(reqId);
    if (!speech) return null;
    if (this.speeches[0] === speech) this.isFlowing = this.hasStopped = false;
    this.speeches.splice(this.speeches.indexOf(speech), 1);
    return { number: speech.number, takenSeconds: speech.takenSamples / this.sampleRateHz };
  }

  /** What should be told by now. */
  takeNews(): PlayoutNews[] {
    const speech = this.speeches[0];
    if (!speech) return [];
    const { reqId, number } = speech;
    const news: PlayoutNews[] = [];
    const untilSeconds = speech.takenSamples / this.sampleRateHz + LEAD_SECONDS;
    while (speech.motion[0] && speech.motion[0].startFrame / speech.motion[0].frameRate < untilSeconds) {
      news.push({ type: 'motion', reqId, number, frames: speech.motion.shift()! });
    }
    if (speech.isMotionOver && speech.motion.length === 0 && !speech.isMotionTold) {
      speech.isMotionTold = true;
      news.push({ type: 'motion', reqId, number, frames: null });
    }
    if (speech.isAudioOver && speech.queuedSamples === 0 && speech.isMotionTold) {
      news.push({ type: 'ended', reqId, number, seconds: speech.takenSamples / this.sampleRateHz });
      this.speeches.shift();
      this.isFlowing = false;
    } else if (this.hasStopped) {
      news.push({ type: 'held', reqId, number, seconds: speech.takenSamples / this.sampleRateHz });
    }
    this.hasStopped = false;
    return news;
  }

  /**
   * The next samples of the voice.
   *
   * @param out Filled in place, with silence after the end of a speech.
   * @returns Samples of speech in `out`; 0 while there is nothing that may leave.
   */
  take(out: Int16Array): number {
    const speech = this.speeches[0];
    if (!speech || !this.mayLeave(speech, out.length)) {
      this.hasStopped = this.isFlowing;
      this.isFlowing = false;
      return 0;
    }
    if (!this.isFlowing) {
      this.isFlowing = true;
      this._run++;
      this._runStartSeconds = speech.takenSamples / this.sampleRateHz;
    }
    let filled = 0;
    while (filled < out.length && speech.chunks[0]) {
      const head = speech.chunks[0];
      const part = head.subarray(0, out.length - filled);
      out.set(part, filled);
      filled += part.length;
      if (part.length === head.length) speech.chunks.shift();
      else speech.chunks[0] = head.subarray(part.length);
    }
    out.fill(0, filled);
    speech.queuedSamples -= filled;
    speech.takenSamples += filled;
    return filled;
  }

  private mayLeave(speech: Speech, length: number): boolean {
    if (speech.queuedSamples === 0) return false;
    const taken = speech.takenSamples / this.sampleRateHz;
    const ahead = this.isFlowing ? length / this.sampleRateHz : START_SECONDS;
    const hasSound = speech.isAudioOver || speech.queuedSamples >= ahead * this.sampleRateHz;
    const hasMotion = speech.isMotionOver || speech.coveredSeconds >= taken + ahead;
    return hasSound && hasMotion;
  }

  private find(reqId: string): Speech | undefined {
    return this.speeches.find((speech) => speech.reqId === reqId);
  }
}
