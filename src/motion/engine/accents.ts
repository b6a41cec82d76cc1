/**
 * Detects stressed syllables from loudness and pitch. A syllable is a peak of loudness after a valley; it is an accent if it
 * stands out from those before it. Pitch is measured against the voice's own middle, which is learnt.
 */

/** Lowest peak of a syllable, and smallest rise out of its valley. Loudness as in `Loudness.relative`. */
const LEAST_PEAK = 0.5;
const LEAST_RISE = 0.1;
/** Loudness that an octave above the voice's middle counts for. */
const PITCH_SHARE = 0.9;
/** Rate at which the usual syllable is learnt, and the assumption before the first. */
const LEARNING = 0.1;
const USUAL_PROMINENCE = 0.95;
const USUAL_SPREAD = 0.12;
/** Threshold of an accent, in mean deviations above the usual syllable. */
const LEAST_EXCESS = 0.35;
/** Shortest distance between two accents, frames of 20 ms. */
const SHORTEST_BETWEEN = 20;
/** Initial middle of the voice, between the averages of men and women; octaves re 1 Hz. */
const START_OCTAVE = Math.log2(150);
/** Pitch further from the middle is treated as an estimation error, octaves. */
const WIDEST_PITCH = 0.65;

export class Accents {
  /** Pitch above the middle of the voice, octaves, smoothed; sinks to 0 where there is no voice. */
  rise = 0;
  private middle = START_OCTAVE;
  private step = 0.12;
  private before = 0;
  private beforeThat = 0;
  private valley = 0;
  private usual = USUAL_PROMINENCE;
  private spread = USUAL_SPREAD;
  private sinceAccent = SHORTEST_BETWEEN;

  /**
   * Advances by one frame of 20 ms.
   *
   * @param loudness 0..1.15, see `Loudness.relative`.
   * @param pitchHz 0 where there is no voice.
   * @returns Accent of the previous frame, 0 (none) .. 1.
   */
  advance(loudness: number, pitchHz: number): number {
    this.followPitch(pitchHz);
    this.sinceAccent++;
    const { before, beforeThat } = this;
    const isPeak = before > beforeThat && before >= loudness && before > LEAST_PEAK && before - this.valley > LEAST_RISE;
    this.valley = isPeak ? before : Math.min(this.valley, loudness);
    this.beforeThat = before;
    this.before = loudness;
    return isPeak ? this.weigh(before + PITCH_SHARE * this.rise) : 0;
  }

  reset(): void {
    this.rise = this.before = this.beforeThat = this.valley = 0;
    this.middle = START_OCTAVE;
    this.step = 0.12;
    this.usual = USUAL_PROMINENCE;
    this.spread = USUAL_SPREAD;
    this.sinceAccent = SHORTEST_BETWEEN;
  }

  private weigh(prominence: number): number {
    const excess = prominence - this.usual;
    const strength = Math.min(1, Math.max(0, 0.5 * (excess / this.spread - LEAST_EXCESS)));
    this.usual += LEARNING * excess;
    this.spread = Math.max(0.06, this.spread + LEARNING * (Math.abs(excess) - this.spread));
    if (this.sinceAccent < SHORTEST_BETWEEN || strength === 0) return 0;
    this.sinceAccent = 0;
    return strength;
  }

  /** The middle is a running median: it moves in steps, small ones once it is found, so that estimation errors hardly count. */
  private followPitch(pitchHz: number): void {
    if (pitchHz <= 0) {
      this.rise *= 0.94;
      return;
    }
    const above = Math.log2(pitchHz) - this.middle;
    this.middle += Math.sign(above) * Math.min(Math.abs(above), this.step);
    this.step = Math.max(0.006, this.step * 0.95);
    if (Math.abs(above) < WIDEST_PITCH) this.rise += (above - this.rise) * 0.3;
  }
}
