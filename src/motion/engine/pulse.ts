/** Low-pass coefficient with which the cascade's impulse response peaks after so many frames. */
const POLES_PER_APEX_FRAME = 2.2;

/**
 * A movement that starts softly, peaks and falls back: three low-passes in a row, whose impulse response is about t² e^(−t).
 * Impulses add up. 50 frames a second.
 */
export class Pulse {
  private readonly share: number;
  private readonly gain: number;
  private first = 0;
  private second = 0;
  private third = 0;

  /** @param apexFrames From an impulse to the peak of its response, ≥ 3. */
  constructor(apexFrames: number) {
    this.share = Math.min(0.9, POLES_PER_APEX_FRAME / apexFrames);
    this.gain = 1;
    let highest = 0;
    this.kick(1);
    for (let i = 0; i < 10 * apexFrames; i++) highest = Math.max(highest, this.advance());
    this.gain = 1 / highest;
    this.reset();
  }

  /** @param height Peak of the response. */
  kick(height: number): void {
    this.first += height * this.gain;
  }

  /** @returns The value one frame later. */
  advance(): number {
    this.second += (this.first - this.second) * this.share;
    this.third += (this.second - this.third) * this.share;
    this.first *= 1 - this.share;
    return this.third;
  }

  reset(): void {
    this.first = this.second = this.third = 0;
  }
}
