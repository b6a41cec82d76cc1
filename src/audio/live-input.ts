/**
 * Live speech inside the playback worklet: input goes to the motion worker at once and to the loudspeaker after a delay, in which
 * its motion is computed. Input and output are quanta of one context, so the delay never drifts, and neither
 * a blocked page nor a busy worker can change it.
 *
 * The playback queue is the delay line: the round is released when the delay is in it. So pauses, interruptions, fades
 * and the playhead are those of any other round. The round lasts as long as the source; its utterances are told apart by level.
 */
import type { HeardSpeech, PlaybackFeed } from '../shared/contracts/playback-messages.js';
import type { LevelGate } from './level-gate.js';

/** Quanta per message, about 21 ms, the length of a motion frame. */
export const HEARD_QUANTA = 8;

export interface LiveInputListener {
  /** For the motion worker. */
  handleHeard(heard: HeardSpeech): void;
  /** For the playback queue. */
  handleFeed(message: PlaybackFeed): void;
}

export interface LiveInputOptions {
  /** Input before playback starts, frames at the context's rate. */
  readonly delayFrames: number;
  /** Follows the source; it outlives the round. */
  readonly level: LevelGate;
  /** The source goes on after an interruption: the rest of the present utterance is replaced by silence. */
  readonly isContinued: boolean;
}

export class LiveInput {
  readonly round: number;
  private readonly listener: LiveInputListener;
  private readonly options: LiveInputOptions;
  private piece = new Float32Array(0);
  private filled = 0;
  private receivedFrames = 0;
  private isReleased = false;
  private isDropping: boolean;
  /** The newest change of the source, and where it lies in the round; passed on when that frame is played. */
  private isVoiced = false;
  private changeFrame = 0;
  private isVoiceHeard = false;

  constructor(round: number, options: LiveInputOptions, listener: LiveInputListener) {
    this.round = round;
    this.options = options;
    this.listener = listener;
    this.isDropping = options.isContinued && options.level.isVoiced;
  }

  /** @param input Mono, one quantum. Not kept. A source without output, such as a paused element, is silent. */
  process(input: Float32Array | undefined, frameCount: number): void {
    const { level } = this.options;
    this.isDropping &&= level.isVoiced;
    const isVoiced = level.isVoiced && !this.isDropping;
    if (isVoiced !== this.isVoiced) {
      this.isVoiced = isVoiced;
      this.changeFrame = this.receivedFrames + this.filled;
    }
    // The only allocation while it listens: a message goes to two receivers and one keeps it.
    if (this.piece.length === 0) this.piece = new Float32Array(frameCount * HEARD_QUANTA);
    if (input && !this.isDropping) this.piece.set(input, this.filled);
    this.filled += frameCount;
    if (this.filled === this.piece.length) this.pass(this.piece, false);
  }

  /** @returns Whether an utterance is heard from now on, or null while that has not changed. @param playedFrames Of the round. */
  takeChange(playedFrames: number): boolean | null {
    if (this.isVoiced === this.isVoiceHeard || playedFrames < this.changeFrame) return null;
    this.isVoiceHeard = this.isVoiced;
    return this.isVoiced;
  }

  /** Sends the rest and the end. */
  end(): void {
    this.pass(this.piece.subarray(0, this.filled), true);
    const { round } = this;
    this.listener.handleFeed({ type: 'release', round, untilSeconds: Infinity });
    this.listener.handleFeed({ type: 'finish', round });
  }

  private pass(samples: Float32Array, isEnd: boolean): void {
    const { round } = this;
    this.piece = new Float32Array(0);
    this.filled = 0;
    this.receivedFrames += samples.length;
    // Posting copies the array; this one is kept.
    this.listener.handleHeard({ type: 'heard', round, samples, isEnd });
    this.listener.handleFeed({ type: 'append', round, samples });
    if (this.isReleased || this.receivedFrames < this.options.delayFrames) return;
    this.isReleased = true;
    this.listener.handleFeed({ type: 'release', round, untilSeconds: Infinity });
  }
}
