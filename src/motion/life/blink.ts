import { createRandom, type Random, variation } from './random.js';

/** Seconds from the first movement of the lid to the eye being open again. */
export const BLINK_SECONDS = 0.32;

const CLOSING_SECONDS = 0.09;
const CLOSED_SECONDS = 0.03;
/** Intervals are log-normal (Bentivoglio et al. 1997), with a shortest and a longest one; in means. */
const INTERVAL_SPREAD = 0.6;
const SHORTEST_INTERVAL = 0.25;
const LONGEST_INTERVAL = 3.2;
/** Share of blinks that are followed by another at once. */
const DOUBLE_BLINK_SHARE = 0.09;
const DOUBLE_PAUSE_SECONDS = 0.08;
/** Durations vary: most blinks take 0.25 to 0.42 s. */
const DURATION_SPREAD = 0.13;
/** Many blinks do not close the eye all the way (Sforza et al. 2008); on a stylised face few incomplete ones look right. */
const PARTIAL_SHARE = 0.12;
const [LEAST_DEPTH, PARTIAL_DEPTH] = [0.62, 0.3];
/**
 * Gaze shifts evoke a blink, the more often the wider they are: 97 % of those beyond 33°, hardly any below 5° (Evinger et al.
 * 1994). Linear in between.
 */
const [BLINKLESS_SHIFT_DEGREES, BLINKS_PER_DEGREE] = [5, 0.034];
/** Shortest time from a blink to one with a cause: the lid has to be open again. */
const REFRACTORY_SECONDS = 0.6;

/**
 * Lid weight 0..1 of one blink: lids fall in 90 ms and rise in 200 ms with a soft landing, as filmed lids do (VanderWerf et al. 2003;
 * closing is 40 % faster and more, Sforza et al. 2008).
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

/** Blinks over time, which only moves forward: spontaneous ones, and those caused by gaze, mood and speech. */
export class BlinkSchedule {
  /** Spontaneous blinks a minute, doubles included. */
  perMinute = 15;
  /** Times the usual duration. */
  slowness = 1;
  private readonly random: Random;
  private startSeconds = -REFRACTORY_SECONDS;
  /** Factor on the usual duration; 0 if the last blink came from speech. */
  private stretch = 0;
  private depth = 1;
  /** From the last blink to the next, in mean intervals. */
  private interval: number;
  /** The next one follows immediately. */
  private isDouble = false;
  private lastSeconds = 0;

  constructor(seed: number) {
    this.random = createRandom(seed);
    this.interval = 0.3 + 0.7 * this.random();
  }

  /** Lid weight 0..1 at `seconds` ≥ those of the call before. */
  sample(seconds: number): number {
    // Blinks that are overdue after a rise of the rate begin now, not in mid-closure.
    for (let next = this.nextSeconds; seconds >= next; next = this.nextSeconds) this.begin(Math.max(next, this.lastSeconds));
    this.lastSeconds = seconds;
    return this.stretch === 0 ? 0 : this.depth * blinkWeight((seconds - this.startSeconds) / this.stretch);
  }

  /** A gaze shift begins; perhaps a blink with it. */
  handleGazeShift(seconds: number, degrees: number): void {
    const chance = (degrees - BLINKLESS_SHIFT_DEGREES) * BLINKS_PER_DEGREE;
    if (chance > 0 && this.random() < chance) this.blink(seconds);
  }

  /** Blinks now, unless it has just done so. */
  blink(seconds: number): void {
    if (seconds - this.startSeconds > Math.max(REFRACTORY_SECONDS, 1.3 * this.stretch * BLINK_SECONDS)) this.begin(seconds);
  }

  /** Speech has blinked: the interval to the next spontaneous blink restarts. */
  handleForeignBlink(seconds: number): void {
    if (seconds < this.startSeconds + this.stretch * BLINK_SECONDS) return;
    this.startSeconds = seconds;
    this.stretch = 0;
    this.isDouble = false;
  }

  private get nextSeconds(): number {
    if (this.isDouble) return this.startSeconds + this.stretch * BLINK_SECONDS + DOUBLE_PAUSE_SECONDS;
    // Doubles count as blinks, so the pauses between the others are longer.
    return this.startSeconds + this.interval * (60 / this.perMinute) * (1 + DOUBLE_BLINK_SHARE);
  }

  private begin(seconds: number): void {
    const { random } = this;
    this.startSeconds = seconds;
    this.stretch = this.slowness * variation(random, DURATION_SPREAD);
    this.depth = random() < PARTIAL_SHARE ? LEAST_DEPTH + PARTIAL_DEPTH * random() : 1;
    this.isDouble = !this.isDouble && random() < DOUBLE_BLINK_SHARE;
    this.interval = Math.min(LONGEST_INTERVAL, Math.max(SHORTEST_INTERVAL, variation(random, INTERVAL_SPREAD)));
  }
}

function smoothStep(x: number): number {
  return x * x * (3 - 2 * x);
}
