import { assert, describe, it } from '#test';
import { AcousticFrontEnd, FRONT_END_RATE_HZ } from '../../../../src/motion/engine/acoustic-front-end.js';
import { createRandom } from '../../../../src/motion/life/random.js';

/** What the front end makes of a second of a sound: medians over its frames. */
function heard(sample: (seconds: number) => number): { pitchHz: number; voicing: number } {
  const pitches: number[] = [];
  const voicings: number[] = [];
  const frontEnd = new AcousticFrontEnd(({ pitchHz, voicing }) => {
    pitches.push(pitchHz);
    voicings.push(voicing);
  });
  frontEnd.push(Float32Array.from({ length: FRONT_END_RATE_HZ }, (_, n) => sample(n / FRONT_END_RATE_HZ)));
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];
  return { pitchHz: median(pitches), voicing: median(voicings) };
}

describe('The pitch', () => {
  it('of a buzz is found from low to high voices', () => {
    for (const hz of [85, 110, 150, 210, 300, 390]) {
      const { pitchHz, voicing } = heard(
        (t) => Array.from({ length: 8 }, (_, i) => Math.sin(2 * Math.PI * hz * (i + 1) * t) / (i + 1)).reduce((a, b) => a + b) * 0.1,
      );
      assert.approximately(pitchHz / hz, 1, 0.03, `${hz} Hz`);
      assert.isAbove(voicing, 0.5, `${hz} Hz`);
    }
  });

  it('of noise and of silence is none', () => {
    const random = createRandom(2);
    assert.equal(heard(() => (random() - 0.5) * 0.2).pitchHz, 0);
    assert.deepEqual(
      heard(() => 0),
      { pitchHz: 0, voicing: 0 },
    );
  });
});
