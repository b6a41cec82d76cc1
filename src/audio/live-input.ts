/**
 * Live speech inside the playback worklet: what comes in goes to the motion worker at once and to the loudspeaker later, by
 * a delay in which its motion is made. Input and output are quanta of one context, so the delay never drifts, and neither
 * a blocked page nor a busy worker can change it.
 *
 * The playback queue is the delay line: the round is released when the delay is in it. So pauses, interruptions, fades
 * and the playhead are those of any other round.
 */
import type { HeardSpeech, PlaybackFeed } from '../shared/contracts/playback-messages.js';

/** Quanta sent in one piece, about 21 ms: what a motion frame needs anyway. */
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
  private heardFrames = 0;
  private isReleased = false;

  /** @param delayFrames Speech heard before the first of it is played, at the context's rate. */
  constructor(round: number, delayFrames: number, listener: LiveInputListener) {
    this.round = round;
    this.delayFrames = delayFrames;
    this.listener = listener;
  }

  /** @param input Mono, one quantum. Not kept. A source that gives nothing, such as a paused element, is silent. */
  process(input: Float32Array | undefined, frameCount: number): void {
    // The only allocation while it listens: a piece goes to two receivers and is kept by one.
    if (this.piece.length === 0) this.piece = new Float32Array(frameCount * HEARD_QUANTA);
    if (input) this.piece.set(input, this.filled);
    this.filled += frameCount;
    if (this.filled === this.piece.length) this.pass(this.piece, false);
  }

  /** Passes on what is left, and the end. */
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
    this.heardFrames += samples.length;
    // A copy is made on the way out, and this one stays.
    this.listener.handleHeard({ type: 'heard', round, samples, isEnd });
    this.listener.handleFeed({ type: 'append', round, samples });
    if (this.isReleased || this.heardFrames < this.delayFrames) return;
    this.isReleased = true;
    this.listener.handleFeed({ type: 'release', round, untilSeconds: Infinity });
  }
}
