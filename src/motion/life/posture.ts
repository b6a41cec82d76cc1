import { CHANNEL_INDEX as C } from '../../shared/contracts/channels.js';
import { Glide } from './glide.js';
import { createRandom, gaussian, type Random, variation } from './random.js';

/** Seated people shift a little several times a minute. */
const MEAN_INTERVAL_SECONDS = 9;
const INTERVAL_SPREAD = 0.5;
const SHORTEST_INTERVAL = 3;
const SHIFT_SECONDS = 1.3;
/** Standard deviation of the head's resting pose, per channel: radians and metres. */
const PLACES = [
  [C.headPitch, 0.013],
  [C.headYaw, 0.03],
  [C.headRoll, 0.024],
  [C.headX, 0.0035],
  [C.headY, 0.0012],
  [C.headZ, 0.003],
] as const;

/** Small changes of posture: the head comes to rest somewhere else, and stays for a while. Time only moves forward. */
export class Posture {
  private readonly random: Random;
  private readonly places = PLACES.map(() => new Glide(0));
  private nextSeconds: number;

  constructor(seed: number) {
    this.random = createRandom(seed);
    this.nextSeconds = 1 + 4 * this.random();
  }

  /** Shifts now, as people do after they have spoken. */
  shift(seconds: number): void {
    this.nextSeconds = seconds;
  }

  /**
   * Adds the posture to a pose.
   *
   * @param seconds ≥ those of the call before.
   * @param share Weight, 0..1.
   * @param out `[58]`
   */
  addTo(out: Float32Array, seconds: number, share: number): void {
    while (seconds >= this.nextSeconds) this.move(this.nextSeconds);
    PLACES.forEach(([channel], index) => (out[channel] += share * this.places[index].at(seconds)));
  }

  private move(seconds: number): void {
    const { random } = this;
    const duration = SHIFT_SECONDS * variation(random, 0.25);
    PLACES.forEach(([, size], index) => this.places[index].to(size * Math.max(-2, Math.min(2, gaussian(random))), seconds, duration));
    this.nextSeconds = seconds + Math.max(SHORTEST_INTERVAL, MEAN_INTERVAL_SECONDS * variation(random, INTERVAL_SPREAD));
  }
}
