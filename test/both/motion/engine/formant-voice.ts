import { createRandom } from '../../../../src/motion/life/random.js';

export interface Sound {
  seconds: number;
  /** Formants in Hz; none: silence. */
  formants?: number[];
  /** Centre of a noise band, Hz, instead of a voice. */
  noiseHz?: number;
  level?: number;
  /** Pitch of the voice, Hz; default 120. */
  pitchHz?: number;
}

const BANDWIDTHS = [60, 90, 120, 180, 200];

/** A formant synthesiser in small: pulses through a chain of resonators, or noise through one (Klatt 1980). */
export function speak(sounds: Sound[], rateHz = 16000): Float32Array {
  const out: number[] = [];
  const random = createRandom(5);
  let phase = 0;
  for (const { seconds, formants = [], noiseHz, level = 0.1, pitchHz = 120 } of sounds) {
    const chain = (noiseHz ? [noiseHz] : formants.filter((hz) => hz < rateHz / 2)).map((hz, i) => {
      const radius = Math.exp((-Math.PI * (noiseHz ? 1500 : BANDWIDTHS[i])) / rateHz);
      const first = 2 * radius * Math.cos((2 * Math.PI * hz) / rateHz);
      const second = -radius * radius;
      return { first, second, gain: noiseHz ? 1 : 1 - first - second, y1: 0, y2: 0 };
    });
    const count = Math.round(seconds * rateHz);
    const part = new Float32Array(count);
    let glottis = 0;
    for (let n = 0; n < count && chain.length > 0; n++) {
      phase += (pitchHz * (1 + 0.02 * Math.sin((15 * n) / rateHz))) / rateHz;
      glottis *= Math.exp(-1700 / rateHz);
      if (phase >= 1) {
        phase -= 1;
        glottis += 1;
      }
      let y = noiseHz ? random() - 0.5 : glottis;
      for (const resonator of chain) {
        y = resonator.gain * y + resonator.first * resonator.y1 + resonator.second * resonator.y2;
        resonator.y2 = resonator.y1;
        resonator.y1 = y;
      }
      part[n] = y;
    }
    const rms = Math.sqrt(part.reduce((sum, x) => sum + x * x, 0) / count) || 1;
    for (let n = 0; n < count; n++) {
      const edge = Math.min(1, n / (0.01 * rateHz), (count - n) / (0.01 * rateHz));
      out.push((part[n] / rms) * level * edge + (random() - 0.5) * 2e-4);
    }
  }
  return Float32Array.from(out);
}

export const AA = { formants: [750, 1150, 2500, 3500, 4500] };
export const EE = { formants: [290, 2250, 3000, 3600, 4500] };
export const OO = { formants: [320, 750, 2300, 3400, 4500] };
/** A second and a half of vowels, a hiss and pauses. */
export const phrase = (rateHz = 16000): Float32Array =>
  speak(
    [
      { seconds: 0.4 },
      { seconds: 0.25, ...AA },
      { seconds: 0.1, noiseHz: 6000, level: 0.03 },
      { seconds: 0.2, ...EE },
      { seconds: 0.08 },
      { seconds: 0.25, ...OO },
      { seconds: 0.2, ...AA },
      { seconds: 0.6 },
    ],
    rateHz,
  );
