import { assert, before, describe, it, readRepositoryFile } from '#test';
import { MotionEngine } from '../../../../src/motion/engine/motion-engine.js';
import { readSpeechModel, type SpeechModel } from '../../../../src/motion/engine/speech-model.js';
import { createRandom } from '../../../../src/motion/life/random.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, CHANNELS, type Channel } from '../../../../src/shared/contracts/channels.js';
import { Resampler } from '../../../../src/shared/samples/resampler.js';
import { PCM_SAMPLE_RATES } from '../../../../src/shared/samples/sample-rates.js';
import { type GoldenTakes, goldenTakes } from './golden-takes.js';
import { readSpokenFixture } from './spoken-fixture.js';

/** Decimals of single precision that the order of additions and a runtime's own `exp` and `tanh` may change. */
const GOLDEN_TOLERANCE = 1e-4;

let model: SpeechModel;
let speech: Float32Array;

before(async () => {
  model = readSpeechModel(await readRepositoryFile('models/mouth.bin'));
  ({ speech } = await readSpokenFixture());
});

class Take {
  readonly values: Float32Array;

  constructor(samples: Float32Array, { rateHz = 16000, mouth = model as SpeechModel | null, chunk = samples.length } = {}) {
    const engine = new MotionEngine({ sampleRateHz: rateHz, seed: 1, model: mouth });
    const values: number[] = [];
    const add = (motion: ReturnType<MotionEngine['push']>): void => {
      for (const value of motion?.values ?? []) values.push(value);
    };
    for (let i = 0; i < samples.length; i += chunk) add(engine.push(samples.subarray(i, i + chunk)));
    add(engine.finish());
    this.values = Float32Array.from(values);
  }

  curve(channel: Channel): number[] {
    return Array.from({ length: this.values.length / CHANNEL_COUNT }, (_, i) => this.values[i * CHANNEL_COUNT + CHANNEL_INDEX[channel]]);
  }

  /** Share of frames in which the lips are pressed. */
  get pressed(): number {
    const press = this.curve('mouthPressLeft');
    return press.filter((x) => x > 0.6).length / press.length;
  }
}

const mean = (x: readonly number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;

function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

function atRate(samples: Float32Array, rateHz: number): Float32Array {
  const resampler = new Resampler(16000, rateHz);
  return Float32Array.from([...resampler.push(samples), ...resampler.flush()]);
}

const joined = (...parts: Float32Array[]): Float32Array => Float32Array.from(parts.flatMap((part) => [...part]));

describe('The engine', () => {
  it('says what it has always said, in every runtime alike', async () => {
    const golden = JSON.parse(new TextDecoder().decode(await readRepositoryFile('test/fixtures/engine-golden.json'))) as GoldenTakes;
    for (const [name, frames] of Object.entries(await goldenTakes())) {
      const expected = golden[name as keyof GoldenTakes];
      assert.lengthOf(frames, expected.length);
      frames.forEach((frame, i) => {
        const wrong = frame.findIndex((value, k) => !(Math.abs(value - expected[i][k]) <= GOLDEN_TOLERANCE));
        assert.equal(wrong, -1, `${name}, frame ${5 * i}, channel ${wrong}: ${frame[wrong]} instead of ${expected[i][wrong]}`);
      });
    }
  });

  it('moves the mouth alike at every rate that carries the same sound', () => {
    const wanted = new Take(speech);
    for (const rateHz of PCM_SAMPLE_RATES) {
      const take = new Take(atRate(speech, rateHz), { rateHz });
      assert.approximately(take.values.length, wanted.values.length, CHANNEL_COUNT);
      // What 8 kHz does not carry cannot be heard: the hiss of an s, above all.
      const least = rateHz < 16000 ? 0.8 : 0.985;
      for (const channel of ['jawOpen', 'mouthPressLeft'] as const) {
        assert.isAbove(correlation(take.curve(channel), wanted.curve(channel)), least, `${channel} at ${rateHz} Hz`);
      }
    }
  });

  it('forgets within a second what was no sound: not a number, infinity, a burst of full scale, an offset', () => {
    const bursts: Record<string, Float32Array> = {
      NaN: new Float32Array(1600).fill(NaN),
      infinity: Float32Array.from({ length: 1600 }, (_, n) => (n % 2 ? Infinity : -Infinity)),
      'full scale': Float32Array.from({ length: 1600 }, (_, n) => (n % 7 < 3 ? 1 : -1)),
      offset: new Float32Array(1600).fill(0.9),
    };
    const rest = new Float32Array(16000);
    const wanted = new Take(joined(speech, new Float32Array(1600), rest, speech));
    const from = Math.round((speech.length + 1600 + rest.length) / 320) + 2;
    for (const [name, burst] of Object.entries(bursts)) {
      for (const chunk of [1, 1601]) {
        const take = new Take(joined(speech, burst, rest, speech), { chunk });
        assert.isTrue(take.values.every(Number.isFinite), name);
        for (const channel of ['jawOpen', 'mouthPressLeft'] as const) {
          assert.isAbove(correlation(take.curve(channel).slice(from), wanted.curve(channel).slice(from)), 0.97, `${channel} after ${name}`);
        }
      }
    }
  });

  it('hears clipped speech as speech', () => {
    const clean = new Take(speech);
    const clipped = new Take(speech.map((x) => Math.max(-0.9, Math.min(0.9, 5 * x))));
    assert.isAbove(correlation(clipped.curve('jawOpen'), clean.curve('jawOpen')), 0.75);
    assert.isAbove(correlation(clipped.curve('mouthPressLeft'), clean.curve('mouthPressLeft')), 0.65);
  });

  it('takes breath for no speech: no pressed lips, no wide jaw', () => {
    const random = createRandom(4);
    let low = 0;
    const breath = Float32Array.from({ length: 48000 }, (_, n) => {
      low += 0.35 * (random() - 0.5 - low);
      return 0.06 * Math.max(0, Math.sin((2 * Math.PI * n) / 32000)) * low + 2e-4 * (random() - 0.5);
    });
    for (const mouth of [model, null]) {
      const take = new Take(breath, { mouth });
      assert.isBelow(take.pressed, 0.1);
      assert.isBelow(mean(take.curve('jawOpen')), 0.15);
    }
  });

  it('stays calm with music: within its range, without chattering', () => {
    const chord = [220, 277.2, 329.6, 440];
    const music = Float32Array.from({ length: 80000 }, (_, n) => {
      const beat = (n / 16000) % 0.5;
      const tones = chord.map((hz, k) => Math.sin((2 * Math.PI * hz * (1 + (Math.floor(n / 16000) % 3) / 12) * n) / 16000) / (k + 1));
      return 0.12 * Math.exp(-2 * beat) * tones.reduce((sum, x) => sum + x, 0);
    });
    for (const mouth of [model, null]) {
      const take = new Take(music, { mouth });
      const jaw = take.curve('jawOpen');
      const turns = jaw.filter((x, i) => i > 1 && (x - jaw[i - 1]) * (jaw[i - 1] - jaw[i - 2]) < 0 && Math.abs(x - jaw[i - 2]) > 0.05);
      assert.isBelow(turns.length / (music.length / 16000), 6);
      assert.isAtMost(Math.max(...jaw), 0.75);
      assert.isBelow(take.pressed, 0.3);
      if (mouth) assert.isBelow(jaw.filter((x) => x > 0.1).length / jaw.length, 0.1, 'nobody sings');
    }
  });

  it('rests again when the noise of a hum or a fan goes on', () => {
    const random = createRandom(9);
    const hum = Float32Array.from({ length: 64000 }, (_, n) => 0.02 * Math.sin((2 * Math.PI * 50 * n) / 16000) + 0.004 * (random() - 0.5));
    for (const mouth of [model, null]) {
      const take = new Take(hum, { mouth });
      assert.isBelow(Math.max(...take.curve('jawOpen').slice(100)), 0.12);
      assert.isBelow(Math.max(...take.curve('mouthPressLeft').slice(100)), 0.5);
    }
  });

  it('never leaves the range of any channel, whatever the mouth', () => {
    const random = createRandom(3);
    const wild = Float32Array.from({ length: 32000 }, (_, n) => (random() - 0.5) * 2 * (n % 4000 < 2000 ? 1 : 0.01));
    for (const mouth of [model, null]) {
      const { values } = new Take(joined(wild, speech, wild), { mouth });
      const isOutside = (value: number, channel: number): boolean =>
        channel < 52 ? !(value >= 0 && value <= 1) : !(Math.abs(value) <= 0.35);
      const outside = values.findIndex((value, i) => isOutside(value, i % CHANNEL_COUNT));
      assert.equal(outside, -1, `${CHANNELS[outside % CHANNEL_COUNT]} ${values[outside]}`);
    }
  });
});
