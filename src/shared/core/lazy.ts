// Every runtime has timers; the library of plain ES does not name them.
declare function setTimeout(callback: () => void, delayMs: number): unknown;

/**
 * A value that is made when it is first asked for. Concurrent calls share one attempt and their callbacks run in the order of the
 * calls. A failed attempt is forgotten: the next call tries again.
 */
export class Lazy<Value> {
  private readonly make: () => Promise<Value>;
  private readonly retryAfterMs: number;
  private attempt: Promise<Value> | null = null;
  private made: Value | null = null;

  /**
   * @param make Makes the value. One that throws counts as one that rejects.
   * @param retryAfterMs For this long after a failure, calls get that failure instead of a new attempt. Default 0.
   */
  constructor(make: () => Promise<Value>, { retryAfterMs = 0 }: { retryAfterMs?: number } = {}) {
    this.make = make;
    this.retryAfterMs = retryAfterMs;
  }

  /** The value, or null before the first attempt has succeeded. */
  get value(): Value | null {
    return this.made;
  }

  /** The value or attempt there is, or null; never starts one. */
  get current(): Promise<Value> | null {
    return this.attempt;
  }

  /** The value; started when it was not. Rejects with what `make` failed with. */
  get(): Promise<Value> {
    if (this.attempt) return this.attempt;
    const attempt = this.start();
    this.attempt = attempt;
    return attempt;
  }

  /** Forgets the value: the next call makes another one. An attempt in progress still answers the calls that wait for it. */
  reset(): void {
    this.attempt = null;
    this.made = null;
  }

  private start(): Promise<Value> {
    const attempt: Promise<Value> = (async () => this.make())().then(
      (value) => {
        if (this.attempt === attempt) this.made = value;
        return value;
      },
      (reason: unknown) => {
        if (this.retryAfterMs > 0) setTimeout(() => this.forget(attempt), this.retryAfterMs);
        else this.forget(attempt);
        throw reason;
      },
    );
    return attempt;
  }

  private forget(attempt: Promise<Value>): void {
    if (this.attempt === attempt) this.attempt = null;
  }
}
