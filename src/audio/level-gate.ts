/**
 * Tells speech from silence by level, for a source that carries one voice: the answers of an agent, a call, a recording.
 *
 * The threshold lies above a tracked noise floor, so that the hiss of a microphone counts as silence. A person in a noisy
 * room, or beside a loudspeaker, needs `VoiceActivity`.
 *
 * Runs in the audio thread: `process()` allocates nothing.
 */

/** Silence that ends an utterance, s: longer than the pauses between its sentences, and the source counts as silent within a second. */
export const SILENCE_SECONDS = 0.6;
const HOPS_PER_SECOND = 100;
/** RMS of full scale; −54 dB. Comfort noise of calls lies below. */
const LEAST_LEVEL = 0.002;
/** Threshold above the noise floor, 12 dB; speech goes on down to half of it. */
const ABOVE_FLOOR = 4;
/** Fall of the floor per hop, share of the distance, and its rise, factor: 2.6 dB/s. */
const FLOOR_FALL = 0.1;
const FLOOR_RISE = 1.003;
const LEAST_FLOOR = 1e-4;
/** Loud speech without a pause does not become its own noise. */
const HIGHEST_FLOOR = 0.01;
/** Loud hops in a row that begin an utterance: a click is shorter. */
const BEGIN_HOPS = 2;

export class LevelGate {
  /** Whether the source speaks. */
  isVoiced = false;
  /** Frames since the last sample that was not exactly 0. */
  zeroFrames = 0;
  private readonly hopFrames: number;
  private readonly silenceHops: number;
  private filled = 0;
  private energy = 0;
  private floor = LEAST_FLOOR;
  private loudHops = 0;
  private quietHops = 0;

  /** @param silenceSeconds Silence that ends an utterance. */
  constructor(rateHz: number, silenceSeconds = SILENCE_SECONDS) {
    this.hopFrames = Math.round(rateHz / HOPS_PER_SECOND);
    this.silenceHops = silenceSeconds * HOPS_PER_SECOND;
  }

  /** @param input Mono, −1..1; undefined is silence. */
  process(input: Float32Array | undefined, frameCount: number): void {
    for (let at = 0; at < frameCount; at++) {
      const sample = input ? input[at] : 0;
      if (sample === 0) this.zeroFrames++;
      else this.zeroFrames = 0;
      this.energy += sample * sample;
      if (++this.filled === this.hopFrames) this.hop();
    }
  }

  private hop(): void {
    const level = Math.sqrt(this.energy / this.hopFrames);
    this.filled = this.energy = 0;
    const threshold = Math.max(LEAST_LEVEL, this.floor * ABOVE_FLOOR);
    const risen = Math.max(Math.min(this.floor * FLOOR_RISE, HIGHEST_FLOOR), LEAST_FLOOR);
    this.floor = level < this.floor ? Math.max(this.floor + (level - this.floor) * FLOOR_FALL, LEAST_FLOOR) : risen;
    this.loudHops = level > threshold ? this.loudHops + 1 : 0;
    this.quietHops = level > threshold / 2 ? 0 : this.quietHops + 1;
    if (!this.isVoiced && this.loudHops >= BEGIN_HOPS) this.isVoiced = true;
    else if (this.isVoiced && this.quietHops >= this.silenceHops) this.isVoiced = false;
  }
}
