/** Short-time spectrum of speech, for the spectrogram. */

const WINDOW_SECONDS = 0.02;
const MIN_HOP_SECONDS = 0.004;
/** Some browsers cannot draw wider canvases. */
const MAX_COLUMNS = 8000;
const FLOOR_DB = -75;
const TOP_DB = -15;

/**
 * @param {Float32Array} samples
 * @returns {{columns: number, bins: number, hopSeconds: number, levels: Uint8Array}} Levels 0..255 of −75..−15 dB,
 * `[columns, bins]`; bins go from 0 to half the rate. High frequencies are raised by 6 dB per octave (pre-emphasis).
 */
export function spectrum(samples, rateHz) {
  const size = 2 ** Math.ceil(Math.log2(WINDOW_SECONDS * rateHz));
  const hop = Math.max(Math.round(MIN_HOP_SECONDS * rateHz), Math.ceil(samples.length / MAX_COLUMNS));
  const columns = Math.ceil(samples.length / hop);
  const bins = size / 2;
  const window = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / size));
  const real = new Float32Array(size);
  const imaginary = new Float32Array(size);
  const levels = new Uint8Array(columns * bins);
  for (let column = 0; column < columns; column++) {
    const start = column * hop - size / 2;
    for (let i = 0; i < size; i++) {
      const at = start + i;
      // Pre-emphasis: the difference of neighbouring samples.
      real[i] = at > 0 && at < samples.length ? (samples[at] - 0.95 * samples[at - 1]) * window[i] : 0;
    }
    imaginary.fill(0);
    transform(real, imaginary);
    for (let bin = 0; bin < bins; bin++) {
      const power = (real[bin] ** 2 + imaginary[bin] ** 2) / (size / 4) ** 2;
      const db = 10 * Math.log10(power + 1e-12);
      levels[column * bins + bin] = Math.max(0, Math.min(255, ((db - FLOOR_DB) / (TOP_DB - FLOOR_DB)) * 255));
    }
  }
  return { columns, bins, hopSeconds: hop / rateHz, levels };
}

/** Cooley & Tukey 1965, radix 2, in place. */
function transform(real, imaginary) {
  const { length } = real;
  for (let i = 1, j = 0; i < length; i++) {
    let bit = length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  for (let span = 2; span <= length; span *= 2) {
    const angle = (-2 * Math.PI) / span;
    for (let k = 0; k < span / 2; k++) {
      const cosine = Math.cos(angle * k);
      const sine = Math.sin(angle * k);
      for (let i = k; i < length; i += span) {
        const j = i + span / 2;
        const x = real[j] * cosine - imaginary[j] * sine;
        const y = real[j] * sine + imaginary[j] * cosine;
        real[j] = real[i] - x;
        imaginary[j] = imaginary[i] - y;
        real[i] += x;
        imaginary[i] += y;
      }
    }
  }
}
