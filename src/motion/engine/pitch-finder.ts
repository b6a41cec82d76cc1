/**
 * Pitch from the power spectrum of a windowed frame: the highest peak of the autocorrelation (the transform of the power
 * spectrum), freed of the window's own.
 *
 * Only bins up to 1 kHz take part and only the lags of a voice are wanted, so the sum is formed directly, and for two lags
 * at once: cos(π k (half − m) / half) = (−1)^k cos(π k m / half).
 *
 * @see Boersma 1993, "Accurate short-term analysis of the fundamental frequency".
 */

const LOWEST_PITCH_HZ = 75;
const HIGHEST_PITCH_HZ = 420;
/** Below are the room's rumble and what the filter left of an offset; above, formants only blur the peak. */
const FIRST_BIN = 2;
const LAST_BIN = 32;
const BIN_COUNT = LAST_BIN - FIRST_BIN + 1;
/** Power without which there is nothing to tell. */
const SILENT_POWER = 5e-7;
/**
 * A price on long lags keeps multiples of the period from winning, which the window's short overlap there favours; in what counts as
 * voice it is smaller, so that deep voices do.
 */
const LAG_PRICE = 0.002;
const VOICING_LAG_PRICE = 0.0006;
const VOICED = 0.5;

export class PitchFinder {
  /** Of the last frame, Hz; 0 where there is no voice. */
  pitchHz = 0;
  /** Of the last frame, 0 (noise) .. 1 (periodic). */
  voicing = 0;
  private readonly rateHz: number;
  private readonly half: number;
  private readonly firstLag: number;
  private readonly lastLag: number;
  /** Lags from `firstFolded` to `half / 2` are summed, the others mirror them. */
  private readonly firstFolded: number;
  /** `[half / 2 + 1 − firstFolded, 31]` */
  private readonly cosines: Float64Array;
  private readonly windowCorrelation: Float32Array;
  private readonly correlation: Float64Array;

  /**
   * @param rateHz Rate of the signal.
   * @param size Length of the transform, samples.
   * @param windowCorrelation `[size / 2]`, autocorrelation of the window, 1 at lag 0.
   */
  constructor(rateHz: number, size: number, windowCorrelation: Float32Array) {
    this.rateHz = rateHz;
    this.half = size / 2;
    this.firstLag = Math.ceil(rateHz / HIGHEST_PITCH_HZ);
    this.lastLag = Math.min(this.half - 2, Math.floor(rateHz / LOWEST_PITCH_HZ));
    this.firstFolded = Math.min(this.firstLag - 1, this.half - this.lastLag - 1);
    this.windowCorrelation = windowCorrelation;
    this.correlation = new Float64Array(this.half);
    this.cosines = cosineTable(this.firstFolded, this.half);
  }

  /** @param power `[size / 2 + 1]`, power spectrum of the windowed frame. */
  hear(power: Float32Array): void {
    let zero = 0;
    for (let k = FIRST_BIN; k <= LAST_BIN; k++) zero += power[k]!;
    let best = 0;
    let bestLag = 0;
    let bestScore = 0;
    if (zero > SILENT_POWER) {
      this.correlate(power);
      const { correlation, windowCorrelation } = this;
      for (let lag = this.firstLag; lag <= this.lastLag; lag++) {
        if (correlation[lag]! <= correlation[lag - 1]! || correlation[lag]! < correlation[lag + 1]!) continue;
        const height = correlation[lag]! / zero / windowCorrelation[lag]!;
        if (height - lag * LAG_PRICE > bestScore) {
          bestScore = height - lag * LAG_PRICE;
          best = height - lag * VOICING_LAG_PRICE;
          bestLag = lag;
        }
      }
    }
    this.voicing = Math.min(1, Math.max(0, best));
    this.pitchHz = best > VOICED ? this.rateHz / bestLag : 0;
  }

  reset(): void {
    this.pitchHz = 0;
    this.voicing = 0;
  }

  private correlate(power: Float32Array): void {
    const { half, firstFolded, cosines, correlation } = this;
    for (let lag = firstFolded, place = 0; lag <= half / 2; lag++) {
      let even = 0;
      let odd = 0;
      // FIRST_BIN is even, and so is LAST_BIN.
      for (let k = FIRST_BIN; k < LAST_BIN; k += 2, place += 2) {
        even += power[k]! * cosines[place]!;
        odd += power[k + 1]! * cosines[place + 1]!;
      }
      even += power[LAST_BIN]! * cosines[place++]!;
      correlation[lag] = even + odd;
      correlation[half - lag] = even - odd;
    }
  }
}

const tables = new Map<string, Float64Array>();

// Shared by all instances: a server starts an engine for every request.
function cosineTable(firstLag: number, half: number): Float64Array {
  const key = `${firstLag} ${half}`;
  let table = tables.get(key);
  if (!table) {
    table = new Float64Array((half / 2 + 1 - firstLag) * BIN_COUNT);
    for (let i = 0; i < table.length; i++) {
      table[i] = Math.cos((Math.PI * (FIRST_BIN + (i % BIN_COUNT)) * (firstLag + Math.floor(i / BIN_COUNT))) / half);
    }
    tables.set(key, table);
  }
  return table;
}
