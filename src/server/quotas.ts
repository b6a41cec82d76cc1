/** Counts what one address, one token or one app has open at once. */

export interface Quota {
  /** `address`, `token`, `app`. */
  readonly kind: string;
  /** What is counted, unique: `session of address 203.0.113.5`. */
  readonly key: string;
  readonly limit: number;
  /** Says which limit it is; for the client. */
  readonly message: string;
}

export class Quotas {
  private readonly counts = new Map<string, number>();
  private readonly reported = new Set<string>();
  private readonly report: (key: string, limit: number) => void;

  /** @param report Called once when a quota is exceeded, and again only after it was not. */
  constructor(report: (key: string, limit: number) => void) {
    this.report = report;
  }

  /** The quota that one more would exceed, or null. */
  exceededBy(quotas: readonly Quota[]): Quota | null {
    const exceeded = quotas.find(({ key, limit }) => (this.counts.get(key) ?? 0) >= limit) ?? null;
    if (exceeded && !this.reported.has(exceeded.key)) {
      this.reported.add(exceeded.key);
      this.report(exceeded.key, exceeded.limit);
    }
    return exceeded;
  }

  /** Counts one more. @returns A function that counts it no longer. */
  claim(quotas: readonly Quota[]): () => void {
    for (const { key } of quotas) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    let isClaimed = true;
    return () => {
      if (!isClaimed) return;
      isClaimed = false;
      for (const { key, limit } of quotas) {
        const left = this.counts.get(key)! - 1;
        if (left > 0) this.counts.set(key, left);
        else this.counts.delete(key);
        // Half of it must be free again: a client at its limit that reconnects all the time is reported once.
        if (left <= limit / 2) this.reported.delete(key);
      }
    };
  }
}
