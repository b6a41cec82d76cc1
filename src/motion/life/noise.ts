/**
 * Smooth one-dimensional noise: a pure function of time, so it may be sampled at any moment, in any order, by any thread.
 */

/** Hash of an integer lattice point to −1..1. */
function latticeValue(index: number, seed: number): number {
  let h = Math.imul(index | 0, 0x27d4eb2d) ^ Math.imul(seed | 0, 0x165667b1);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2147483648 - 1;
}

/**
 * Gradient noise (Perlin 1985) with the quintic fade of Perlin 2002, about −1..1, twice continuously differentiable.
 *
 * @param x Position; the noise varies over a length of 1.
 * @param seed Integer; other seeds give unrelated curves.
 */
export function noise(x: number, seed: number): number {
  const cell = Math.floor(x);
  const f = x - cell;
  const fade = f * f * f * (f * (f * 6 - 15) + 10);
  const left = latticeValue(cell, seed) * f;
  const right = latticeValue(cell + 1, seed) * (f - 1);
  return 2 * (left + (right - left) * fade);
}

/**
 * Two octaves whose periods have an irrational ratio, so that nothing repeats visibly; about −1..1.
 *
 * @param seconds Time.
 * @param periodSeconds Of the slower octave.
 */
export function sway(seconds: number, periodSeconds: number, seed: number): number {
  const x = seconds / periodSeconds;
  return 0.72 * noise(x, seed) + 0.36 * noise(x * 2.6180339887 + 17.3, seed + 7919);
}
