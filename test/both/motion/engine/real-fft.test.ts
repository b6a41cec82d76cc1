import { assert, describe, it } from '#test';
import { RealFft } from '../../../../src/motion/engine/real-fft.js';
import { createRandom } from '../../../../src/motion/life/random.js';

/** |Σ input[n] e^(−2πi kn / size)|², as it is written. */
function powerOf(input: Float32Array): number[] {
  return Array.from({ length: input.length / 2 + 1 }, (_, k) => {
    let re = 0;
    let im = 0;
    for (const [n, x] of input.entries()) {
      re += x * Math.cos((2 * Math.PI * k * n) / input.length);
      im -= x * Math.sin((2 * Math.PI * k * n) / input.length);
    }
    return re * re + im * im;
  });
}

describe('RealFft', () => {
  it('gives the power spectrum of its definition, whatever its size', () => {
    const random = createRandom(7);
    for (const size of [8, 32, 128, 512]) {
      const input = Float32Array.from({ length: size }, () => random() - 0.5);
      const out = new Float32Array(size / 2 + 1);
      const fft = new RealFft(size);
      for (let round = 0; round < 2; round++) {
        fft.power(input, out);
        for (const [k, expected] of powerOf(input).entries()) assert.approximately(out[k], expected, 1e-4 * size, `${size}, bin ${k}`);
      }
    }
  });
});
