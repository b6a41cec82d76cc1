import { RealFft } from './real-fft.js';

/** Rate of the signal the front end takes, Hz. */
export const FRONT_END_RATE_HZ = 16000;
/** Samples between acoustic frames: 100 frames a second. */
export const HOP = 160;
export const MEL_BAND_COUNT = 40;

const WINDOW = 400;
const FFT_SIZE = 512;
const LOWEST_HZ = 60;
const HIGHEST_HZ = 7600;
/** Frame i is centred on sample 160 i + 80 and needs the signal up to sample 160 i + 280. */
export const SAMPLES_AFTER_HOP_START = HOP / 2 + WINDOW / 2;
/** One zero at 0 Hz and a pole beside it: −3 dB at 13 Hz. A constant offset must not look like a low voice. */
const DC_POLE = 0.995;
const LOWEST_PITCH_HZ = 75;
const HIGHEST_PITCH_HZ = 420;
/**
 * A price on long lags keeps multiples of the period from winning, which the window's short overlap there favours; in what counts as
 * voice it is smaller, so that deep voices do.
 */
const LAG_PRICE = 0.002;
const VOICING_LAG_PRICE = 0.0006;

/** What is heard around one moment. Overwritten with the next frame. */
export interface AcousticFrame {
  /** `[40]`, (ln(power + 1e−7) + 8) / 4 of bands evenly spaced on the mel scale from 60 to 7600 Hz. */
  readonly logMel: Float32Array;
  /** Level of the bands from 100 to 5000 Hz, dB re full scale, about −70 (nothing) to −5. */
  levelDb: number;
  /** Pitch of the voice, Hz; 0 where there is none. Renewed on even frames. */
  pitchHz: number;
  /** 0 (noise) .. 1 (periodic). Renewed on even frames. */
  voicing: number;
}

/**
 * Signal → acoustic frames, 100 a second. The log-mel bands are those a net for lip motion is usually fed with, without
 * any running normalisation. Nothing is allocated after construction; results do not depend on the chunking.
 */
export class AcousticFrontEnd {
  private readonly frame: AcousticFrame = { logMel: new Float32Array(MEL_BAND_COUNT), levelDb: -100, pitchHz: 0, voicing: 0 };
  private readonly handleFrame: (frame: AcousticFrame) => void;
  private readonly fft = new RealFft(FFT_SIZE);
  private readonly window: Float32Array;
  private readonly bands: ReturnType<typeof melBands>;
  /** The last `WINDOW` samples and room for one hop, oldest first. */
  private readonly history = new Float32Array(WINDOW);
  private readonly windowed = new Float32Array(FFT_SIZE);
  private readonly re = new Float32Array(FFT_SIZE / 2 + 1);
  private readonly im = new Float32Array(FFT_SIZE / 2 + 1);
  private readonly power = new Float32Array(FFT_SIZE / 2 + 1);
  private readonly mirrored = new Float32Array(FFT_SIZE);
  private readonly windowCorrelation: Float32Array;
  private filled = 0;
  private isEven = true;
  private lastInput = 0;
  private lastOutput = 0;

  /** @param handleFrame Called synchronously from `push`, in order; must copy what it keeps. */
  constructor(handleFrame: (frame: AcousticFrame) => void) {
    this.handleFrame = handleFrame;
    ({ window: this.window, bands: this.bands, windowCorrelation: this.windowCorrelation } = tables());
    this.reset();
  }

  /** @param samples 16 kHz mono, full scale ±1; all values finite. */
  push(samples: Float32Array): void {
    const { history } = this;
    for (let i = 0; i < samples.length; i++) {
      // Beyond full scale there is only clipping anyway; the limit keeps absurd floats from overflowing later.
      const x = Math.min(1, Math.max(-1, samples[i]!));
      const y = x - this.lastInput + DC_POLE * this.lastOutput;
      this.lastInput = x;
      this.lastOutput = Math.abs(y) < 1e-15 ? 0 : y;
      history[this.filled++] = y;
      if (this.filled === WINDOW) {
        this.analyse();
        history.copyWithin(0, HOP);
        this.filled = WINDOW - HOP;
      }
    }
  }

  reset(): void {
    this.history.fill(0);
    // Half a window minus half a hop of silence before the first sample centres frame 0 on sample 80.
    this.filled = (WINDOW - HOP) / 2;
    this.isEven = true;
    this.lastInput = 0;
    this.lastOutput = 0;
    this.frame.pitchHz = 0;
    this.frame.voicing = 0;
  }

  private analyse(): void {
    const { power, re, im, windowed, window, history, frame, bands } = this;
    for (let i = 0; i < WINDOW; i++) windowed[i] = history[i]! * window[i]!;
    this.fft.transform(windowed, re, im);
    for (let k = 0; k < power.length; k++) power[k] = (re[k]! * re[k]! + im[k]! * im[k]!) / WINDOW_ENERGY;
    let heard = 0;
    for (let band = 0; band < MEL_BAND_COUNT; band++) {
      let sum = 0;
      for (let k = bands.first[band]!, w = bands.offset[band]!; w < bands.offset[band + 1]!; k++, w++) {
        sum += power[k]! * bands.weights[w]!;
      }
      frame.logMel[band] = (Math.log(sum + 1e-7) + 8) / 4;
    }
    for (let k = 3; k <= 160; k++) heard += power[k]!;
    // Mean square of the signal: two-sided spectrum, FFT_SIZE bins.
    frame.levelDb = 10 * Math.log10((2 * heard) / FFT_SIZE + 1e-7);
    if (this.isEven) this.findPitch();
    this.isEven = !this.isEven;
    this.handleFrame(frame);
  }

  /**
   * The highest peak of the autocorrelation (the transform of the power spectrum), freed of the window's own.
   * @see Boersma 1993, "Accurate short-term analysis of the fundamental frequency".
   */
  private findPitch(): void {
    const { power, mirrored, re, im, frame, windowCorrelation } = this;
    const half = FFT_SIZE / 2;
    // Formants above 1 kHz only blur the peak.
    const lastBin = 32;
    mirrored.fill(0);
    for (let k = 2; k <= lastBin; k++) {
      mirrored[k] = power[k]!;
      mirrored[FFT_SIZE - k] = power[k]!;
    }
    this.fft.transform(mirrored, re, im);
    const zero = re[0]!;
    let bestLag = 0;
    let best = 0;
    let bestScore = 0;
    if (zero > 1e-6) {
      const last = Math.min(half - 1, Math.floor(FRONT_END_RATE_HZ / LOWEST_PITCH_HZ));
      for (let lag = Math.ceil(FRONT_END_RATE_HZ / HIGHEST_PITCH_HZ); lag <= last; lag++) {
        if (re[lag]! <= re[lag - 1]! || re[lag]! < re[lag + 1]!) continue;
        const height = re[lag]! / zero / windowCorrelation[lag]!;
        if (height - lag * LAG_PRICE > bestScore) {
          bestScore = height - lag * LAG_PRICE;
          best = height - lag * VOICING_LAG_PRICE;
          bestLag = lag;
        }
      }
    }
    frame.voicing = Math.min(1, Math.max(0, best));
    frame.pitchHz = best > 0.5 ? FRONT_END_RATE_HZ / bestLag : 0;
  }
}

const WINDOW_ENERGY = hannWindow(WINDOW).reduce((sum, x) => sum + x * x, 0);

interface Tables {
  window: Float32Array;
  bands: ReturnType<typeof melBands>;
  windowCorrelation: Float32Array;
}

let madeTables: Tables | null = null;

// All instances share them: they take 2 ms to compute, and a server starts an engine for every request.
function tables(): Tables {
  if (!madeTables) {
    const window = hannWindow(WINDOW);
    madeTables = { window, bands: melBands(), windowCorrelation: autocorrelation(window) };
  }
  return madeTables;
}

function hannWindow(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
}

function autocorrelation(window: Float32Array): Float32Array {
  const out = new Float32Array(FFT_SIZE / 2);
  for (let lag = 0; lag < out.length; lag++) {
    for (let i = 0; i + lag < window.length; i++) out[lag]! += window[i]! * window[i + lag]!;
  }
  return out.map((x) => x / out[0]!);
}

/** Triangles on the mel scale (O'Shaughnessy 1987: 2595 log10(1 + f / 700)), stored without their zeros. */
function melBands(): { first: Uint16Array; offset: Uint16Array; weights: Float32Array } {
  const melFromHz = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
  const hzFromMel = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);
  const low = melFromHz(LOWEST_HZ);
  const step = (melFromHz(HIGHEST_HZ) - low) / (MEL_BAND_COUNT + 1);
  const edge = (i: number): number => hzFromMel(low + i * step);
  const first = new Uint16Array(MEL_BAND_COUNT);
  const offset = new Uint16Array(MEL_BAND_COUNT + 1);
  const weights: number[] = [];
  for (let band = 0; band < MEL_BAND_COUNT; band++) {
    const bins: number[] = [];
    let sum = 0;
    for (let k = 0; k <= FFT_SIZE / 2; k++) {
      const hz = (k * FRONT_END_RATE_HZ) / FFT_SIZE;
      const rising = (hz - edge(band)) / (edge(band + 1) - edge(band));
      const falling = (edge(band + 2) - hz) / (edge(band + 2) - edge(band + 1));
      const weight = Math.max(0, Math.min(rising, falling));
      sum += weight;
      if (weight === 0 && bins.length === 0) first[band] = k + 1;
      else if (weight > 0) bins.push(weight);
    }
    // The lowest triangles are narrower than a bin and may fall between two: the nearest bin stands in.
    if (sum < 0.5) {
      first[band] = Math.round((edge(band + 1) * FFT_SIZE) / FRONT_END_RATE_HZ);
      bins.splice(0, bins.length, 1);
    }
    weights.push(...bins);
    offset[band + 1] = weights.length;
  }
  return { first, offset, weights: Float32Array.from(weights) };
}
