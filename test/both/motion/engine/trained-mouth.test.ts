import { assert, before, describe, it, readRepositoryFile } from '#test';
import { AcousticFrontEnd } from '../../../../src/motion/engine/acoustic-front-end.js';
import { MOUTH_SHAPE_COUNT, MouthShape } from '../../../../src/motion/engine/mouth-shapes.js';
import { readSpeechModel, type SpeechModel } from '../../../../src/motion/engine/speech-model.js';
import { TRAINED_MOUTH_LOOK_AHEAD_FRAMES, TrainedMouth } from '../../../../src/motion/engine/trained-mouth.js';
import { createRandom } from '../../../../src/motion/life/random.js';
import { readSpokenFixture, type VisemeSpan } from './spoken-fixture.js';

interface Take {
  shapes: number[][];
  visemes: number[][];
}

describe('The trained mouth', () => {
  let model: SpeechModel;
  let speech: Float32Array;
  let track: readonly VisemeSpan[];

  before(async () => {
    model = readSpeechModel(await readRepositoryFile('models/mouth.bin'));
    ({ speech, track } = await readSpokenFixture());
  });

  /** Frame i stands for time i / 50. */
  function takeOf(samples: Float32Array, mouth = new TrainedMouth(model), chunk = samples.length): Take {
    const take: Take = { shapes: [], visemes: [] };
    const levels: number[] = [];
    const frontEnd = new AcousticFrontEnd(({ logMel, levelDb }) => {
      levels.push(levelDb);
      const index = levels.length - 1 - TRAINED_MOUTH_LOOK_AHEAD_FRAMES;
      if (!mouth.push(logMel, levels[Math.max(0, index)]) || index < 0) return;
      take.shapes.push(Array.from(mouth.shapes));
      take.visemes.push(Array.from(mouth.visemes));
    });
    for (let i = 0; i < samples.length; i += chunk) frontEnd.push(samples.subarray(i, i + chunk));
    frontEnd.push(new Float32Array(4000));
    return take;
  }

  /** Largest value of a shape from one time to another. */
  function highest(take: Take, shape: number, from: number, to: number): number {
    return Math.max(...take.shapes.slice(Math.floor(from * 50), Math.ceil(to * 50) + 1).map((frame) => frame[shape]));
  }

  it('seals the lips in every p and b within speech, and takes back the jaw there', () => {
    const take = takeOf(speech);
    // After a pause nothing tells a closure from silence until it bursts.
    const closures = track.filter(([name], i) => name === 'PP' && track[i - 1][0] !== 'sil');
    assert.isAtLeast(closures.length, 5);
    for (const [, start, end] of closures) {
      assert.isAbove(highest(take, MouthShape.lipsPress, start - 0.02, end + 0.02), 0.6, `at ${start} s`);
    }
    for (const frame of take.shapes) assert.isAtMost(frame[MouthShape.mouthClose], frame[MouthShape.jawOpen] + 1e-6);
  });

  it('keeps the lips together until the first sound, and presses them for a p that opens an utterance', () => {
    const take = takeOf(speech);
    const [, start, end] = track.find(([name]) => name === 'PP')!;
    const gaps = take.shapes.slice(5, Math.floor(start * 50)).map((frame) => frame[MouthShape.jawOpen] - frame[MouthShape.mouthClose]);
    assert.isBelow(Math.max(...gaps), 0.08);
    assert.isAbove(highest(take, MouthShape.lipsPress, start, end), 0.5);
  });

  it('opens in the vowels between them', () => {
    const take = takeOf(speech);
    const vowels = track.filter(([name, start, end]) => (name === 'aa' || name === 'oh') && end - start > 0.06);
    assert.isAtLeast(vowels.length, 1);
    for (const [, start, end] of vowels) {
      const middle = (start + end) / 2;
      assert.isAbove(highest(take, MouthShape.jawOpen, middle, middle), 0.3, `at ${middle} s`);
      assert.isBelow(highest(take, MouthShape.lipsPress, middle, middle), 0.3, `at ${middle} s`);
    }
  });

  it('sees a voice at any level alike', () => {
    const loud = takeOf(speech.map((x) => x * 2));
    const quiet = takeOf(speech.map((x) => x * 0.05));
    const open = (take: Take): number => highest(take, MouthShape.jawOpen, 0, 1.5);
    assert.approximately(open(quiet), open(loud), 0.2);
  });

  it('gives probabilities and weights, and does not depend on how the sound is cut', () => {
    const whole = takeOf(speech);
    for (const visemes of whole.visemes)
      assert.approximately(
        visemes.reduce((sum, x) => sum + x, 0),
        1,
        1e-5,
      );
    for (const shapes of whole.shapes) assert.isTrue(shapes.every((x) => x >= 0 && x <= 1));
    assert.deepEqual(takeOf(speech, undefined, 77), whole);
  });

  it('starts afresh after a reset', () => {
    const mouth = new TrainedMouth(model);
    const first = takeOf(speech, mouth);
    mouth.reset();
    assert.deepEqual(takeOf(speech, mouth), first);
  });

  it('is exactly at rest in silence, and nearly so in the hiss of a room', () => {
    const random = createRandom(3);
    const rest = takeOf(new Float32Array(32000)).shapes.slice(10);
    for (const frame of rest) assert.deepEqual(frame, new Array(MOUTH_SHAPE_COUNT).fill(0));
    const hiss = takeOf(Float32Array.from({ length: 32000 }, () => (random() - 0.5) * 0.02)).shapes.slice(25);
    for (const frame of hiss) {
      assert.isBelow(frame[MouthShape.jawOpen], 0.06);
      assert.isBelow(frame[MouthShape.lipsPress], 0.5);
    }
  });
});
