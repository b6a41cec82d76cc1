/**
 * Keeps the frame rate by reducing the resolution, and restores it when there is time.
 *
 * Decides over short windows of frames, by the medians of the drawing cost and of the average interval of the last few frames,
 * since browsers that queue frames pass some at once and delay the next. A single delayed frame changes neither.
 *
 *     down  frames exceed the budget and drawing is a relevant part of that; as many rungs as the excess requires, since the
 *           cost of drawing is about proportional to the pixels
 *     up    one rung, after frames were in time for seconds and the next rung's predicted cost fits with a margin
 *     back  a step down that did not reduce the cost is reverted and not tried again soon
 *
 * The wait for a rung that had to be left again soon doubles. In software GL an audio dropout lowers the resolution by a rung at
 * once: both need the same cores.
 *
 * Plain numbers; the caller passes the time. `handleFrame` allocates nothing.
 */

/** Each rung has about 70 % of the pixels of the one above it. Fractions of the full width and height. */
export const RESOLUTION_RUNGS = [1, 0.84, 0.71, 0.6, 0.5] as const;

/** Least frames and duration of a window; slow windows need fewer frames. */
const WINDOW_FRAMES = 10;
const WINDOW_MS = 300;
const SLOW_FRAMES = 3;
const SLOW_MS = 800;
/** Largest burst of frames. */
const BURST_FRAMES = 4;
/** Longest window, frames. */
const MAX_FRAMES = 64;
/** Frames after a step that are slow because buffers are reallocated. */
const SETTLE_FRAMES = 2;
/** Longer intervals are ignored: the page was hidden. */
const MAX_INTERVAL_MS = 2000;
/** Frames are late above this multiple of the budget. */
const LATE = 1.12;
/** Below this share of a frame's time drawing is not the reason for late frames. */
const FAIR_SHARE = 0.2;
/** Target of a step down, as a share of the budget. */
const AIM = 0.9;
/** Highest predicted cost for a step up, as a share of the budget; the rest is for speech and other work. */
const ROOM = 0.7;
/** If costs are unknown, a step up needs frames within this share of the budget. At 60 Hz none comes earlier. */
const EARLY = 0.95;
/** A step down that leaves more than this share of the cost is reverted. */
const FUTILE = 0.94;
const UP_WAIT_MS = 4000;
const MAX_UP_WAIT_MS = 64_000;
/** A rung that is kept this long was a success. */
const KEPT_MS = 10_000;
const FUTILE_WAIT_MS = 30_000;
const UNDERRUN_INTERVAL_MS = 500;

export interface GovernorOptions {
  /** Time for one frame, ms. */
  budgetMs: number;
  /** Software GL, where drawing can starve the audio. */
  isSoftware: boolean;
}

export class ResolutionGovernor {
  private readonly budgetMs: number;
  private readonly isSoftware: boolean;
  /** Time of each frame of the window, ms from its start, and the average interval of the last few up to it. */
  private readonly times = new Float64Array(MAX_FRAMES);
  private readonly intervals = new Float64Array(MAX_FRAMES);
  private readonly costs = new Float64Array(MAX_FRAMES);
  private readonly sorted = new Float64Array(MAX_FRAMES);
  private frameCount = 0;
  private costCount = 0;
  private windowMs = 0;
  private toSkip = SETTLE_FRAMES;

  private rung = 0;
  /** Rung and cost before the last step down that is still to be evaluated; −1 if there is none. */
  private rungBefore = -1;
  private costBefore = 0;
  private steppedUpMs = -Infinity;
  private lastUnderrunMs = -Infinity;
  private upWaitMs = UP_WAIT_MS;
  private noUpBeforeMs = 0;
  private noDownBeforeMs = 0;

  constructor({ budgetMs, isSoftware }: GovernorOptions) {
    this.budgetMs = budgetMs;
    this.isSoftware = isSoftware;
  }

  /** Fraction of the full width and height to draw, one of `RESOLUTION_RUNGS`. */
  get scale(): number {
    return RESOLUTION_RUNGS[this.rung];
  }

  /**
   * @param nowMs Any clock that runs evenly.
   * @param intervalMs Since the previous frame; NaN for the first.
   * @param costMs Time it took to draw a recent frame; NaN while unknown.
   */
  handleFrame(nowMs: number, intervalMs: number, costMs: number): void {
    if (!(intervalMs > 0) || intervalMs > MAX_INTERVAL_MS) return this.forgetWindow(SETTLE_FRAMES);
    if (this.toSkip > 0) {
      this.toSkip--;
      return;
    }
    this.windowMs += intervalMs;
    this.times[this.frameCount] = this.windowMs;
    const burst = Math.min(BURST_FRAMES, this.frameCount + 1);
    this.intervals[this.frameCount] = (this.windowMs - (burst > this.frameCount ? 0 : this.times[this.frameCount - burst])) / burst;
    this.frameCount++;
    if (costMs > 0) this.costs[this.costCount++] = costMs;
    const isFull =
      this.frameCount >= WINDOW_FRAMES ? this.windowMs >= WINDOW_MS : this.frameCount >= SLOW_FRAMES && this.windowMs >= SLOW_MS;
    if (!isFull && this.frameCount < MAX_FRAMES) return;
    const interval = this.median(this.intervals, this.frameCount);
    const cost = this.costCount > 0 ? this.median(this.costs, this.costCount) : Number.NaN;
    this.forgetWindow(0);
    this.judge(nowMs, interval, cost);
  }

  /** An audio dropout, or a late audio device. */
  handleUnderrun(nowMs: number): void {
    if (!this.isSoftware || nowMs - this.lastUnderrunMs < UNDERRUN_INTERVAL_MS) return;
    this.lastUnderrunMs = nowMs;
    this.noUpBeforeMs = Math.max(this.noUpBeforeMs, nowMs + KEPT_MS);
    // Regardless of the frames: this step is for the audio.
    this.rungBefore = -1;
    this.step(Math.min(this.rung + 1, RESOLUTION_RUNGS.length - 1));
  }

  /** Another avatar or size: measured costs are dropped, the resolution stays. */
  reset(): void {
    this.forgetWindow(SETTLE_FRAMES);
    this.rungBefore = -1;
    this.noDownBeforeMs = this.noUpBeforeMs = 0;
    this.upWaitMs = UP_WAIT_MS;
  }

  private judge(nowMs: number, interval: number, cost: number): void {
    const isKnown = !Number.isNaN(cost);
    if (this.rungBefore >= 0) {
      const rung = this.rungBefore;
      this.rungBefore = -1;
      if ((isKnown ? cost : interval) > this.costBefore * FUTILE) {
        this.noDownBeforeMs = nowMs + FUTILE_WAIT_MS;
        this.noUpBeforeMs = nowMs + this.upWaitMs;
        return this.step(rung);
      }
    }
    if (nowMs - this.steppedUpMs > KEPT_MS && this.steppedUpMs > 0) {
      this.upWaitMs = UP_WAIT_MS;
      this.steppedUpMs = -Infinity;
    }
    const isLate = interval > this.budgetMs * LATE && !(cost < interval * FAIR_SHARE);
    if (isLate) this.stepDown(nowMs, interval, cost);
    else this.stepUp(nowMs, interval, cost);
  }

  private stepDown(nowMs: number, interval: number, cost: number): void {
    this.noUpBeforeMs = Math.max(this.noUpBeforeMs, nowMs + this.upWaitMs);
    if (nowMs < this.noDownBeforeMs) return;
    const wanted = this.scale * Math.sqrt((this.budgetMs * AIM) / interval);
    let rung = Math.min(this.rung + 1, RESOLUTION_RUNGS.length - 1);
    while (rung < RESOLUTION_RUNGS.length - 1 && RESOLUTION_RUNGS[rung] > wanted) rung++;
    if (rung === this.rung) return;
    if (nowMs - this.steppedUpMs <= KEPT_MS) {
      this.upWaitMs = Math.min(this.upWaitMs * 2, MAX_UP_WAIT_MS);
      this.noUpBeforeMs = nowMs + this.upWaitMs;
      this.steppedUpMs = -Infinity;
    }
    this.rungBefore = this.rung;
    this.costBefore = Number.isNaN(cost) ? interval : cost;
    this.step(rung);
  }

  private stepUp(nowMs: number, interval: number, cost: number): void {
    if (this.rung === 0 || nowMs < this.noUpBeforeMs) return;
    const growth = (RESOLUTION_RUNGS[this.rung - 1] / this.scale) ** 2;
    const fits = Number.isNaN(cost) ? interval <= this.budgetMs * EARLY : cost * growth <= this.budgetMs * ROOM;
    if (!fits) return;
    this.steppedUpMs = nowMs;
    this.noUpBeforeMs = nowMs + this.upWaitMs;
    this.step(this.rung - 1);
  }

  private step(rung: number): void {
    if (rung === this.rung) return;
    this.rung = rung;
    this.forgetWindow(SETTLE_FRAMES);
  }

  private forgetWindow(toSkip: number): void {
    this.frameCount = this.costCount = this.windowMs = 0;
    this.toSkip = toSkip;
  }

  private median(values: Float64Array, count: number): number {
    for (let at = 0; at < count; at++) {
      const value = values[at];
      let place = at;
      for (; place > 0 && this.sorted[place - 1] > value; place--) this.sorted[place] = this.sorted[place - 1];
      this.sorted[place] = value;
    }
    return this.sorted[count >> 1];
  }
}
