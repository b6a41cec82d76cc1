/** A source of numbers in [0, 1). */
export type Random = () => number;

/**
 * Seeded random numbers, the same on every machine.
 *
 * @param seed Any number; its lower 32 bits are used.
 * @see Tommy Ettinger's mulberry32 (public domain) for the mixing steps.
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A normally distributed number (Box & Muller 1958), mean 0, standard deviation 1. */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * A log-normally distributed number, as biological intervals are; mean 1.
 *
 * @param spread Standard deviation of its logarithm.
 */
export function variation(random: Random, spread: number): number {
  return Math.exp(spread * gaussian(random) - (spread * spread) / 2);
}
