import { assert, before, describe, it, readRepositoryFile } from '#test';
import { type EngineMotion, MotionEngine } from '../../../../src/motion/engine/motion-engine.js';
import type { Mouth } from '../../../../src/motion/engine/mouth.js';
import { readSpeechModel, type SpeechModel } from '../../../../src/motion/engine/speech-model.js';
import { mouthFromTimings, readTimings } from '../../../../src/motion/timings/index.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, CHANNELS, type Channel } from '../../../../src/shared/contracts/channels.js';
import type { SpeechManner } from '../../../../src/shared/contracts/speech-manner.js';
import { VISEME_COUNT, VISEMES } from '../../../../src/shared/contracts/visemes.js';
import { readSpokenFixture, type VisemeSpan } from '../engine/spoken-fixture.js';

let model: SpeechModel;
let speech: Float32Array;
let track: readonly VisemeSpan[];
let visemes: { viseme: string; startSeconds: number; endSeconds: number }[];

before(async () => {
  model = readSpeechModel(await readRepositoryFile('models/mouth.bin'));
  ({ speech, track } = await readSpokenFixture());
  visemes = track.map(([viseme, startSeconds, endSeconds]) => ({ viseme, startSeconds, endSeconds }));
});

const mouthOf = (manner: SpeechManner): Mouth => mouthFromTimings(readTimings(manner)!, model);

class Take {
  readonly values: number[] = [];
  readonly visemes: number[] = [];

  constructor(samples: Float32Array, mouth?: Mouth, chunk = samples.length) {
    const engine = new MotionEngine({ sampleRateHz: 16000, seed: 1, model, withVisemes: true, ...(mouth && { mouth }) });
    for (let i = 0; i < samples.length; i += chunk) this.add(engine.push(samples.subarray(i, i + chunk)));
    this.add(engine.finish());
  }

  get frameCount(): number {
    return this.values.length / CHANNEL_COUNT;
  }

  curve(channel: Channel): number[] {
    return Array.from({ length: this.frameCount }, (_, i) => this.values[i * CHANNEL_COUNT + CHANNEL_INDEX[channel]]);
  }

  gap(): number[] {
    const [jaw, close, press] = (['jawOpen', 'mouthClose', 'mouthPressLeft'] as const).map((channel) => this.curve(channel));
    return jaw!.map((open, i) => (open - close![i]) * (1 - press![i]));
  }

  viseme(i: number): string {
    const row = this.visemes.slice(i * VISEME_COUNT, (i + 1) * VISEME_COUNT);
    return VISEMES[row.indexOf(Math.max(...row))];
  }

  private add(motion: EngineMotion | null): void {
    for (const value of motion?.values ?? []) this.values.push(value);
    for (const value of motion?.visemes ?? []) this.visemes.push(value);
  }
}

describe('A mouth with timed visemes', () => {
  it('seals the lips in every p, b and m, also after a pause and in a very short one', () => {
    const short = [
      { viseme: 'aa', startSeconds: 0, endSeconds: 0.305 },
      { viseme: 'PP', startSeconds: 0.305, endSeconds: 0.31 },
      { viseme: 'aa', startSeconds: 0.31, endSeconds: 0.6 },
    ];
    for (const timings of [visemes, short]) {
      const gap = new Take(speech, mouthOf({ visemes: timings })).gap();
      const closures = timings.filter(({ viseme }) => viseme === 'PP');
      assert.isAbove(closures.length, 0);
      for (const { startSeconds, endSeconds } of closures) {
        const within = gap.slice(Math.floor(startSeconds * 50), Math.ceil(endSeconds * 50) + 1);
        assert.isBelow(Math.min(...within), 0.03, `at ${startSeconds} s`);
      }
    }
  });

  it('opens in the vowels between them, and tucks the lip in every f', () => {
    const timings = ['PP', 'aa', 'FF', 'aa', 'PP', 'E'].map((viseme, i) => ({ viseme, startSeconds: i * 0.12 }));
    const take = new Take(speech, mouthOf({ visemes: timings }));
    assert.isAbove(take.gap()[9], 0.3);
    assert.isAbove(take.curve('mouthRollLower')[15], 0.4);
    assert.isAbove(take.gap()[21], 0.3);
  });

  it('rounds the lips ahead of the vowel', () => {
    const timings = [
      ['aa', 0],
      ['ou', 0.4],
      ['aa', 0.6],
    ].map(([viseme, startSeconds]) => ({ viseme: String(viseme), startSeconds: Number(startSeconds) }));
    const pucker = new Take(speech, mouthOf({ visemes: timings })).curve('mouthPucker');
    const full = Math.max(...pucker);
    assert.isAbove(full, 0.4);
    assert.isAbove(pucker[18], 0.25 * full, '40 ms before the vowel');
    assert.isBelow(pucker[5], 0.1 * full, '300 ms before the vowel');
  });

  it('shows the viseme that was told for the moment', () => {
    const take = new Take(speech, mouthOf({ visemes }));
    const right = Array.from({ length: take.frameCount }, (_, i) => i).filter((i) => {
      const told = track.find(([, start, end]) => i / 50 >= start && i / 50 < end)?.[0] ?? 'sil';
      return take.viseme(i) === told;
    });
    assert.isAbove(right.length / take.frameCount, 0.93);
  });

  it('leaves brows, lids and head to the sound', () => {
    const timed = new Take(speech, mouthOf({ visemes }));
    const heard = new Take(speech);
    for (const channel of CHANNELS.filter((name) => /^(eye|brow|head)/.test(name))) {
      assert.deepEqual(timed.curve(channel), heard.curve(channel), channel);
    }
  });

  it('gives as many frames as the sound has, rests where nothing is said, and ignores what lies beyond', () => {
    const take = new Take(
      speech,
      mouthOf({
        visemes: [
          { viseme: 'aa', startSeconds: 0.1, endSeconds: 0.2 },
          { viseme: 'aa', startSeconds: 60 },
        ],
      }),
    );
    assert.equal(take.frameCount, Math.ceil(speech.length / 320));
    assert.isTrue(
      take
        .curve('jawOpen')
        .slice(40)
        .every((x) => x === 0),
    );
  });

  it('does not depend on how the sound is cut, and repeats itself after a reset', () => {
    const manner = { visemes };
    assert.deepEqual(new Take(speech, mouthOf(manner), 77).values, new Take(speech, mouthOf(manner)).values);
    const engine = new MotionEngine({ sampleRateHz: 16000, model, mouth: mouthOf(manner) });
    const first = engine.push(speech)!;
    engine.finish();
    assert.deepEqual(engine.push(speech)!.values, first.values);
  });

  it('does for phonemes what it does for their visemes', () => {
    const phonemes = ['p', 'a', 'p'].map((phoneme, i) => ({ phoneme, startSeconds: 0.2 + i * 0.15, endSeconds: 0.35 + i * 0.15 }));
    const same = ['PP', 'aa', 'PP'].map((viseme, i) => ({ viseme, startSeconds: 0.2 + i * 0.15, endSeconds: 0.35 + i * 0.15 }));
    assert.deepEqual(new Take(speech, mouthOf({ phonemes })).values, new Take(speech, mouthOf({ visemes: same })).values);
  });
});

describe('A mouth with timed words', () => {
  const span = (): { startSeconds: number; endSeconds: number } => ({ startSeconds: track[1][1], endSeconds: track.at(-1)![2] });

  it('presses the lips only where the spelling allows it', () => {
    const heard = new Take(speech).curve('mouthPressLeft');
    const spelt = new Take(speech, mouthOf({ words: [{ word: 'pabebi', ...span() }] })).curve('mouthPressLeft');
    const other = new Take(speech, mouthOf({ words: [{ word: 'tadedi', ...span() }] })).curve('mouthPressLeft');
    assert.isAbove(Math.max(...heard), 0.9);
    assert.isTrue(spelt.every((press, i) => press >= heard[i] - 1e-6 || i / 50 < span().startSeconds || i / 50 > span().endSeconds));
    assert.equal(Math.max(...other), 0);
  });

  it('hears for itself where the spelling tells nothing', () => {
    const heard = new Take(speech).curve('mouthPressLeft');
    for (const word of ['你好', 'UNO', '7', 'e']) {
      const take = new Take(speech, mouthOf({ words: [{ word, ...span() }] })).curve('mouthPressLeft');
      assert.isAtLeast(Math.max(...take.slice(0, 60)), Math.max(...heard.slice(0, 60)) - 1e-6, word);
    }
  });

  it('rests between words', () => {
    const words = [
      { word: 'pa', startSeconds: 0.19, endSeconds: 0.45 },
      { word: 'be', startSeconds: 1.1, endSeconds: 1.37 },
    ];
    const take = new Take(speech, mouthOf({ words }));
    const between = take.curve('jawOpen').slice(Math.ceil(0.65 * 50), Math.floor(0.9 * 50));
    assert.isTrue(between.every((x) => x === 0));
    assert.equal(take.viseme(38), 'sil');
    assert.isAbove(Math.max(...take.curve('jawOpen').slice(10, 24)), 0.2);
  });
});
