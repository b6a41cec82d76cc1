import { assert, describe, it } from '#test';
import { sigmoid, tanh } from '../../../../src/motion/engine/activations.js';

describe('The curves of the recurrent layer', () => {
  it('are what they are called, for any number', () => {
    for (let x = -60; x <= 60; x += 0.0137) {
      assert.approximately(sigmoid(x), 1 / (1 + Math.exp(-x)), 2e-8, `sigmoid ${x}`);
      assert.approximately(tanh(x), Math.tanh(x), 4e-8, `tanh ${x}`);
    }
    for (const [x, low] of [
      [1e300, 1],
      [-1e300, 0],
      [Infinity, 1],
      [-Infinity, 0],
    ] as const) {
      assert.approximately(sigmoid(x), low, 2e-8);
      assert.approximately(tanh(x), 2 * low - 1, 4e-8);
    }
  });
});
