/** Levels of a few bands of speech, from the pitch to the consonants. */

/** Hz; neighbours cross at about −3 dB. */
const CENTRES_HZ = [160, 270, 430, 680, 1050, 1600, 2450, 3700];
const QUALITY = 1.6;
export const BAND_COUNT = CENTRES_HZ.length;
/** Share of a new hop in a level: smooths over about 30 ms. */
const SMOOTHING = 0.45;
/** Digital silence, dB. */
const LEAST_DB = -110;

export class BandLevels {
  /** `[band, 5]`: b0, a1, a2 of a band pass with 0 dB at its centre (R. Bristow-Johnson's cookbook: b1 = 0, b2 = −b0), and its two states. */
  private readonly filters = new Float64Array(BAND_COUNT * 5);
  private readonly sums = new Float64Array(BAND_COUNT);
  private readonly powers = new Float64Array(BAND_COUNT);
  private readonly levels = new Float32Array(BAND_COUNT);
  private count = 0;

  constructor(rateHz: number) {
    CENTRES_HZ.forEach((centreHz, band) => {
      const angle = (2 * Math.PI * centreHz) / rateHz;
      const alpha = Math.sin(angle) / (2 * QUALITY);
      this.filters.set([alpha / (1 + alpha), (-2 * Math.cos(angle)) / (1 + alpha), (1 - alpha) / (1 + alpha)], band * 5);
    });
  }

  push(sample: number): void {
    const { filters } = this;
    for (let band = 0, at = 0; band < BAND_COUNT; band++, at += 5) {
      // Transposed direct form II.
      const out = filters[at] * sample + filters[at + 3];
      filters[at + 3] = filters[at + 4] - filters[at + 1] * out;
      filters[at + 4] = -filters[at] * sample - filters[at + 2] * out;
      this.sums[band] += out * out;
    }
    this.count++;
  }

  /** Levels since the last call, dB of full scale. The array is reused. */
  take(): Float32Array {
    for (let band = 0; band < BAND_COUNT; band++) {
      this.powers[band] += (this.sums[band] / this.count - this.powers[band]) * SMOOTHING;
      this.sums[band] = 0;
      this.levels[band] = Math.max(LEAST_DB, 10 * Math.log10(this.powers[band] + 1e-12));
    }
    this.count = 0;
    return this.levels;
  }
}
