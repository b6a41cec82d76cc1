/** Which Session Tokens were used or revoked. */

export interface TokenStore {
  /** True for the first session of a token, false for further ones. @param expiresAtSeconds Unix time until which it is remembered. */
  claim(tokenId: string, expiresAtSeconds: number): Promise<boolean>;
  /** @param seconds How long it is remembered: as long as any token is valid. */
  revoke(tokenId: string, seconds: number): Promise<void>;
  isRevoked(tokenId: string): Promise<boolean>;
}

/** Entries between two looks for those that have expired. */
const SWEEP_ENTRIES = 1000;

export class MemoryTokenStore implements TokenStore {
  /** Key → Unix time, s, until which it counts. */
  private readonly entries = new Map<string, number>();
  private readonly now: () => number;
  private sweepSize = SWEEP_ENTRIES;

  /** @param now Unix time, s. */
  constructor(now: () => number = () => Date.now() / 1000) {
    this.now = now;
  }

  async claim(tokenId: string, expiresAtSeconds: number): Promise<boolean> {
    const key = `used ${tokenId}`;
    if (this.has(key)) return false;
    this.set(key, expiresAtSeconds);
    return true;
  }

  async revoke(tokenId: string, seconds: number): Promise<void> {
    this.set(`revoked ${tokenId}`, this.now() + seconds);
  }

  async isRevoked(tokenId: string): Promise<boolean> {
    return this.has(`revoked ${tokenId}`);
  }

  get size(): number {
    return this.entries.size;
  }

  private has(key: string): boolean {
    return (this.entries.get(key) ?? 0) > this.now();
  }

  private set(key: string, untilSeconds: number): void {
    this.entries.set(key, untilSeconds);
    if (this.entries.size <= this.sweepSize) return;
    for (const [other, until] of this.entries) if (until <= this.now()) this.entries.delete(other);
    this.sweepSize = this.entries.size + SWEEP_ENTRIES;
  }
}
