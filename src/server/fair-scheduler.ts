/**
 * Shares one thread among clients: each has the same time in turn, however many or long its slices are, and the event loop runs between
 * bursts (deficit round robin, Shreedhar and Varghese 1995).
 */

/** Something with work to do in slices of about a millisecond. */
export interface Runnable {
  /** Whether a slice could be done now. */
  readonly hasWork: boolean;
  /** Does one slice. Never throws or rejects. */
  runSlice(): void | Promise<void>;
}

/** Longest burst before sockets and timers run, ms. */
const BURST_MS = 8;
/** Time of one turn, ms. A slice that takes longer is paid off by turns left out. */
const TURN_MS = 1;

export class FairScheduler {
  private queue: Runnable[] = [];
  /** Those queued or running, with the time they have used beyond their turns, ms. */
  private readonly debts = new Map<Runnable, number>();
  private isScheduled = false;

  /** Adds it to the end of the queue; no effect while it is queued or running. */
  schedule(runnable: Runnable): void {
    if (this.debts.has(runnable)) return;
    this.debts.set(runnable, 0);
    this.enqueue(runnable);
  }

  private enqueue(runnable: Runnable): void {
    this.queue.push(runnable);
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.runBurst());
  }

  private runBurst(): void {
    const endMs = performance.now() + BURST_MS;
    for (let current: Runnable | undefined; performance.now() < endMs && (current = this.queue.shift()); ) this.giveTurn(current, endMs);
    this.isScheduled = this.queue.length > 0;
    if (this.isScheduled) setImmediate(() => this.runBurst());
  }

  private giveTurn(runnable: Runnable, endMs: number): void {
    // Alone it owes nothing to anybody.
    let debtMs = this.queue.length === 0 ? -TURN_MS : this.debts.get(runnable)! - TURN_MS;
    let nowMs = performance.now();
    while (debtMs < 0) {
      const promise = runnable.runSlice();
      const spentMs = performance.now() - nowMs;
      nowMs += spentMs;
      debtMs += spentMs;
      if (promise) return void promise.then(() => this.settle(runnable, debtMs));
      if (nowMs >= endMs || !runnable.hasWork) break;
    }
    this.settle(runnable, debtMs);
  }

  private settle(runnable: Runnable, debtMs: number): void {
    if (runnable.hasWork) {
      this.debts.set(runnable, Math.max(0, debtMs));
      this.enqueue(runnable);
    } else this.debts.delete(runnable);
  }
}
