/** Estimated playback position in a turn: audio plays from its arrival, and waits where there is none. */
export class PlayClock {
  private readonly nowMs: () => number;
  private heardSeconds = 0;
  private knownAtMs = 0;
  private endSeconds = 0;

  constructor(nowMs: () => number = () => performance.now()) {
    this.nowMs = nowMs;
  }

  /** Audio was sent up to this media time, s. */
  extendTo(endSeconds: number): void {
    this.heardSeconds = this.seconds;
    this.knownAtMs = this.nowMs();
    this.endSeconds = endSeconds;
  }

  /** Estimated playback position, s; never beyond the audio sent. */
  get seconds(): number {
    return Math.min(this.endSeconds, this.heardSeconds + (this.nowMs() - this.knownAtMs) / 1000);
  }

  /** Audio sent and not played yet, s. */
  get aheadSeconds(): number {
    return this.endSeconds - this.seconds;
  }
}
