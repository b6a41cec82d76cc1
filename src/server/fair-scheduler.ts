/** Shares one thread among sessions: each runs a small slice in turn, and the event loop runs between bursts. */

/** Something with work to do in slices of about a millisecond. */
export interface Runnable {
  /** Whether a slice could be done now. */
  readonly hasWork: boolean;
  /** Does one slice. Never throws or rejects. */
  runSlice(): void | Promise<void>;
}

/** Longest burst before sockets and timers run, ms. */
const BURST_MS = 8;

export class FairScheduler {
  private readonly queue: Runnable[] = [];
  private readonly known = new Set<Runnable>();
  private isScheduled = false;

  /** Adds it to the end of the queue; no effect while it is queued or running. */
  schedule(runnable: Runnable): void {
    if (this.known.has(runnable)) return;
    this.known.add(runnable);
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
    let runnable: Runnable | undefined;
    while (performance.now() < endMs && (runnable = this.queue.shift())) {
      const current = runnable;
      const promise = current.runSlice();
      if (promise) void promise.then(() => this.settle(current));
      else this.settle(current);
    }
    this.isScheduled = this.queue.length > 0;
    if (this.isScheduled) setImmediate(() => this.runBurst());
  }

  private settle(runnable: Runnable): void {
    if (runnable.hasWork) this.enqueue(runnable);
    else this.known.delete(runnable);
  }
}
