/** When to try again: exponential, capped, jittered, so that a server that comes back is not met by all at once. */

export interface ReconnectPolicyOptions {
  readonly firstDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly factor?: number;
  /** Uniform 0..1. */
  readonly random?: () => number;
}

export class ReconnectPolicy {
  private readonly firstDelayMs: number;
  private readonly maxDelayMs: number;
  private readonly factor: number;
  private readonly random: () => number;
  private failures = 0;

  constructor(options: ReconnectPolicyOptions = {}) {
    this.firstDelayMs = options.firstDelayMs ?? 250;
    this.maxDelayMs = options.maxDelayMs ?? 15_000;
    this.factor = options.factor ?? 1.8;
    this.random = options.random ?? Math.random;
  }

  /**
   * Delay before the next attempt, ms: `[ceiling / 2, ceiling]` with `ceiling = first · factor^failures`, capped.
   * Half of it is fixed, so that a lucky draw cannot hammer the server.
   */
  nextDelayMs(): number {
    const ceiling = Math.min(this.maxDelayMs, this.firstDelayMs * this.factor ** this.failures);
    this.failures++;
    return ceiling * (0.5 + 0.5 * this.random());
  }

  /** Attempts that failed in a row. */
  get failureCount(): number {
    return this.failures;
  }

  /** To be called once connected. */
  reset(): void {
    this.failures = 0;
  }
}
