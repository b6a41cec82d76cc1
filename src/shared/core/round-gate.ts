/**
 * Tells rounds that are still wanted from those that are over. Rounds are numbered upwards; whatever arrives for a closed round is
 * to be dropped by the owner of the gate.
 */
export class RoundGate {
  private first: number;

  /** @param firstRound The first open round. Default 0: all are open. */
  constructor(firstRound = 0) {
    this.first = firstRound;
  }

  /** The lowest open round; every round from it on is open. */
  get firstRound(): number {
    return this.first;
  }

  isOpen(round: number): boolean {
    return round >= this.first;
  }

  /** Closes all rounds below `beforeRound`. @returns False when they already were closed. */
  closeBefore(beforeRound: number): boolean {
    if (beforeRound <= this.first) return false;
    this.first = beforeRound;
    return true;
  }

  /** Opens all rounds again. */
  reset(): void {
    this.first = 0;
  }
}
