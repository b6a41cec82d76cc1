import { assert, describe, it, readRepositoryFile } from '#test';
import { createPlainLinears, type LinearWeights } from '../../../../src/motion/engine/linear.js';
import { createSimdLinears } from '../../../../src/motion/engine/simd-linears.js';
import { readSpeechModel } from '../../../../src/motion/engine/speech-model.js';
import { SpeechNet } from '../../../../src/motion/engine/speech-net.js';
import { createRandom } from '../../../../src/motion/life/random.js';

const random = createRandom(11);
const numbers = (length: number): Float32Array => Float32Array.from({ length }, () => random() * 2 - 1);

function layerOf(rowCount: number, inputCount: number): LinearWeights {
  return { inputCount, rowCount, weights: numbers(rowCount * inputCount), biases: numbers(rowCount), isInputRectified: false };
}

describe('layers multiplied four at a time', () => {
  it('give what plain code gives, whatever their shape', () => {
    const layers = [layerOf(8, 4), layerOf(24, 288), layerOf(64, 7), layerOf(16, 1), layerOf(576, 192)];
    const plain = createPlainLinears(layers);
    const simd = createSimdLinears(layers);
    assert.notEqual(simd[0].constructor, plain[0].constructor);
    // Several rounds: what one layer leaves behind must not reach another.
    for (let round = 0; round < 3; round++) {
      for (const [index, { inputCount, rowCount }] of layers.entries()) {
        const x = numbers(inputCount);
        const [expected, out] = [new Float32Array(rowCount), new Float32Array(rowCount)];
        plain[index].apply(x, expected);
        simd[index].apply(x, out);
        for (let row = 0; row < rowCount; row++) assert.approximately(out[row], expected[row], 1e-4, `layer ${index}, row ${row}`);
      }
    }
  });

  it('let the net answer as it does elsewhere, for many streams in turn', async () => {
    const bytes = await readRepositoryFile('models/mouth.bin');
    const [plain, simd] = [readSpeechModel(bytes), readSpeechModel(bytes, createSimdLinears)];
    const streams = Array.from({ length: 3 }, () => ({ plain: new SpeechNet(plain), simd: new SpeechNet(simd) }));
    for (let frame = 0; frame < 100; frame++) {
      for (const stream of streams) {
        const logMel = numbers(simd.bandCount);
        assert.equal(stream.simd.push(logMel), stream.plain.push(logMel));
        for (const [i, expected] of stream.plain.output.entries())
          assert.approximately(stream.simd.output[i], expected, 1e-3, `frame ${frame}, output ${i}`);
      }
    }
  });
});
