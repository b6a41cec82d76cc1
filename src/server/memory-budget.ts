/**
 * One budget for the memory that all clients of a server take together: audio, answers, messages of which a part has arrived, and what
 * objects cost beside their bytes. When it becomes tight, those who hold far more than others are ended, largest first; new work is refused
 * where that does not help. Beyond the budget the largest is ended, however little it holds.
 */

/** What one client holds. */
export interface MemoryAccount {
  readonly bytes: number;
  /** Sets how much it holds. May end the client that holds most, which may be this one. */
  set(bytes: number): void;
  close(): void;
}

/** Share of the budget above which it is tight: work in progress, and memory that is not collected yet, need the rest. */
const TIGHT_SHARE = 0.6;
/** Ending stops here, so that it does not begin again with the next byte. */
const RELIEVED_SHARE = 0.45;
/** A client that keeps up with its sound holds a tenth of this. */
const LARGE_BYTES = 1024 * 1024;

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
    return this.used > this.limitBytes * TIGHT_SHARE;
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
        if (bytes > 0 && this.isTight) this.relieve();
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

  private relieve(): void {
    const { limitBytes } = this;
    const isLarge = (bytes: number): boolean => bytes >= Math.min(LARGE_BYTES, limitBytes / 8);
    const holders = [...this.accounts].filter(([{ bytes }, end]) => end && (isLarge(bytes) || this.used > limitBytes));
    for (const [account, end] of holders.sort(([one], [other]) => other.bytes - one.bytes)) {
      const isEnough = isLarge(account.bytes) ? this.used <= limitBytes * RELIEVED_SHARE : this.used <= limitBytes;
      if (isEnough) return;
      account.close();
      end!();
    }
  }
}
