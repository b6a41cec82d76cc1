/** Speech of one round that may still be needed: what came, without the part that already has motion. */

/** Positions to start again from, s: whole frames at 25 and 50 per second and whole samples at every PCM rate. */
export const GRID_SECONDS = 0.2;

export class RoundAudio {
  readonly sampleRateHz: number;
  private chunks: Int16Array[] = [];
  /** Index of the first sample of `chunks` in the round. */
  private firstSample = 0;
  private endSample = 0;

  constructor(sampleRateHz: number) {
    this.sampleRateHz = sampleRateHz;
  }

  /** Samples of the round so far, dropped ones included. */
  get sampleCount(): number {
    return this.endSample;
  }

  /** Samples still held. */
  get heldCount(): number {
    return this.endSample - this.firstSample;
  }

  append(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.chunks.push(samples);
    this.endSample += samples.length;
  }

  /** The last grid position at or before a media time, as a sample index. */
  gridSample(seconds: number): number {
    // The epsilon keeps 0.6 / 0.2 = 2.9999999999999996 on its grid point.
    const steps = Math.floor(seconds / GRID_SECONDS + 1e-6);
    return Math.min(Math.round(steps * GRID_SECONDS * this.sampleRateHz), this.endSample);
  }

  /** Lets go of whole chunks before a sample. */
  dropBefore(sample: number): void {
    let dropped = 0;
    while (dropped < this.chunks.length && this.firstSample + this.chunks[dropped]!.length <= sample) {
      this.firstSample += this.chunks[dropped]!.length;
      dropped++;
    }
    if (dropped > 0) this.chunks.splice(0, dropped);
  }

  /**
   * Up to `maxSamples` from `sample` on, as far as one chunk goes; a view. Empty at the end. A sample that was dropped
   * gives what follows it.
   */
  read(sample: number, maxSamples: number): { start: number; samples: Int16Array } {
    let start = this.firstSample;
    for (const chunk of this.chunks) {
      const end = start + chunk.length;
      if (sample < end) {
        const offset = Math.max(0, sample - start);
        return { start: start + offset, samples: chunk.subarray(offset, offset + maxSamples) };
      }
      start = end;
    }
    return { start: this.endSample, samples: new Int16Array(0) };
  }
}
