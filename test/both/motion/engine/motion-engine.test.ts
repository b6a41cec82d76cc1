import { assert, before, describe, it, readRepositoryFile } from '#test';
import { ENGINE_FRAME_RATE, ENGINE_LOOKAHEAD_SECONDS, MotionEngine } from '../../../../src/motion/engine/motion-engine.js';
import { readSpeechModel, type SpeechModel } from '../../../../src/motion/engine/speech-model.js';
import { createRandom } from '../../../../src/motion/life/random.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, CHANNELS, type Channel } from '../../../../src/shared/contracts/channels.js';
import { PCM_SAMPLE_RATES } from '../../../../src/shared/samples/sample-rates.js';
import { AA, EE, OO, phrase, type Sound, speak } from './formant-voice.js';

/** The mouth under test. */
let model: SpeechModel | null = null;

/** Collects everything that comes out of an engine, checking that it is consecutive. */
class Take {
  readonly values: number[] = [];

  add(frames: ReturnType<MotionEngine['push']>): void {
    if (!frames) return;
    assert.equal(frames.frameRate, ENGINE_FRAME_RATE);
    assert.equal(frames.startFrame, this.frameCount);
    assert.equal(frames.values.length, frames.frameCount * CHANNEL_COUNT);
    for (const value of frames.values) this.values.push(value);
  }

  get frameCount(): number {
    return this.values.length / CHANNEL_COUNT;
  }

  curve(channel: Channel): number[] {
    return Array.from({ length: this.frameCount }, (_, i) => this.values[i * CHANNEL_COUNT + CHANNEL_INDEX[channel]]);
  }
}

function takeOf(samples: Int16Array | Float32Array, sampleRateHz = 16000, seed = 1, chunk = samples.length): Take {
  const engine = new MotionEngine({ sampleRateHz, seed, model });
  const take = new Take();
  for (let i = 0; i < samples.length; i += chunk) take.add(engine.push(samples.subarray(i, i + chunk)));
  take.add(engine.finish());
  return take;
}

const mean = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

const mechanics = (): void => {
  it('gives one frame every 20 ms of audio, at every rate', () => {
    for (const rateHz of [...PCM_SAMPLE_RATES, 11025, 96000]) {
      const audio = phrase(rateHz);
      const frameCount = Math.ceil((audio.length / rateHz) * ENGINE_FRAME_RATE);
      assert.equal(takeOf(audio, rateHz).frameCount, frameCount, `${rateHz} Hz`);
    }
  });

  it('gives a frame once the audio of its look-ahead is in, not later', () => {
    for (const rateHz of PCM_SAMPLE_RATES) {
      const engine = new MotionEngine({ sampleRateHz: rateHz, model });
      const frames = engine.push(phrase(rateHz).subarray(0, rateHz));
      assert.isAtLeast(frames!.frameCount, Math.floor((1 - ENGINE_LOOKAHEAD_SECONDS) * ENGINE_FRAME_RATE), `${rateHz} Hz`);
    }
    assert.isAtMost(ENGINE_LOOKAHEAD_SECONDS, 0.12);
  });

  it('does not depend on how the audio is cut', () => {
    for (const rateHz of [16000, 44100]) {
      const audio = phrase(rateHz);
      const whole = takeOf(audio, rateHz);
      for (const chunk of [1, 77, 1600, 9001]) assert.deepEqual(takeOf(audio, rateHz, 1, chunk).values, whole.values);
    }
  });

  it('takes integers for the same as floats', () => {
    const integers = Int16Array.from(phrase(), (x) => Math.round(x * 32768));
    assert.deepEqual(takeOf(integers).values, takeOf(Float32Array.from(integers, (x) => x / 32768)).values);
  });

  it('repeats itself for a seed, also after a reset, and not for another', () => {
    const audio = phrase();
    const engine = new MotionEngine({ sampleRateHz: 16000, seed: 3, model });
    const first = new Take();
    first.add(engine.push(audio));
    first.add(engine.finish());
    const second = new Take();
    second.add(engine.push(audio));
    second.add(engine.finish());
    assert.deepEqual(second.values, first.values);
    assert.notDeepEqual(takeOf(audio, 16000, 4).curve('headYaw'), first.curve('headYaw'));
    assert.deepEqual(takeOf(audio, 16000, 4).curve('jawOpen'), first.curve('jawOpen'));
  });

  it('keeps the mouth shut in silence and in the noise of a room', () => {
    const random = createRandom(1);
    const room = Float32Array.from({ length: 48000 }, () => (random() - 0.5) * 0.01);
    for (const audio of [new Float32Array(48000), room]) {
      const jaw = takeOf(audio).curve('jawOpen').slice(25);
      assert.isBelow(Math.max(...jaw), 0.04);
    }
  });

  it('learns a fan that is switched on within two seconds', () => {
    const random = createRandom(1);
    const fan = Float32Array.from({ length: 64000 }, (_, n) => (random() - 0.5) * (n < 16000 ? 0.001 : 0.06));
    const jaw = takeOf(fan).curve('jawOpen');
    assert.isBelow(Math.max(...jaw.slice(150)), 0.03);
  });

  it('keeps its frames on the grid of the audio over a minute of odd chunks', () => {
    const engine = new MotionEngine({ sampleRateHz: 44100 });
    let next = 0;
    for (let sent = 0; sent < 44100 * 60; sent += 4099) {
      const frames = engine.push(new Float32Array(4099));
      if (!frames) continue;
      assert.equal(frames.startFrame, next);
      next += frames.frameCount;
      assert.isAtLeast(next / ENGINE_FRAME_RATE, (sent + 4099) / 44100 - ENGINE_LOOKAHEAD_SECONDS - 0.02);
      assert.isAtMost(next / ENGINE_FRAME_RATE, (sent + 4099) / 44100);
    }
  });

  it('keeps every weight within its range and the face pleasant, whatever is put in', () => {
    const random = createRandom(2);
    const noise = Float32Array.from({ length: 32000 }, () => random() * 2 - 1);
    const hostile: Record<string, Float32Array> = {
      phrase: phrase(),
      noise,
      square: Float32Array.from({ length: 32000 }, (_, n) => (n % 100 < 50 ? 1 : -1)),
      offset: new Float32Array(32000).fill(1),
      'no numbers': new Float32Array(32000).fill(NaN),
      infinite: Float32Array.from({ length: 32000 }, (_, n) => (n % 2 ? Infinity : -Infinity)),
      huge: noise.map((x) => x * 1e30),
    };
    for (const [name, audio] of Object.entries(hostile)) {
      const take = takeOf(audio);
      assert.equal(take.frameCount, Math.ceil(audio.length / 320), name);
      const isOutside = (value: number, channel: number): boolean =>
        channel < 52 ? !(value >= 0 && value <= 1) : !(Math.abs(value) <= 0.35);
      const outside = take.values.findIndex((value, i) => isOutside(value, i % CHANNEL_COUNT));
      assert.equal(outside, -1, `${name}: ${CHANNELS[outside % CHANNEL_COUNT]} ${take.values[outside]}`);
      assert.isAtMost(Math.max(...take.curve('jawOpen')), 0.75, name);
    }
    assert.isBelow(Math.max(...takeOf(hostile.offset).curve('jawOpen').slice(25)), 0.04, 'an offset is silence');
  });

  it('blinks and moves the head while somebody speaks', () => {
    const long = speak(Array.from({ length: 60 }, (_, i) => (i % 6 === 5 ? { seconds: 0.5 } : { seconds: 0.25, ...(i % 2 ? AA : OO) })));
    const take = takeOf(long);
    const blink = take.curve('eyeBlinkLeft');
    const blinks = blink.filter((x, i) => x >= 0.99 && blink[i - 1] < 0.99).length;
    assert.isAtLeast(blinks, 2);
    assert.isAtMost(blinks, 12);
    const yaw = take.curve('headYaw');
    assert.isAbove(Math.max(...yaw) - Math.min(...yaw), 0.03);
  });

  it('gives nothing for nothing', () => {
    const engine = new MotionEngine({ sampleRateHz: 24000, model });
    assert.isNull(engine.push(new Float32Array(0)));
    assert.isNull(engine.finish());
    assert.throws(() => new MotionEngine({ sampleRateHz: 0 }));
  });
};

const articulation = (): void => {
  it('opens on time with the voice and shuts after it', () => {
    const jaw = takeOf(speak([{ seconds: 0.5 }, { seconds: 0.4, ...AA }, { seconds: 0.5 }])).curve('jawOpen');
    assert.isBelow(Math.max(...jaw.slice(0, 20)), 0.05, 'shut until 100 ms before');
    assert.isAbove(jaw[29], 0.2, 'open 80 ms after the onset');
    assert.isBelow(Math.max(...jaw.slice(53)), 0.05, 'shut 150 ms after the end');
  });

  it('shows vowels by their spectrum: open, spread and round', () => {
    const shape = (sound: Partial<Sound>, channel: Channel): number =>
      mean(
        takeOf(speak([{ seconds: 0.3 }, { seconds: 0.5, ...sound }, { seconds: 0.3 }]))
          .curve(channel)
          .slice(20, 36),
      );
    assert.isAbove(shape(AA, 'jawOpen'), 1.4 * shape(EE, 'jawOpen'));
    assert.isAbove(shape(AA, 'jawOpen'), 1.4 * shape(OO, 'jawOpen'));
    assert.isAbove(shape(EE, 'mouthStretchLeft'), 2 * shape(OO, 'mouthStretchLeft'));
    assert.isAbove(shape(OO, 'mouthPucker'), 2 * shape(EE, 'mouthPucker'));
  });
};

describe('MotionEngine with the mouth by rule', () => {
  before(() => {
    model = null;
  });
  mechanics();
  articulation();
});

describe('MotionEngine with the trained mouth', () => {
  before(async () => {
    model = readSpeechModel(await readRepositoryFile('models/mouth.bin'));
  });
  mechanics();
  articulation();

  it('presses the lips in the murmur of an m between vowels', () => {
    const falling = [680, 600, 500, 420].map((hz, i) => ({ seconds: 0.01, formants: [hz, 1100 - 80 * i, 2400 - 60 * i, 3500, 4500] }));
    const take = takeOf(
      speak([
        { seconds: 0.3 },
        { seconds: 0.25, ...AA },
        ...falling,
        { seconds: 0.1, formants: [250, 1000, 2200, 3300], level: 0.03 },
        ...falling.toReversed(),
        { seconds: 0.25, ...AA },
        { seconds: 0.3 },
      ]),
    );
    const press = take.curve('mouthPressLeft');
    assert.isAbove(Math.max(...press.slice(29, 36)), 0.5);
    assert.isBelow(Math.max(...press.slice(18, 26), ...press.slice(39, 46)), 0.3);
  });

  it('moves the mouth alike for quiet and loud recordings', () => {
    const open = (gain: number): number => Math.max(...takeOf(phrase().map((x) => x * gain)).curve('jawOpen'));
    for (const gain of [0.1, 4]) assert.approximately(open(gain), open(1), 0.4 * open(1), `gain ${gain}`);
  });
});
