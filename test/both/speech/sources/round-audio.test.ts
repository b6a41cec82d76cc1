import { assert, describe, it } from '#test';

import { RoundAudio } from '../../../../src/speech/sources/round-audio.js';

const ramp = (from: number, count: number): Int16Array => Int16Array.from({ length: count }, (_, index) => from + index);

describe('RoundAudio', () => {
  it('reads on from any sample, chunk by chunk', () => {
    const audio = new RoundAudio(16000);
    audio.append(ramp(0, 10));
    audio.append(ramp(10, 10));
    assert.deepEqual(audio.read(4, 100), { start: 4, samples: ramp(4, 6) });
    assert.deepEqual(audio.read(10, 3), { start: 10, samples: ramp(10, 3) });
    assert.equal(audio.read(20, 5).samples.length, 0);
  });

  it('keeps only what is still needed', () => {
    const audio = new RoundAudio(16000);
    audio.append(ramp(0, 10));
    audio.append(ramp(10, 10));
    audio.append(ramp(20, 10));
    audio.dropBefore(15);
    assert.equal(audio.heldCount, 20);
    assert.equal(audio.sampleCount, 30);
    assert.deepEqual(audio.read(15, 2), { start: 15, samples: ramp(15, 2) });
    assert.equal(audio.read(0, 5).start, 10);
  });

  it('stays in order over many chunks of all lengths, however it is read and let go of', () => {
    const audio = new RoundAudio(16000);
    let kept = 0;
    for (let turn = 0; turn < 600; turn++) {
      audio.append(ramp(audio.sampleCount, 1 + ((turn * 7) % 13)));
      const at = Math.min(kept + ((turn * 31) % 40), audio.sampleCount - 1);
      const { start, samples } = audio.read(at, 5);
      assert.equal(start, at);
      assert.deepEqual([...samples], [...ramp(at, samples.length)]);
      assert.isAbove(samples.length, 0);
      if (turn % 3 === 0) audio.dropBefore((kept = at));
      assert.isAtMost(audio.sampleCount - audio.heldCount, kept);
      assert.isBelow(kept - (audio.sampleCount - audio.heldCount), 13);
    }
    audio.dropBefore(audio.sampleCount);
    assert.equal(audio.heldCount, 0);
    assert.equal(audio.read(0, 5).samples.length, 0);
    audio.append(ramp(0, 3));
    assert.deepEqual([...audio.read(0, 5).samples], [0, 1, 2]);
  });

  it('finds positions that are whole samples and whole frames at every rate', () => {
    for (const rate of [8000, 16000, 22050, 24000, 32000, 44100, 48000]) {
      const audio = new RoundAudio(rate);
      audio.append(new Int16Array(rate * 2));
      for (const [seconds, expected] of [
        [0, 0],
        [0.19, 0],
        [0.2, 0.2],
        [0.6, 0.6],
        [1.3999, 1.2],
        [9, 2],
      ] as const) {
        const sample = audio.gridSample(seconds);
        assert.isTrue(Number.isInteger(sample));
        assert.closeTo(sample / rate, expected, 1e-9, `${seconds} s at ${rate} Hz`);
      }
    }
  });
});
