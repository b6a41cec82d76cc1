/** One round of a session: its sound on the way to the worklet, and the state of its motion. */
import type { MotionStyler } from '../../motion/style/motion-styler.js';
import type { FrameStarvation } from '../../shared/contracts/speech-session.js';
import { Resampler } from '../../shared/samples/resampler.js';
import { float32FromInt16, int16FromFloat32 } from '../../shared/samples/sample-arithmetic.js';
import { RoundAudio } from '../sources/round-audio.js';
import { ReleaseGate } from './release-gate.js';
import type { SpeechTimes } from './speech-times.js';

/** Speech converted in one go, s: long speech must not keep the first of it waiting. */
const PIECE_SECONDS = 0.5;

interface Piece {
  readonly samples: Int16Array | Float32Array;
  readonly rateHz: number;
  readonly isEnd: boolean;
}

export class SessionRound {
  readonly round: number;
  readonly gate: ReleaseGate;
  /** Speech without motion so far, for the engine to take over; null where it may not. */
  readonly backlog: RoundAudio | null;
  /** End of the motion that has come, s. */
  coveredSeconds = 0;
  /** As reported to the page. */
  motion: 'server' | 'local' | 'none' | null = null;
  /** The engine has taken it over for good: two sources in turn would make the face jump. */
  isLocal = false;
  /** Its speech comes from the worklet, which plays it by itself. */
  isLive = false;
  /** Gives its motion another expression; null where it stays as it comes. */
  styler: MotionStyler | null = null;
  /** Exact times of its sounds; null where the engine derives them from the audio. */
  times: SpeechTimes | null = null;
  /** Sound passed on, s. */
  soundSeconds = 0;
  /** All of its speech has been passed on. */
  isComplete = false;
  /** Last release sent to the worklet, s. */
  releasedSeconds = 0;
  private readonly contextRateHz: number;
  private readonly sourceRateHz: number;
  private readonly waiting: Piece[] = [];
  private isClosed = false;
  private inputRateHz = 0;
  private toContext: Resampler | null = null;
  private toSource: Resampler | null = null;

  constructor(round: number, rates: { contextRateHz: number; sourceRateHz: number }, starvation: FrameStarvation, keepsBacklog: boolean) {
    this.round = round;
    this.contextRateHz = rates.contextRateHz;
    this.sourceRateHz = rates.sourceRateHz;
    this.gate = new ReleaseGate(starvation);
    this.backlog = keepsBacklog ? new RoundAudio(rates.sourceRateHz) : null;
  }

  /** Takes speech in, unless the round was closed. */
  add(samples: Int16Array | Float32Array, rateHz: number, isEnd: boolean): void {
    if (this.isClosed) return;
    this.isClosed = isEnd;
    const length = Math.ceil(rateHz * PIECE_SECONDS);
    let at = 0;
    do {
      const piece = samples.subarray(at, at + length);
      at += length;
      this.waiting.push({ samples: piece, rateHz, isEnd: isEnd && at >= samples.length });
    } while (at < samples.length);
  }

  get hasWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** The next piece of speech, converted; null when none waits. */
  next(): { sound: Float32Array; speech: Int16Array; isEnd: boolean } | null {
    const piece = this.waiting.shift();
    if (!piece) return null;
    this.isComplete = piece.isEnd;
    return { ...this.convert(piece.samples, piece.rateHz, piece.isEnd), isEnd: piece.isEnd };
  }

  /** Speech at the context's and at the source's rate; the last call also brings what the resamplers held back. */
  private convert(samples: Int16Array | Float32Array, rateHz: number, isEnd: boolean): { sound: Float32Array; speech: Int16Array } {
    const isSameRate = rateHz === this.inputRateHz;
    const rest = isSameRate ? null : this.flush();
    if (!isSameRate) {
      this.inputRateHz = rateHz;
      this.toContext = new Resampler(rateHz, this.contextRateHz);
      this.toSource = new Resampler(rateHz, this.sourceRateHz);
    }
    const floats = samples instanceof Int16Array ? float32FromInt16(samples) : samples;
    // Samples that are at the source's rate already go through untouched, bit for bit.
    const isUntouched = samples instanceof Int16Array && rateHz === this.sourceRateHz;
    const sounds = [rest?.sound, this.toContext!.push(floats)];
    const speeches = [rest?.speech, isUntouched ? samples : int16FromFloat32(this.toSource!.push(floats))];
    if (isEnd) {
      const tail = this.flush();
      sounds.push(tail.sound);
      speeches.push(tail.speech);
    }
    return { sound: concatenate(sounds, Float32Array), speech: concatenate(speeches, Int16Array) };
  }

  private flush(): { sound: Float32Array; speech: Int16Array } {
    return {
      sound: this.toContext?.flush() ?? new Float32Array(0),
      speech: int16FromFloat32(this.toSource?.flush() ?? new Float32Array(0)),
    };
  }
}

function concatenate<Samples extends Float32Array | Int16Array>(
  parts: (Samples | undefined)[],
  Type: new (length: number) => Samples,
): Samples {
  const filled = parts.filter((part): part is Samples => part !== undefined && part.length > 0);
  if (filled.length === 1) return filled[0];
  const whole = new Type(filled.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of filled) {
    whole.set(part as Float32Array & Int16Array, at);
    at += part.length;
  }
  return whole;
}
