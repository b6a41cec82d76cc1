/**
 * Mixes any number of channels down to one that is about as loud as the loudest of them. Mean and fixed weights alone are not: a
 * second channel that is the inverse of the first would cancel it, and speech in the centre of 5.1 would be 16 dB too quiet.
 *
 * Works sample by sample, so the result does not depend on how the sound is cut into pieces.
 */
const HALF_POWER = Math.SQRT1_2;
/**
 * Weights for layouts with a centre, in the order of WAV, FLAC and AAC as browsers decode it (left, right, centre, bass, surround).
 * Other layouts get the mean.
 *
 * @see Web Audio API, "Channel Up-Mixing and Down-Mixing", for 5.1; ITU-R BS.775.
 */
const LAYOUTS: Readonly<Record<number, readonly number[]>> = {
  3: [HALF_POWER, HALF_POWER, 1],
  5: [HALF_POWER, HALF_POWER, 1, 0.5, 0.5],
  6: [HALF_POWER, HALF_POWER, 1, 0, 0.5, 0.5],
  7: [HALF_POWER, HALF_POWER, 1, 0, 0.5, 0.5, 0.5],
  8: [HALF_POWER, HALF_POWER, 1, 0, 0.5, 0.5, 0.5, 0.5],
};
/** Energies are those of about the last 2048 samples. */
const DECAY = 1 - 1 / 2048;
/** A mix that is weaker than its loudest channel by this factor of energy (10 and 7 dB, for hysteresis) has cancelled it. */
const CANCELLED = 10;
const NOT_CANCELLED = 5;
/** Samples of the crossfade between mix and channel. */
const FADE_SAMPLES = 256;

export class MonoMixer {
  private readonly weights: readonly number[];
  /** Leaky energy of each channel and of the mix. */
  private readonly energies: Float64Array;
  private mixEnergy = 0;
  private isCancelled = false;
  /** Channel that replaces a cancelled mix, and how far it has, 0..1. */
  private substitute = 0;
  private share = 0;

  constructor(channelCount: number) {
    this.weights = LAYOUTS[channelCount] ?? new Array<number>(channelCount).fill(1 / channelCount);
    this.energies = new Float64Array(channelCount);
  }

  /** @param channels The next samples of each channel, all of one length; one channel is returned as it is. */
  mix(channels: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
    if (channels.length === 1) return channels[0];
    const out = new Float32Array(channels[0]?.length ?? 0);
    for (let at = 0; at < out.length; at++) out[at] = this.next(channels, at);
    return out;
  }

  private next(channels: readonly Float32Array[], at: number): number {
    const { weights, energies } = this;
    let mix = 0;
    let loudest = 0;
    for (let channel = 0; channel < weights.length; channel++) {
      const sample = channels[channel][at];
      const weight = weights[channel];
      if (weight === 0 || !Number.isFinite(sample)) continue;
      mix += weight * sample;
      energies[channel] = energies[channel] * DECAY + sample * sample;
      if (energies[channel] > energies[loudest]) loudest = channel;
    }
    this.mixEnergy = this.mixEnergy * DECAY + mix * mix;
    const most = energies[loudest];
    if (most > this.mixEnergy) {
      if (most > this.mixEnergy * CANCELLED) {
        if (this.share === 0) this.substitute = loudest;
        this.isCancelled = true;
      } else if (most < this.mixEnergy * NOT_CANCELLED) this.isCancelled = false;
    } else {
      this.isCancelled = false;
      // Channels that are alike would add up.
      if (this.mixEnergy > 0) mix *= Math.sqrt(most / this.mixEnergy);
    }
    this.share = Math.min(1, Math.max(0, this.share + (this.isCancelled ? 1 : -1) / FADE_SAMPLES));
    if (this.share === 0) return mix;
    const sample = channels[this.substitute][at];
    return Number.isFinite(sample) ? mix + this.share * (sample - mix) : mix;
  }
}
