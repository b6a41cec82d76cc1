import { AvatarError, ErrorCode } from '../contracts/errors.js';

/** Half width of the kernel in periods of the lower rate. More: steeper, dearer, later. */
const HALF_WIDTH = 32;
/** Half width that is good enough for analysis: the transition band is twice as wide and a little above it folds back. */
export const COARSE_HALF_WIDTH = 16;
/** Kaiser window for 80 dB of stop band (Kaiser 1974: β = 0.1102 (A − 8.7)). */
const KAISER_BETA = 0.1102 * (80 - 8.7);
/**
 * Middle of the transition band as a fraction of the lower rate. The band is (A − 8) / (2.285 · 2π · 2 · 32) ≈ 0.078
 * wide, so everything above the lower Nyquist frequency (0.5) lies in the stop band and everything below 0.42 passes.
 */
const CUTOFF = 0.46;
/** Kernels are tabulated at this many fractions of an input sample at most; between them they are interpolated (−106 dB). */
const MAX_PHASES = 512;
const BLOCK = 4096;

/**
 * Streaming mono resampler, any rate to any rate: a windowed-sinc kernel evaluated at the exact place of every output
 * sample. Output sample `n` is the signal at `n / outRateHz` seconds: the kernel is symmetric and its delay is compensated,
 * which costs `latencySeconds` of look-ahead. Results do not depend on how the input is cut into chunks. Memory is constant.
 *
 * @see Julius O. Smith, "Digital Audio Resampling Home Page", for band-limited interpolation.
 */
export class Resampler {
  /** Seconds of input beyond a moment that must be in before that moment comes out. */
  readonly latencySeconds: number;
  private readonly isPassThrough: boolean;
  /** Output rate : input rate = up : down, in lowest terms. */
  private readonly up: number;
  private readonly down: number;
  /** Taps on each side of the centre. */
  private readonly reach: number;
  private readonly phaseCount: number;
  /** `[phaseCount + 1, 2 · reach]` */
  private readonly kernels: Float64Array;
  /** Input from `reach − 1` samples before the next output's centre on. */
  private readonly buffer: Float64Array;
  private filled = 0;
  /** Next output's centre: `buffer[centre] + phase / up` input samples. */
  private centre = 0;
  private phase = 0;
  private inputCount = 0;
  private outputCount = 0;

  /**
   * @param halfWidth Half width of the kernel in periods of the lower rate.
   * @throws {AvatarError} `invalidConfiguration` for rates that are not positive and finite.
   */
  constructor(inRateHz: number, outRateHz: number, halfWidth = HALF_WIDTH) {
    if (!(inRateHz > 0 && outRateHz > 0 && inRateHz < 1e7 && outRateHz < 1e7)) {
      throw new AvatarError(ErrorCode.invalidConfiguration, `cannot resample from ${inRateHz} to ${outRateHz} Hz`);
    }
    // Rates are taken as multiples of 1 mHz: the step stays an exact fraction and the place of a sample never drifts.
    const inUnits = Math.max(1, Math.round(inRateHz * 1000));
    const outUnits = Math.max(1, Math.round(outRateHz * 1000));
    const divisor = greatestCommonDivisor(inUnits, outUnits);
    this.up = outUnits / divisor;
    this.down = inUnits / divisor;
    this.isPassThrough = this.up === this.down;
    const stretch = Math.max(1, inRateHz / outRateHz);
    this.reach = Math.ceil(halfWidth * stretch);
    this.phaseCount = Math.min(this.up, MAX_PHASES);
    this.kernels = this.isPassThrough ? new Float64Array(0) : tabulateKernels(this.reach, this.phaseCount, stretch, halfWidth);
    this.buffer = new Float64Array(this.isPassThrough ? 0 : 2 * this.reach + Math.max(BLOCK, Math.ceil(stretch) + 1));
    this.latencySeconds = this.isPassThrough ? 0 : this.reach / inRateHz;
    this.reset();
  }

  /**
   * @param samples Any length, full scale ±1 (any scale is kept); values that are not finite count as 0. Not kept.
   * @returns What can be told by now; may be empty. Owned by the caller.
   */
  push(samples: Float32Array): Float32Array {
    this.inputCount += samples.length;
    if (this.isPassThrough) return samples.map(finiteOrZero);
    const out = new Float32Array(Math.ceil(((this.filled - this.centre + samples.length) * this.up) / this.down) + 1);
    let count = 0;
    for (let start = 0; start < samples.length; ) {
      const size = Math.min(samples.length - start, this.buffer.length - this.filled);
      for (let i = 0; i < size; i++) this.buffer[this.filled + i] = finiteOrZero(samples[start + i]);
      this.filled += size;
      start += size;
      count = this.drain(out, count);
    }
    this.outputCount += count;
    return out.subarray(0, count);
  }

  /**
   * Ends the stream: the signal is taken to be silent from here on, the rest comes out, so that n input samples have become
   * ⌈n · outRate / inRate⌉ output samples in all. Then the resampler is as new.
   */
  flush(): Float32Array {
    const wanted = Math.ceil((this.inputCount * this.up) / this.down) - this.outputCount;
    const tail = this.isPassThrough ? new Float32Array(0) : this.push(new Float32Array(this.reach + 1)).slice(0, wanted);
    this.reset();
    return tail;
  }

  /** Forgets everything heard. */
  reset(): void {
    this.buffer.fill(0);
    // Silence before the first sample, so that output 0 sits on input 0.
    this.filled = this.reach - 1;
    this.centre = this.reach - 1;
    this.phase = 0;
    this.inputCount = 0;
    this.outputCount = 0;
  }

  /** Writes every output whose kernel is covered to `out` from index `count` on; returns the new count. */
  private drain(out: Float32Array, count: number): number {
    const { buffer, kernels, up, down, reach, phaseCount } = this;
    const taps = 2 * reach;
    const isExact = phaseCount === up;
    while (this.centre + reach < this.filled) {
      const first = this.centre - reach + 1;
      let sum = 0;
      if (isExact) {
        const row = this.phase * taps;
        // Four sums at a time (taps is even, its rest is two at most): one alone would wait for each addition.
        let a = 0;
        let b = 0;
        let c = 0;
        let d = 0;
        let i = 0;
        for (; i + 3 < taps; i += 4) {
          a += kernels[row + i] * buffer[first + i];
          b += kernels[row + i + 1] * buffer[first + i + 1];
          c += kernels[row + i + 2] * buffer[first + i + 2];
          d += kernels[row + i + 3] * buffer[first + i + 3];
        }
        for (; i < taps; i++) a += kernels[row + i] * buffer[first + i];
        sum = a + b + (c + d);
      } else {
        const place = (this.phase / up) * phaseCount;
        const row = Math.floor(place);
        const fraction = place - row;
        const near = row * taps;
        const far = near + taps;
        for (let i = 0; i < taps; i++) {
          sum += (kernels[near + i] + fraction * (kernels[far + i] - kernels[near + i])) * buffer[first + i];
        }
      }
      out[count++] = sum;
      this.phase += down;
      const whole = Math.floor(this.phase / up);
      this.phase -= whole * up;
      this.centre += whole;
    }
    // Keep only what the next output's kernel needs. A long step may lie wholly beyond what has come in.
    const drop = Math.min(this.centre - reach + 1, this.filled);
    buffer.copyWithin(0, drop, this.filled);
    this.filled -= drop;
    this.centre -= drop;
    return count;
  }
}

/** Resamples a whole signal at once: ⌈n · outRate / inRate⌉ samples. */
export function resample(samples: Float32Array, inRateHz: number, outRateHz: number): Float32Array {
  const resampler = new Resampler(inRateHz, outRateHz);
  const head = resampler.push(samples);
  const tail = resampler.flush();
  const out = new Float32Array(head.length + tail.length);
  out.set(head);
  out.set(tail, head.length);
  return out;
}

/** Row `p`, tap `i` weighs the input sample `i − reach + 1 − p / phaseCount` samples after the output. */
function tabulateKernels(reach: number, phaseCount: number, stretch: number, halfWidth: number): Float64Array {
  const taps = 2 * reach;
  const kernels = new Float64Array((phaseCount + 1) * taps);
  const window = (x: number): number => (Math.abs(x) < 1 ? besselI0(KAISER_BETA * Math.sqrt(1 - x * x)) : 0);
  for (let phase = 0; phase <= phaseCount; phase++) {
    let sum = 0;
    for (let i = 0; i < taps; i++) {
      const distance = (i - reach + 1 - phase / phaseCount) / stretch;
      const angle = 2 * Math.PI * CUTOFF * distance;
      const value = (angle === 0 ? 1 : Math.sin(angle) / angle) * window(distance / halfWidth);
      kernels[phase * taps + i] = value;
      sum += value;
    }
    // Unity gain at 0 Hz for every phase: a constant stays exactly constant.
    for (let i = 0; i < taps; i++) kernels[phase * taps + i] /= sum;
  }
  return kernels;
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

function finiteOrZero(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
