/** Distinguishes a voice from noise: whether the last 50 ms repeat themselves at the pitch of a person. */

/** Enough for a pitch, which is all that is looked for, Hz. */
const RATE_HZ = 5500;
const CUTOFF_HZ = 1000;
const WINDOW_SECONDS = 0.03;
const LOWEST_HZ = 75;
const HIGHEST_HZ = 400;
/** Threshold of the normalised autocorrelation; a voice in a room has 0.6 to 0.95, noise of this bandwidth below 0.5. */
const VOICED = 0.58;

export class Voicing {
  private readonly step: number;
  private readonly smoothing: number;
  private readonly window: number;
  private readonly shortest: number;
  private readonly longest: number;
  private readonly ring: Float32Array;
  private readonly line: Float32Array;
  private end = 0;
  private count = 0;
  private first = 0;
  private second = 0;
  private slow = 0;

  constructor(rateHz: number) {
    this.step = Math.max(1, Math.round(rateHz / RATE_HZ));
    this.smoothing = 1 - Math.exp((-2 * Math.PI * CUTOFF_HZ) / rateHz);
    const slowRateHz = rateHz / this.step;
    this.window = Math.round(WINDOW_SECONDS * slowRateHz);
    this.shortest = Math.floor(slowRateHz / HIGHEST_HZ);
    this.longest = Math.ceil(slowRateHz / LOWEST_HZ);
    this.ring = new Float32Array(this.window + this.longest);
    this.line = new Float32Array(this.ring.length);
  }

  push(sample: number): void {
    this.first += (sample - this.first) * this.smoothing;
    this.second += (this.first - this.second) * this.smoothing;
    if (++this.count < this.step) return;
    this.count = 0;
    // Rumble and an offset repeat themselves at any pitch.
    this.slow += (this.second - this.slow) * 0.05;
    this.ring[this.end] = this.second - this.slow;
    this.end = (this.end + 1) % this.ring.length;
  }

  isVoiced(): boolean {
    const { ring, line, window, shortest, longest } = this;
    for (let at = 0; at < ring.length; at++) line[at] = ring[(this.end + at) % ring.length];
    const from = longest;
    let own = 0;
    for (let at = 0; at < window; at++) own += line[from + at] ** 2;
    for (let lag = shortest; lag <= longest; lag++) {
      let product = 0;
      let other = 0;
      for (let at = 0; at < window; at++) {
        const before = line[from + at - lag];
        product += line[from + at] * before;
        other += before * before;
      }
      if (product > VOICED * Math.sqrt(own * other + 1e-12)) return true;
    }
    return false;
  }
}
