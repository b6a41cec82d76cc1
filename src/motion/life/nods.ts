import { createRandom, type Random, variation } from './random.js';

/** Listeners nod every few seconds, in bursts of one to three (Hadar, Steiner & Rose 1985). */
const MEAN_INTERVAL_SECONDS = 4.2;
const [SHORTEST_INTERVAL, LONGEST_INTERVAL] = [1.6, 10];
const INTERVAL_SPREAD = 0.5;
const BURST_SHARES = [0.5, 0.35, 0.15];
/** Between the slow nod of agreement and the fast one of attention (Hale et al. 2020), nods a second. */
const [SLOWEST, FASTEST] = [1.5, 2.4];
/** First nod of a burst, radians: 3 to 5 degrees; each next one is smaller. */
const [SMALLEST, LARGEST] = [0.05, 0.085];
const DECAY = 0.68;

/** The nods of a listener. Time only moves forward. */
export class Nods {
  private readonly random: Random;
  private startSeconds = 0;
  private count = 0;
  private perSecond = 2;
  private size = 0;
  private nextSeconds = Infinity;

  constructor(seed: number) {
    this.random = createRandom(seed);
  }

  /** The viewer begins or ends speaking: the first nod comes `delaySeconds` later. */
  start(seconds: number, delaySeconds: number): void {
    this.nextSeconds = seconds + delaySeconds;
  }

  /** No further bursts; one in progress is completed. */
  stop(): void {
    this.nextSeconds = Infinity;
  }

  /** Starts a single burst. */
  nodOnce(seconds: number): void {
    this.begin(seconds);
    this.nextSeconds = Infinity;
  }

  /**
   * Pitch of the head, radians, ≥ 0 (down); its speed never jumps.
   *
   * @param seconds ≥ those of the call before.
   */
  sample(seconds: number): number {
    while (seconds >= this.nextSeconds) {
      const now = this.nextSeconds;
      this.begin(now);
      const interval = MEAN_INTERVAL_SECONDS * variation(this.random, INTERVAL_SPREAD);
      this.nextSeconds = now + Math.min(LONGEST_INTERVAL, Math.max(SHORTEST_INTERVAL, interval));
    }
    const cycles = (seconds - this.startSeconds) * this.perSecond;
    if (cycles >= this.count) return 0;
    const sine = Math.sin(Math.PI * cycles);
    return this.size * DECAY ** Math.floor(cycles) * sine * sine;
  }

  private begin(seconds: number): void {
    const { random } = this;
    if ((seconds - this.startSeconds) * this.perSecond < this.count) return;
    const kind = random();
    this.count = kind < BURST_SHARES[0] ? 1 : kind < BURST_SHARES[0] + BURST_SHARES[1] ? 2 : 3;
    this.perSecond = SLOWEST + (FASTEST - SLOWEST) * random();
    this.size = SMALLEST + (LARGEST - SMALLEST) * random();
    this.startSeconds = seconds;
  }
}
