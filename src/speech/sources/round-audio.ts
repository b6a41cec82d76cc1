/** Speech of one round that may still be needed: what came, without the part that already has motion. */

/** Positions to start again from, s: whole frames at 25 and 50 per second and whole samples at every PCM rate. */
export const GRID_SECONDS = 0.2;

/** Chunks let go of that the list may still begin with, before it is made shorter. */
const COMPACT_AFTER = 64;

interface Chunk {
  /** Index of its first sample in the round. */
  readonly start: number;
  readonly samples: Int16Array;
}

export class RoundAudio {
  readonly sampleRateHz: number;
  /** In order and without gaps; those before `head` were let go of. */
  private chunks: (Chunk | null)[] = [];
  private head = 0;
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
    return this.endSample - (this.chunks[this.head]?.start ?? this.endSample);
  }

  append(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.chunks.push({ start: this.endSample, samples });
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
    const end = sample < this.endSample ? this.indexOf(sample) : this.chunks.length;
    for (; this.head < end; this.head++) this.chunks[this.head] = null;
    if (this.head <= COMPACT_AFTER || this.head * 2 < this.chunks.length) return;
    this.chunks.splice(0, this.head);
    this.head = 0;
  }

  /**
   * Up to `maxSamples` from `sample` on, as far as one chunk goes; a view. Empty at the end. A sample that was dropped
   * gives what follows it.
   */
  read(sample: number, maxSamples: number): { start: number; samples: Int16Array } {
    const chunk = sample < this.endSample ? this.chunks[this.indexOf(sample)] : null;
    if (!chunk) return { start: this.endSample, samples: new Int16Array(0) };
    const offset = Math.max(0, sample - chunk.start);
    return { start: chunk.start + offset, samples: chunk.samples.subarray(offset, offset + maxSamples) };
  }

  /** Of the chunk that holds a sample before the end; of the first one for a sample that was dropped. */
  private indexOf(sample: number): number {
    let low = this.head;
    for (let high = this.chunks.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((this.chunks[middle]?.start ?? -1) <= sample) low = middle;
      else high = middle;
    }
    return low;
  }
}
