/** Where listeners are in a turn, as far as a server can know: sound runs on from its arrival, and waits where there is none. */
export class PlayClock {
  private readonly nowMs: () => number;
  private heardSeconds = 0;
  private knownAtMs = 0;
  private endSeconds = 0;

  constructor(nowMs: () => number = () => performance.now()) {
    this.nowMs = nowMs;
  }

  /** Sound was handed on up to this media time, s. */
  extendTo(endSeconds: number): void {
    this.heardSeconds = this.seconds;
    this.knownAtMs = this.nowMs();
    this.endSeconds = endSeconds;
  }

  /** Media time that is heard about now, s; never beyond what was handed on. */
  get seconds(): number {
    return Math.min(this.endSeconds, this.heardSeconds + (this.nowMs() - this.knownAtMs) / 1000);
  }

  /** Sound handed on and not heard yet, s. */
  get aheadSeconds(): number {
    return this.endSeconds - this.seconds;
  }
}
