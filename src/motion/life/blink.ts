import { createRandom, gaussian, type Random } from './random.js';

/** Seconds from the first movement of the lid to the eye being open again. */
export const BLINK_SECONDS = 0.32;

const CLOSING_SECONDS = 0.09;
const CLOSED_SECONDS = 0.03;
/** Of people at rest: a median of 3.4 s between blinks and a long tail (Bentivoglio et al. 1997: 17 a minute). */
const MEDIAN_INTERVAL_SECONDS = 3.4;
const INTERVAL_SPREAD = 0.55;
const SHORTEST_INTERVAL_SECONDS = 0.9;
const LONGEST_INTERVAL_SECONDS = 11;
/** Now and then two blinks follow each other at once. */
const DOUBLE_BLINK_SHARE = 0.09;

/**
 * Lid weight 0..1 of one blink: lids fall in 90 ms and rise in 200 ms with a soft landing, as filmed lids do.
 *
 * @param seconds Since the blink began; 0 outside of 0..`BLINK_SECONDS`.
 */
export function blinkWeight(seconds: number): number {
  if (seconds <= 0 || seconds >= BLINK_SECONDS) return 0;
  if (seconds < CLOSING_SECONDS) return smoothStep(seconds / CLOSING_SECONDS);
  const opening = seconds - CLOSING_SECONDS - CLOSED_SECONDS;
  if (opening <= 0) return 1;
  const x = 1 - opening / (BLINK_SECONDS - CLOSING_SECONDS - CLOSED_SECONDS);
  return smoothStep(x) * (0.35 + 0.65 * x);
}

/** Spontaneous blinks on a time line that only moves forward. */
export class BlinkSchedule {
  private readonly random: Random;
  private startSeconds: number;
  private nextSeconds: number;

  constructor(seed: number) {
    this.random = createRandom(seed);
    this.startSeconds = -1;
    this.nextSeconds = 0.4 + this.random() * 2.5;
  }

  /** Lid weight 0..1 at `seconds` ≥ those of the call before. */
  sample(seconds: number): number {
    while (seconds >= this.nextSeconds) {
      this.startSeconds = this.nextSeconds;
      this.nextSeconds += this.interval();
    }
    return blinkWeight(seconds - this.startSeconds);
  }

  private interval(): number {
    if (this.random() < DOUBLE_BLINK_SHARE) return BLINK_SECONDS + 0.08;
    const interval = MEDIAN_INTERVAL_SECONDS * Math.exp(INTERVAL_SPREAD * gaussian(this.random));
    return Math.min(LONGEST_INTERVAL_SECONDS, Math.max(SHORTEST_INTERVAL_SECONDS, interval));
  }
}

function smoothStep(x: number): number {
  return x * x * (3 - 2 * x);
}
