/**
 * One budget for the memory that all clients of a server take together: audio, answers, messages of which a part has arrived, and what
 * objects cost beside their bytes. Near its end new work is refused; beyond it the largest holder is ended.
 */

/** What one client holds. */
export interface MemoryAccount {
  readonly bytes: number;
  /** Sets how much it holds. May end the client that holds most, which may be this one. */
  set(bytes: number): void;
  close(): void;
}

/** Share of the budget above which new work is refused, so that work in progress has room. */
const REFUSING_SHARE = 0.8;

export class MemoryBudget {
  readonly limitBytes: number;
  private used = 0;
  private readonly accounts = new Map<MemoryAccount, (() => void) | null>();

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.used;
  }

  /** Whether new work is to be refused. */
  get isTight(): boolean {
    return this.used > this.limitBytes * REFUSING_SHARE;
  }

  /** @param end Ends the client, which closes its account. Null: it cannot be ended. */
  open(end: (() => void) | null): MemoryAccount {
    let held = 0;
    const account: MemoryAccount = {
      get bytes() {
        return held;
      },
      set: (bytes) => {
        if (!this.accounts.has(account)) return;
        this.used += bytes - held;
        held = bytes;
        if (this.used > this.limitBytes) this.endLargest();
      },
      close: () => {
        if (!this.accounts.delete(account)) return;
        this.used -= held;
        held = 0;
      },
    };
    this.accounts.set(account, end);
    return account;
  }

  private endLargest(): void {
    let largest: MemoryAccount | null = null;
    for (const [account, end] of this.accounts) if (end && account.bytes > (largest?.bytes ?? 0)) largest = account;
    if (!largest) return;
    const end = this.accounts.get(largest)!;
    largest.close();
    end();
  }
}
