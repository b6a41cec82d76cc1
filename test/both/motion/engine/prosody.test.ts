import { assert, describe, it } from '#test';
import { MotionEngine } from '../../../../src/motion/engine/motion-engine.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, type Channel } from '../../../../src/shared/contracts/channels.js';
import { AA, OO, type Sound, speak } from './formant-voice.js';

const SYLLABLE_SECONDS = 0.24;
const STRESSED: Partial<Sound> = { level: 0.16, pitchHz: 165 };

/** Syllables of a voice, some stressed by loudness and pitch, some phrases ending in a pause. */
class Speech {
  readonly sounds: Sound[] = [];
  readonly stresses: number[] = [];
  readonly phraseEnds: number[] = [];
  seconds = 0;

  constructor(phrases: number, syllables: number) {
    this.add({ seconds: 0.4 });
    for (let phrase = 0; phrase < phrases; phrase++) {
      for (let i = 0; i < syllables; i++) {
        const isStressed = i % 5 === 3;
        if (isStressed) this.stresses.push(this.seconds + 0.09);
        this.add({ seconds: 0.18, ...(i % 2 ? AA : OO), level: 0.07, ...(isStressed && STRESSED) });
        this.add({ seconds: SYLLABLE_SECONDS - 0.18, formants: [300, 1000, 2200], level: 0.015 });
      }
      this.phraseEnds.push(this.seconds);
      this.add({ seconds: 0.7 });
    }
  }

  add(sound: Sound): void {
    this.sounds.push(sound);
    this.seconds += sound.seconds;
  }
}

function curvesOf(samples: Float32Array, seed: number): (channel: Channel) => number[] {
  const engine = new MotionEngine({ sampleRateHz: 16000, seed, model: null });
  const values = [engine.push(samples), engine.finish()].flatMap((motion) => [...(motion?.values ?? [])]);
  return (channel) => Array.from({ length: values.length / CHANNEL_COUNT }, (_, i) => values[i * CHANNEL_COUNT + CHANNEL_INDEX[channel]]);
}

/** Frames at which a curve is highest after it rose by at least `rise`. */
function heights(curve: number[], rise: number): number[] {
  const found: number[] = [];
  let valley = Infinity;
  for (let i = 1; i < curve.length - 1; i++) {
    valley = Math.min(valley, curve[i]);
    if (curve[i] > curve[i - 1] && curve[i] >= curve[i + 1] && curve[i] - valley > rise) {
      found.push(i / 50);
      valley = curve[i];
    }
  }
  return found;
}

const SEEDS = [1, 2, 3, 4, 5, 6];
const near = (times: readonly number[], time: number, before: number, after: number): boolean =>
  times.some((other) => time >= other - before && time <= other + after);

describe('The face besides the mouth', () => {
  const speech = new Speech(4, 15);
  const samples = speak(speech.sounds);
  const curves = SEEDS.map((seed) => curvesOf(samples, seed));

  it('nods with stressed syllables, and hardly with others', () => {
    for (const curve of curves) {
      const nods = heights(curve('headPitch'), 0.02);
      // The voice and its usual syllable are learnt from the first of them.
      const stresses = speech.stresses.slice(2);
      const met = stresses.filter((time) => nods.some((nod) => nod > time - 0.08 && nod < time + 0.2));
      assert.isAtLeast(met.length / stresses.length, 0.7);
      const others = nods.filter((nod) => nod > stresses[0] && !near(speech.stresses, nod, 0.08, 0.25));
      assert.isAtMost(others.length, 0.4 * nods.length);
    }
  });

  it('raises the brows on some of the stressed syllables and rests between', () => {
    const raised = curves.flatMap((curve) => heights(curve('browInnerUp'), 0.12).filter((time) => time > 1.5));
    const onStress = raised.filter((time) => near(speech.stresses, time, 0.08, 0.4));
    assert.isAtLeast(raised.length / SEEDS.length, 3);
    assert.isAtMost(raised.length / SEEDS.length, speech.stresses.length);
    assert.isAtLeast(onStress.length / raised.length, 0.7);
  });

  it('blinks at the ends of phrases more than elsewhere', () => {
    const blinks = curves.flatMap((curve) => heights(curve('eyeBlinkLeft'), 0.9));
    const atEnds = blinks.filter((time) => near(speech.phraseEnds, time, 0, 0.55));
    assert.isAtLeast(atEnds.length / (SEEDS.length * speech.phraseEnds.length), 0.4);
    const perSecondAtEnds = atEnds.length / (0.55 * speech.phraseEnds.length);
    const perSecondElsewhere = (blinks.length - atEnds.length) / (speech.seconds - 0.55 * speech.phraseEnds.length);
    assert.isAbove(perSecondAtEnds, 2 * perSecondElsewhere);
  });

  it('keeps the brows up after a question, not after a statement', () => {
    const sentence = (lastPitchHz: number): Float32Array => {
      const made = new Speech(0, 0);
      for (let i = 0; i < 10; i++) made.add({ seconds: 0.24, ...(i % 2 ? AA : OO), pitchHz: 120 - i });
      for (let i = 1; i <= 6; i++) made.add({ seconds: 0.05, ...AA, pitchHz: 112 + ((lastPitchHz - 112) * i) / 6 });
      made.add({ seconds: 1.2 });
      return speak(made.sounds);
    };
    const after = (lastPitchHz: number): number => {
      const brow = curvesOf(sentence(lastPitchHz), 2)('browOuterUpLeft');
      return Math.max(...brow.slice(-50));
    };
    assert.isAbove(after(190), 0.1);
    assert.isBelow(after(85), 0.05);
  });

  it('moves smoothly: no step in head, brows or lids', () => {
    const limits: [Channel, number][] = [
      ['headYaw', 0.006],
      ['headRoll', 0.006],
      ['headPitch', 0.025],
      ['browInnerUp', 0.11],
      ['eyeWideLeft', 0.06],
      ['eyeSquintLeft', 0.06],
    ];
    for (const curve of curves) {
      for (const [channel, limit] of limits) {
        const values = curve(channel);
        const step = Math.max(...values.map((x, i) => (i === 0 ? 0 : Math.abs(x - values[i - 1]))));
        assert.isBelow(step, limit, channel);
      }
    }
  });

  it('is still where nobody speaks, but for the lids', () => {
    const curve = curvesOf(new Float32Array(16000 * 5), 1);
    for (const channel of ['headPitch', 'headYaw', 'headRoll', 'browInnerUp', 'browDownLeft', 'eyeWideLeft', 'cheekSquintLeft'] as const) {
      assert.isAtMost(Math.max(...curve(channel).map(Math.abs)), 1e-6, channel);
    }
  });
});
