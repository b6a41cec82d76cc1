/**
 * Pitch from the power spectrum of a windowed frame: the highest peak of the autocorrelation (the transform of the power
 * spectrum), divided by the window's own.
 *
 * Only bins up to 1 kHz and the lags of a voice are needed, so the sum is formed directly, and for two lags
 * at once: cos(π k (256 − m) / 256) = (−1)^k cos(π k m / 256).
 *
 * @see Boersma 1993, "Accurate short-term analysis of the fundamental frequency".
 */

const RATE_HZ = 16_000;
/** Half the length of the transform, whose second half mirrors the first. */
const HALF = 256;
/** 420 to 75 Hz */
const FIRST_LAG = 39;
const LAST_LAG = 213;
/** Lags from here to `HALF / 2` are summed, the others mirror them. */
const FIRST_SUMMED = 38;
/** Below are rumble and the remains of a DC offset; above, formants only blur the peak. */
const FIRST_BIN = 2;
const LAST_BIN = 32;
const BIN_COUNT = LAST_BIN - FIRST_BIN + 1;
/** Power below which the frame counts as silent. */
const SILENT_POWER = 5e-7;
/**
 * A penalty on long lags keeps multiples of the period from winning, which the window's short overlap there favours; for voicing
 * it is smaller, so that deep voices count as voiced.
 */
const LAG_PRICE = 0.002;
const VOICING_LAG_PRICE = 0.0006;
const VOICED = 0.5;

export class PitchFinder {
  /** Pitch of the last frame, Hz; 0 if unvoiced. */
  pitchHz = 0;
  /** Voicing of the last frame, 0 (noise) .. 1 (periodic). */
  voicing = 0;
  private readonly windowCorrelation: Float32Array;
  private readonly correlation = new Float64Array(HALF);

  /** @param windowCorrelation `[256]`, autocorrelation of the window, 1 at lag 0. */
  constructor(windowCorrelation: Float32Array) {
    this.windowCorrelation = windowCorrelation;
  }

  /** @param power `[257]`, power spectrum of the windowed frame, 512 samples of 16 kHz. */
  hear(power: Float32Array): void {
    let zero = 0;
    for (let k = FIRST_BIN; k <= LAST_BIN; k++) zero += power[k];
    let best = 0;
    let bestLag = 0;
    let bestScore = 0;
    if (zero > SILENT_POWER) {
      this.correlate(power);
      const { correlation, windowCorrelation } = this;
      for (let lag = FIRST_LAG; lag <= LAST_LAG; lag++) {
        if (correlation[lag] <= correlation[lag - 1] || correlation[lag] < correlation[lag + 1]) continue;
        const height = correlation[lag] / zero / windowCorrelation[lag];
        if (height - lag * LAG_PRICE > bestScore) {
          bestScore = height - lag * LAG_PRICE;
          best = height - lag * VOICING_LAG_PRICE;
          bestLag = lag;
        }
      }
    }
    this.voicing = Math.min(1, Math.max(0, best));
    this.pitchHz = best > VOICED ? RATE_HZ / bestLag : 0;
  }

  reset(): void {
    this.pitchHz = 0;
    this.voicing = 0;
  }

  private correlate(power: Float32Array): void {
    const { correlation } = this;
    cosines ??= cosineTable();
    for (let lag = FIRST_SUMMED, place = 0; lag <= HALF / 2; lag++) {
      let even = 0;
      let odd = 0;
      // FIRST_BIN is even, and so is LAST_BIN.
      for (let k = FIRST_BIN; k < LAST_BIN; k += 2, place += 2) {
        even += power[k] * cosines[place];
        odd += power[k + 1] * cosines[place + 1];
      }
      even += power[LAST_BIN] * cosines[place++];
      correlation[lag] = even + odd;
      correlation[HALF - lag] = even - odd;
    }
  }
}

/** `[91, 31]`. Shared by all instances: a server starts an engine for every request. */
let cosines: Float64Array | null = null;

function cosineTable(): Float64Array {
  return Float64Array.from({ length: (HALF / 2 + 1 - FIRST_SUMMED) * BIN_COUNT }, (_, i) =>
    Math.cos((Math.PI * (FIRST_BIN + (i % BIN_COUNT)) * (FIRST_SUMMED + Math.floor(i / BIN_COUNT))) / HALF),
  );
}
