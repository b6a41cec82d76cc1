import { assert, before, describe, it, readRepositoryFile } from '#test';
import { AcousticFrontEnd, MEL_BAND_COUNT } from '../../../../src/motion/engine/acoustic-front-end.js';
import { readSpeechModel, type SpeechModel } from '../../../../src/motion/engine/speech-model.js';
import { SpeechNet } from '../../../../src/motion/engine/speech-net.js';

/** Made by `training/lipsync/export.py`: what PyTorch answers to a second of speech. */
interface Fixture {
  pcm: string;
  lookAheadFrames: number;
  logMel: Record<string, number[]>;
  answers: number[][];
}

describe('The speech net', () => {
  let bytes: Uint8Array;
  let model: SpeechModel;
  let fixture: Fixture;
  let heard: Float32Array[];

  before(async () => {
    bytes = await readRepositoryFile('models/mouth.bin');
    model = readSpeechModel(bytes);
    fixture = JSON.parse(new TextDecoder().decode(await readRepositoryFile('test/fixtures/speech-net.json'))) as Fixture;
    const pcm = new Int16Array(Uint8Array.from(atob(fixture.pcm), (character) => character.charCodeAt(0)).buffer);
    heard = [];
    const frontEnd = new AcousticFrontEnd(({ logMel }) => heard.push(logMel.slice()));
    frontEnd.push(Float32Array.from(pcm, (x) => x / 32768));
  });

  function answersOf(net: SpeechNet, frames: Float32Array[]): number[][] {
    return frames.flatMap((frame) => (net.push(frame) ? [Array.from(net.output)] : []));
  }

  function largestDifference(a: number[][], b: number[][], width: number): number {
    let largest = 0;
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      for (let k = 0; k < width; k++) largest = Math.max(largest, Math.abs(a[i][k] - b[i][k]));
    }
    return largest;
  }

  it('is fed with the bands it was trained on', () => {
    for (const [index, expected] of Object.entries(fixture.logMel)) {
      for (let band = 0; band < MEL_BAND_COUNT; band++)
        assert.closeTo(heard[Number(index)][band], expected[band], 1e-4, `frame ${index}, band ${band}`);
    }
  });

  it('answers as it did where it was trained', () => {
    const answers = answersOf(new SpeechNet(model), heard.slice(fixture.lookAheadFrames));
    assert.isAtLeast(answers.length, fixture.answers.length - 2);
    assert.isBelow(largestDifference(answers, fixture.answers, model.outputCount), 1e-4);
  });

  it('starts afresh after a reset and can take over another stream', () => {
    const net = new SpeechNet(model);
    const first = answersOf(net, heard.slice(0, 40));
    net.reset();
    assert.deepEqual(answersOf(net, heard.slice(0, 40)), first);
    const other = new SpeechNet(model);
    other.copyState(net);
    assert.deepEqual(answersOf(other, heard.slice(40, 60)), answersOf(net, heard.slice(40, 60)));
  });

  it('stays finite whatever it hears', () => {
    const net = new SpeechNet(model);
    for (const value of [-2.03, 5, -2.03, 5, 0]) {
      for (let i = 0; i < 20; i++) net.push(new Float32Array(MEL_BAND_COUNT).fill(value));
      assert.isTrue(net.output.every(Number.isFinite));
    }
  });

  it('refuses a file that is not its model', () => {
    assert.throws(() => readSpeechModel(new Uint8Array(0)), /not a speech model/);
    assert.throws(() => readSpeechModel(new Uint8Array(5000)), /not a speech model/);
    assert.throws(() => readSpeechModel(bytes.subarray(0, bytes.length - 1)), /truncated/);
  });

  it('is at most 400 kB', () => {
    assert.isAtMost(bytes.length, 400_000);
  });
});
