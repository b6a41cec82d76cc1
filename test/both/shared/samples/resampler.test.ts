import { assert, describe, it } from '#test';
import { Resampler, resample } from '../../../../src/shared/samples/resampler.js';
import { PCM_SAMPLE_RATES } from '../../../../src/shared/samples/sample-rates.js';

const sine = (frequencyHz: number, rateHz: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, n) => Math.sin((2 * Math.PI * frequencyHz * n) / rateHz));

const levelDb = (samples: Float32Array): number =>
  10 * Math.log10(samples.reduce((sum, x) => sum + x * x, 0) / samples.length / 0.5 + 1e-20);

/** Worst difference from the ideal signal, away from the ends where the kernel reaches into the silence around it. */
function worstError(inRateHz: number, outRateHz: number, frequencyHz: number): number {
  const out = resample(sine(frequencyHz, inRateHz, inRateHz / 4), inRateHz, outRateHz);
  const ideal = sine(frequencyHz, outRateHz, out.length);
  const margin = Math.ceil(0.02 * outRateHz);
  let worst = 0;
  for (let n = margin; n < out.length - margin; n++) worst = Math.max(worst, Math.abs(out[n] - ideal[n]));
  return worst;
}

describe('Resampler', () => {
  it('reproduces tones of the pass band at the exact time, from and to every rate', () => {
    for (const rateHz of PCM_SAMPLE_RATES) {
      for (const outRateHz of [16000, 48000, 44100]) {
        const passBandHz = 0.41 * Math.min(rateHz, outRateHz);
        for (const frequencyHz of [100, 1000, passBandHz]) {
          assert.isBelow(worstError(rateHz, outRateHz, frequencyHz), 1e-3, `${frequencyHz} Hz, ${rateHz} to ${outRateHz}`);
        }
      }
    }
  });

  it('interpolates its table for rates without a common measure', () => {
    assert.isBelow(worstError(44096, 16000, 5000), 1e-3);
    assert.isBelow(worstError(16000, 47993, 5000), 1e-3);
  });

  it('keeps what lies above the new Nyquist frequency more than 70 dB down', () => {
    for (const [inRateHz, outRateHz] of [
      [48000, 16000],
      [44100, 16000],
      [22050, 16000],
      [48000, 44100],
      [48000, 8000],
    ] as const) {
      for (const above of [1.0, 1.1, 1.35]) {
        const frequencyHz = (outRateHz / 2) * above;
        if (frequencyHz > inRateHz / 2) continue;
        const out = resample(sine(frequencyHz, inRateHz, inRateHz / 2), inRateHz, outRateHz);
        const level = levelDb(out.subarray(out.length / 4, (out.length * 3) / 4));
        assert.isBelow(level, -70, `${frequencyHz} Hz, ${inRateHz} to ${outRateHz}`);
      }
    }
  });

  it('leaves no image of a tone above the old Nyquist frequency', () => {
    const out = resample(sine(6000, 16000, 16000), 16000, 48000);
    // The image of 6 kHz at 16 kHz lies at 10 kHz: correlate with it.
    let re = 0;
    let im = 0;
    for (let n = 4800; n < 43200; n++) {
      re += out[n] * Math.cos((2 * Math.PI * 10000 * n) / 48000);
      im += out[n] * Math.sin((2 * Math.PI * 10000 * n) / 48000);
    }
    assert.isBelow(20 * Math.log10((2 * Math.hypot(re, im)) / 38400), -70);
  });

  it('gives the same samples however the input is cut, and as many as the duration holds', () => {
    const input = sine(700, 44100, 10007).map((x, n) => x + Math.sin(n * n * 0.001));
    for (const outRateHz of [16000, 44100, 48000]) {
      const whole = resample(input, 44100, outRateHz);
      assert.equal(whole.length, Math.ceil((10007 * outRateHz) / 44100));
      for (const size of [1, 63, 5000]) {
        const resampler = new Resampler(44100, outRateHz);
        const parts: number[] = [];
        for (let i = 0; i < input.length; i += size) parts.push(...resampler.push(input.subarray(i, i + size)));
        parts.push(...resampler.flush());
        assert.deepEqual(Float32Array.from(parts), whole, `chunks of ${size}`);
      }
    }
  });

  it('holds back no more than its stated latency', () => {
    const resampler = new Resampler(16000, 48000);
    const out = resampler.push(new Float32Array(16000));
    assert.isAtLeast(out.length, Math.floor((1 - resampler.latencySeconds) * 48000) - 1);
    assert.isBelow(resampler.latencySeconds, 0.005);
  });

  it('keeps a constant constant, also at extreme ratios', () => {
    for (const [inRateHz, outRateHz] of [
      [8000, 48000],
      [48000, 8000],
      [96000, 400],
      [400, 96000],
    ] as const) {
      const out = resample(new Float32Array(Math.ceil(inRateHz * 2)).fill(0.5), inRateHz, outRateHz);
      const middle = out.subarray(out.length * 0.4, out.length * 0.6);
      for (const x of middle) assert.approximately(x, 0.5, 1e-5);
    }
  });

  it('is as new after a flush, and survives samples that are no numbers', () => {
    const resampler = new Resampler(22050, 16000);
    const input = sine(500, 22050, 4000);
    const first = [...resampler.push(input), ...resampler.flush()];
    assert.equal(resampler.push(new Float32Array(100).fill(NaN)).some(Number.isNaN), false);
    resampler.flush();
    assert.deepEqual([...resampler.push(input), ...resampler.flush()], first);
  });

  it('refuses rates that are none', () => {
    for (const rateHz of [0, -1, NaN, Infinity]) assert.throws(() => new Resampler(rateHz, 16000), /resample/);
  });
});
