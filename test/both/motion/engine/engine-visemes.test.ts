import { assert, before, describe, it, readRepositoryFile } from '#test';
import { type EngineMotion, MotionEngine } from '../../../../src/motion/engine/motion-engine.js';
import { readSpeechModel, type SpeechModel } from '../../../../src/motion/engine/speech-model.js';
import { VISEME_COUNT, VISEME_INDEX, VISEMES, visemeFromName } from '../../../../src/shared/contracts/visemes.js';
import { readSpokenFixture, type VisemeSpan } from './spoken-fixture.js';

let model: SpeechModel | null = null;
let speech: Float32Array;
let track: readonly VisemeSpan[];

before(async () => {
  ({ speech, track } = await readSpokenFixture());
});

function visemesOf(samples: Float32Array, chunk = samples.length): number[][] {
  const engine = new MotionEngine({ sampleRateHz: 16000, model, withVisemes: true });
  const rows: number[][] = [];
  const take = (motion: EngineMotion | null): void => {
    if (!motion) return;
    assert.equal(motion.visemes!.length, motion.frameCount * VISEME_COUNT);
    for (let i = 0; i < motion.frameCount; i++) rows.push(Array.from(motion.visemes!.subarray(i * VISEME_COUNT, (i + 1) * VISEME_COUNT)));
  };
  for (let i = 0; i < samples.length; i += chunk) take(engine.push(samples.subarray(i, i + chunk)));
  take(engine.finish());
  return rows;
}

const mechanics = (): void => {
  it('go with every frame, as shares of one', () => {
    const rows = visemesOf(speech);
    assert.lengthOf(rows, Math.ceil(speech.length / 320));
    for (const row of rows)
      assert.approximately(
        row.reduce((sum, x) => sum + x, 0),
        1,
        1e-5,
      );
  });

  it('do not depend on how the audio is cut', () => {
    assert.deepEqual(visemesOf(speech, 77), visemesOf(speech));
  });

  it('rest in silence', () => {
    for (const row of visemesOf(new Float32Array(16000)).slice(5)) assert.isAbove(row[VISEME_INDEX.sil], 0.8);
  });

  it('are left out unless they are asked for', () => {
    assert.isNull(new MotionEngine({ sampleRateHz: 16000, model }).push(speech)!.visemes);
  });
};

describe('Visemes of the mouth by rule', () => {
  before(() => {
    model = null;
  });
  mechanics();

  it('call a long open vowel aa', () => {
    const [, start, end] = track.find(([name]) => name === 'aa')!;
    assert.isAbove(visemesOf(speech)[Math.round((start + end) * 25)][VISEME_INDEX.aa], 0.8);
  });
});

describe('Visemes of the trained mouth', () => {
  before(async () => {
    model = readSpeechModel(await readRepositoryFile('models/mouth.bin'));
  });
  mechanics();

  it('are those that were spoken, most of the time', () => {
    const rows = visemesOf(speech);
    const right = rows.filter((row, i) => {
      const spoken = track.find(([, start, end]) => i / 50 >= start && i / 50 < end)?.[0] ?? 'sil';
      return VISEMES[row.indexOf(Math.max(...row))] === spoken;
    });
    assert.isAbove(right.length / rows.length, 0.6);
  });
});

describe('A viseme', () => {
  it('is known by the names that tools give it', () => {
    assert.equal(visemeFromName('viseme_PP'), VISEME_INDEX.PP);
    assert.equal(visemeFromName('I'), visemeFromName('ih'));
    assert.equal(visemeFromName('viseme_U'), VISEME_INDEX.ou);
    assert.equal(visemeFromName('hello'), -1);
  });
});
