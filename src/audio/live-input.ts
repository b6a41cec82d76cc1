/**
 * Live speech inside the playback worklet: input goes to the motion worker at once and to the loudspeaker after a delay, in which
 * its motion is computed. Input and output are quanta of one context, so the delay never drifts, and neither
 * a blocked page nor a busy worker can change it.
 *
 * The playback queue is the delay line: the round is released when the delay is in it. So pauses, interruptions, fades
 * and the playhead are those of any other round.
 */
import type { HeardSpeech, PlaybackFeed } from '../shared/contracts/playback-messages.js';

/** Quanta per message, about 21 ms, the length of a motion frame. */
export const HEARD_QUANTA = 8;

export interface LiveInputListener {
  /** For the motion worker. */
  handleHeard(heard: HeardSpeech): void;
  /** For the playback queue. */
  handleFeed(message: PlaybackFeed): void;
}

export class LiveInput {
  readonly round: number;
  private readonly listener: LiveInputListener;
  private readonly delayFrames: number;
  private piece = new Float32Array(0);
  private filled = 0;
  private receivedFrames = 0;
  private isReleased = false;

  /** @param delayFrames Input before playback starts, at the context's rate. */
  constructor(round: number, delayFrames: number, listener: LiveInputListener) {
    this.round = round;
    this.delayFrames = delayFrames;
    this.listener = listener;
  }

  /** @param input Mono, one quantum. Not kept. A source without output, such as a paused element, is silent. */
  process(input: Float32Array | undefined, frameCount: number): void {
    // The only allocation while it listens: a message goes to two receivers and one keeps it.
    if (this.piece.length === 0) this.piece = new Float32Array(frameCount * HEARD_QUANTA);
    if (input) this.piece.set(input, this.filled);
    this.filled += frameCount;
    if (this.filled === this.piece.length) this.pass(this.piece, false);
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
    if (this.isReleased || this.receivedFrames < this.delayFrames) return;
    this.isReleased = true;
    this.listener.handleFeed({ type: 'release', round, untilSeconds: Infinity });
  }
}
