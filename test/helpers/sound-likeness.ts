/** How much what is heard is like what should be. */

export interface SoundLikeness {
  /** Correlation at the best shift, −1..1. */
  readonly correlation: number;
  /** Peak of the heard sound above the reference's, dB. */
  readonly peakDb: number;
  /** Samples by which the heard sound is late. */
  readonly lateSamples: number;
  /** Length of the heard sound, as a share of the reference's. */
  readonly length: number;
}

/** @param maxShift Samples by which encoders may delay. Both at one rate. */
export function soundLikeness(heard: Float32Array, reference: Float32Array, maxShift: number): SoundLikeness {
  // Half a second of the reference finds the shift; then all of it counts.
  let best = 0;
  let most = -Infinity;
  for (let shift = -maxShift; shift <= maxShift; shift++) {
    const r = correlation(heard, reference, shift, Math.min(reference.length, 8000), 2);
    if (r > most) [most, best] = [r, shift];
  }
  return {
    correlation: correlation(heard, reference, best, reference.length, 1),
    peakDb: 20 * Math.log10(peak(heard) / peak(reference)),
    lateSamples: best,
    length: heard.length / reference.length,
  };
}

function correlation(heard: Float32Array, reference: Float32Array, shift: number, count: number, step: number): number {
  let product = 0;
  let heardEnergy = 0;
  let referenceEnergy = 0;
  for (let at = 0; at < count; at += step) {
    const one = heard[at + shift] ?? 0;
    const other = reference[at];
    product += one * other;
    heardEnergy += one * one;
    referenceEnergy += other * other;
  }
  return heardEnergy > 0 ? product / Math.sqrt(heardEnergy * referenceEnergy) : 0;
}

function peak(samples: Float32Array): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}
