/** Share of the way per frame that makes three low-passes in a row answer a kick with its height after so many frames. */
const POLES_PER_APEX_FRAME = 2.2;

/**
 * A movement that sets out softly, reaches its height and sinks back: three low-passes in a row, which answer a kick with
 * about t² e^(−t). Kicks add up. 50 frames a second.
 */
export class Pulse {
  private readonly share: number;
  private readonly gain: number;
  private first = 0;
  private second = 0;
  private third = 0;

  /** @param apexFrames From a kick to the height of its answer, ≥ 3. */
  constructor(apexFrames: number) {
    this.share = Math.min(0.9, POLES_PER_APEX_FRAME / apexFrames);
    this.gain = 1;
    let highest = 0;
    this.kick(1);
    for (let i = 0; i < 10 * apexFrames; i++) highest = Math.max(highest, this.advance());
    this.gain = 1 / highest;
    this.reset();
  }

  /** @param height What the answer reaches. */
  kick(height: number): void {
    this.first += height * this.gain;
  }

  /** @returns Where it is one frame later. */
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
