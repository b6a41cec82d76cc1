/**
 * One round as a relay delivers it: the relay's turn, and the client's position in it.
 *
 * A client may enter a turn late, or lose a piece of it. Its round holds only the sound that came, without gaps, so motion, which is
 * on the turn's time, is moved by what was left out before it.
 */

import type { RelayEvent, ServerResponseAnimation } from '../../motion/protocol/index.js';
import { joinFrames, sliceFrames } from '../../motion/timeline/frame-runs.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import { int16FromPcmBytes, PcmByteJoiner } from '../../shared/samples/pcm.js';
import { MotionReader } from './motion-reader.js';

export type RoundPlace = Extract<RelayEvent, { event: 'turn' }>;

/** Motion may be here long before its sound, such as that of a recording. */
const MAX_LEAD_SECONDS = 600;
/** Sums of chunk lengths are exact to far below a sample. */
const EPSILON_SECONDS = 1e-4;

export class IncomingRound {
  readonly turnId: string;
  readonly round: number;
  readonly sampleRateHz: number;
  isAudioOver = false;
  isMotionOver = false;
  private readonly joiner = new PcmByteJoiner();
  private reader: MotionReader;
  private _frame: number;
  /** Time of the turn at which the next audio begins, and from which on motion counts, s. */
  private nextSeconds: number;
  private fromSeconds: number;
  /** Time of the turn minus time of the round, s. */
  private leftOutSeconds: number;

  constructor(place: RoundPlace, round: number) {
    this.turnId = place.turnId;
    this.round = round;
    this.sampleRateHz = place.sampleRateHz;
    this.reader = new MotionReader(0, place.startKeyframe);
    this._frame = place.frame;
    this.nextSeconds = this.fromSeconds = this.leftOutSeconds = place.startSeconds;
  }

  /** Index within the turn of the next message. */
  get frame(): number {
    return this._frame;
  }

  get isOver(): boolean {
    return this.isAudioOver && this.isMotionOver;
  }

  /** @returns False when that is not further on in the same turn: another round has to begin. */
  continueAt(place: RoundPlace): boolean {
    const gapSeconds = place.startSeconds - this.nextSeconds;
    if (place.turnId !== this.turnId || place.sampleRateHz !== this.sampleRateHz) return false;
    if (gapSeconds < -EPSILON_SECONDS) return false;
    if (gapSeconds > EPSILON_SECONDS) {
      this.joiner.reset();
      this.leftOutSeconds += gapSeconds;
      this.nextSeconds = this.fromSeconds = place.startSeconds;
    }
    // Where nothing was left out the motion goes on as if nothing had happened.
    if (place.frame !== this._frame) this.reader = new MotionReader(0, place.startKeyframe);
    this._frame = place.frame;
    return true;
  }

  /** One audio message. @returns Its samples. */
  readAudio(pcm: Uint8Array, isLast: boolean): Int16Array {
    this._frame++;
    this.isAudioOver = isLast;
    const samples = int16FromPcmBytes(this.joiner.push(pcm));
    this.nextSeconds += samples.length / this.sampleRateHz;
    return samples;
  }

  /** Counts one motion message. */
  noteMotion(isLast: boolean): void {
    this._frame++;
    this.isMotionOver = isLast;
  }

  /** The motion of an answer on the round's time; null when it has none for what is heard. @throws {AvatarError} `invalidMotionData`. */
  readMotion(response: ServerResponseAnimation): MotionFrames | null {
    const frames = this.reader.read(response, this.nextSeconds + MAX_LEAD_SECONDS);
    if (!frames) return null;
    const { frameRate, startFrame, frameCount } = frames;
    const unheard = Math.max(0, Math.ceil((this.fromSeconds - EPSILON_SECONDS) * frameRate - startFrame));
    if (unheard >= frameCount) return null;
    // The receiver transfers the array: what is cut off must not go along.
    const heard = unheard === 0 ? frames : joinFrames([sliceFrames(frames, unheard, frameCount)]);
    // A gap is no whole number of frames; timelines take fractions.
    return { ...heard, startFrame: heard.startFrame - this.leftOutSeconds * frameRate };
  }
}
