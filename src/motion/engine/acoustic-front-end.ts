import { PitchFinder } from './pitch-finder.js';
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
/** Samples kept: a window, plus enough that moving them to the front is rare. */
const HISTORY = WINDOW + 15 * HOP;

/** Acoustic features around one moment. Overwritten by the next frame. */
export interface AcousticFrame {
  /** `[40]`, (ln(power + 1e−7) + 8) / 4 of bands evenly spaced on the mel scale from 60 to 7600 Hz. */
  readonly logMel: Float32Array;
  /** Level of the bands from 100 to 5000 Hz, dB re full scale, about −70 (nothing) to −5. */
  levelDb: number;
  /** Pitch of the voice, Hz; 0 if unvoiced. Updated on even frames. */
  pitchHz: number;
  /** 0 (noise) .. 1 (periodic). Updated on even frames. */
  voicing: number;
}

/**
 * Signal → acoustic frames, 100 a second. The log-mel bands are those a net for lip motion is usually fed with, without
 * any running normalisation. Nothing is allocated after construction; results do not depend on the chunking.
 */
export class AcousticFrontEnd {
  private readonly frame: AcousticFrame = { logMel: new Float32Array(MEL_BAND_COUNT), levelDb: -100, pitchHz: 0, voicing: 0 };
  private readonly handleFrame: (frame: AcousticFrame) => void;
  private readonly fft: RealFft;
  private readonly pitch: PitchFinder;
  private readonly window: Float32Array;
  private readonly bands: ReturnType<typeof melBands>;
  /** `history[windowStart … filled]` is the beginning of the next window. */
  private readonly history = new Float32Array(HISTORY);
  private readonly windowed = new Float32Array(FFT_SIZE);
  private readonly power = new Float32Array(FFT_SIZE / 2 + 1);
  private windowStart = 0;
  private filled = 0;
  private isEven = true;
  private lastInput = 0;
  private lastOutput = 0;

  /** @param handleFrame Called synchronously from `push`, in order; must copy what it keeps. */
  constructor(handleFrame: (frame: AcousticFrame) => void) {
    this.handleFrame = handleFrame;
    const { fft, window, bands, windowCorrelation } = tables();
    this.fft = fft;
    this.window = window;
    this.bands = bands;
    this.pitch = new PitchFinder(windowCorrelation);
    this.reset();
  }

  /** @param samples 16 kHz mono, full scale ±1; all values finite. */
  push(samples: Float32Array): void {
    for (let start = 0; start < samples.length; ) {
      const end = Math.min(samples.length, start + this.windowStart + WINDOW - this.filled);
      this.take(samples, start, end);
      start = end;
      if (this.filled < this.windowStart + WINDOW) return;
      this.analyse();
      this.windowStart += HOP;
      if (this.windowStart + WINDOW <= HISTORY) continue;
      this.history.copyWithin(0, this.windowStart, this.filled);
      this.filled -= this.windowStart;
      this.windowStart = 0;
    }
  }

  reset(): void {
    this.history.fill(0);
    // Half a window minus half a hop of silence before the first sample centres frame 0 on sample 80.
    this.windowStart = 0;
    this.filled = (WINDOW - HOP) / 2;
    this.isEven = true;
    this.lastInput = 0;
    this.lastOutput = 0;
    this.pitch.reset();
    this.frame.pitchHz = 0;
    this.frame.voicing = 0;
  }

  /** Appends samples to the history, without their offset. */
  private take(samples: Float32Array, start: number, end: number): void {
    const { history } = this;
    let { filled, lastInput, lastOutput } = this;
    for (let i = start; i < end; i++) {
      let x = samples[i];
      // Values beyond full scale would be clipped anyway; the limit keeps extreme floats from overflowing later.
      if (x > 1) x = 1;
      else if (x < -1) x = -1;
      const y = x - lastInput + DC_POLE * lastOutput;
      lastInput = x;
      // Denormal numbers are slow on many processors.
      lastOutput = y < 1e-15 && y > -1e-15 ? 0 : y;
      history[filled++] = y;
    }
    this.filled = filled;
    this.lastInput = lastInput;
    this.lastOutput = lastOutput;
  }

  private analyse(): void {
    const { power, windowed, window, windowStart, history, frame, bands } = this;
    for (let i = 0; i < WINDOW; i++) windowed[i] = history[windowStart + i] * window[i];
    this.fft.power(windowed, power);
    let bandPower = 0;
    for (let band = 0; band < MEL_BAND_COUNT; band++) {
      let sum = 0;
      for (let k = bands.first[band], w = bands.offset[band]; w < bands.offset[band + 1]; k++, w++) {
        sum += power[k] * bands.weights[w];
      }
      frame.logMel[band] = (Math.log(sum + 1e-7) + 8) / 4;
    }
    for (let k = 3; k <= 160; k++) bandPower += power[k];
    // Mean square of the signal: two-sided spectrum, FFT_SIZE bins.
    frame.levelDb = 10 * Math.log10((2 * bandPower) / FFT_SIZE + 1e-7);
    if (this.isEven) {
      this.pitch.hear(power);
      frame.pitchHz = this.pitch.pitchHz;
      frame.voicing = this.pitch.voicing;
    }
    this.isEven = !this.isEven;
    this.handleFrame(frame);
  }
}

interface Tables {
  /** Holds nothing from one transform to the next. */
  fft: RealFft;
  /** Hann, of energy 1. */
  window: Float32Array;
  bands: ReturnType<typeof melBands>;
  windowCorrelation: Float32Array;
}

let madeTables: Tables | null = null;

// All instances share them: they take 2 ms to compute, and a server starts an engine for every request.
function tables(): Tables {
  if (!madeTables) {
    const hann = hannWindow(WINDOW);
    const scale = 1 / Math.sqrt(hann.reduce((sum, x) => sum + x * x, 0));
    madeTables = {
      fft: new RealFft(FFT_SIZE),
      window: hann.map((x) => x * scale),
      bands: melBands(),
      windowCorrelation: autocorrelation(hann),
    };
  }
  return madeTables;
}

function hannWindow(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
}

function autocorrelation(window: Float32Array): Float32Array {
  const out = new Float32Array(FFT_SIZE / 2);
  for (let lag = 0; lag < out.length; lag++) {
    for (let i = 0; i + lag < window.length; i++) out[lag] += window[i] * window[i + lag];
  }
  return out.map((x) => x / out[0]);
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
    // The lowest triangles are narrower than a bin and may fall between two: the nearest bin is used.
    if (sum < 0.5) {
      first[band] = Math.round((edge(band + 1) * FFT_SIZE) / FRONT_END_RATE_HZ);
      bins.splice(0, bins.length, 1);
    }
    weights.push(...bins);
    offset[band + 1] = weights.length;
  }
  return { first, offset, weights: Float32Array.from(weights) };
}
