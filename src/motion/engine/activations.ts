/**
 * Activation functions of the recurrent layer, exact to eight digits. Much cheaper than `Math.exp` and `Math.tanh`, which are
 * calls out of compiled code, and identical in every browser, which those need not be.
 */

/** Beyond this the logistic curve is 0 or 1 in single precision. */
const LIMIT = 18;
const STEPS_PER_OCTAVE = 32;
const STEPS_PER_UNIT = STEPS_PER_OCTAVE * Math.LOG2E;
const UNITS_PER_STEP = Math.LN2 / STEPS_PER_OCTAVE;
const LAST_STEP = Math.ceil(LIMIT * STEPS_PER_UNIT);
/** 2^(n / 32) for n = −831 .. 831 */
const POWERS = Float64Array.from({ length: 2 * LAST_STEP + 1 }, (_, i) => 2 ** ((i - LAST_STEP) / STEPS_PER_OCTAVE));

/** 1 / (1 + e^−x); e^−x as 2^(n / 32) e^r with |r| ≤ 0.011, e^r by its series up to r³. */
export function sigmoid(x: number): number {
  const y = x > LIMIT ? -LIMIT : x < -LIMIT ? LIMIT : -x;
  const n = Math.floor(y * STEPS_PER_UNIT + 0.5);
  const r = y - n * UNITS_PER_STEP;
  return 1 / (1 + POWERS[n + LAST_STEP] * (1 + r + r * r * (1 / 2 + r * (1 / 6))));
}

/** (1 − e^−2x) / (1 + e^−2x) */
export function tanh(x: number): number {
  return 2 * sigmoid(2 * x) - 1;
}
