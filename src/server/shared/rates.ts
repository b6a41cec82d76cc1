/** How much one address, token or app may use over time: messages, requests and seconds of audio. */

/** Average of a minute, so that speech may come as fast as it is made. */
export interface RateLimits {
  messagesPerSecond?: number;
  requestsPerSecond?: number;
  /** Speech for which motion was computed. */
  audioSecondsPerSecond?: number;
}

export interface Rates {
  /** Of a client address, where it is known; of IPv6 a /64. */
  address?: RateLimits;
  /** Of a Session Token. */
  token?: RateLimits;
  app?: RateLimits;
}

export type RateKind = 'messages' | 'requests' | 'audio seconds';

/** Counts for all servers. @returns 0, or ms until the limit is no longer exceeded. Rejects where the store does not answer. */
export type Consume = (key: string, amount: number, limit: number) => Promise<number>;

export interface RateMeterOptions {
  rates: Rates;
  /** Called once when a rate is exceeded, and again only after it was not. */
  report: (key: string, limit: number) => void;
  onError: (error: unknown) => void;
  now?: () => number;
}

export const RATE_WINDOW_SECONDS = 60;
const WINDOW_MS = RATE_WINDOW_SECONDS * 1000;
/** Interval between updates of the shared store, ms. */
const SHARE_MS = 250;
/** Fractions that are counted: a store counts whole numbers. */
const STEPS_PER_UNIT = 1000;

const KINDS: Readonly<Record<RateKind, keyof RateLimits>> = {
  messages: 'messagesPerSecond',
  requests: 'requestsPerSecond',
  'audio seconds': 'audioSecondsPerSecond',
};

/** The owner of a rate: who it is, and what for. */
export interface RateOwner {
  readonly kind: keyof Rates;
  readonly id: string;
}

class Counter {
  readonly key: string;
  readonly message: string;
  readonly limit: number;
  users = 0;
  used = 0;
  unshared = 0;
  isReported = false;
  windowEndsMs = 0;
  blockedUntilMs = 0;

  constructor(key: string, message: string, limit: number) {
    this.key = key;
    this.message = message;
    this.limit = limit;
  }

  add(amount: number, nowMs: number): void {
    if (nowMs >= this.windowEndsMs) {
      this.windowEndsMs = nowMs + WINDOW_MS;
      this.used = 0;
    }
    this.used += amount;
    this.unshared += amount;
  }

  isExceeded(nowMs: number): boolean {
    return nowMs < this.blockedUntilMs || (nowMs < this.windowEndsMs && this.used > this.limit);
  }
}

/** What one session uses. */
export class RateMeter {
  private readonly counters: ReadonlyMap<RateKind, readonly Counter[]>;
  private readonly owner: RateCounters;

  constructor(owner: RateCounters, counters: ReadonlyMap<RateKind, readonly Counter[]>) {
    this.owner = owner;
    this.counters = counters;
  }

  /** @returns Which rate is exceeded, for the client; null: none. */
  add(kind: RateKind, amount: number): string | null {
    const counters = this.counters.get(kind);
    return counters ? this.owner.add(counters, amount) : null;
  }

  close(): void {
    this.owner.release([...this.counters.values()].flat());
  }
}

export class RateCounters {
  private readonly options: RateMeterOptions;
  private readonly counters = new Map<string, Counter>();
  private readonly now: () => number;
  private consume: Consume | null = null;
  private shareTimer: ReturnType<typeof setInterval> | undefined;

  constructor(options: RateMeterOptions) {
    this.options = options;
    this.now = options.now ?? (() => performance.now());
  }

  /** Counts for all servers that share a store, from now on. */
  share(consume: Consume): void {
    this.consume = consume;
    this.shareTimer ??= setInterval(() => void this.shareUsed(), SHARE_MS);
    this.shareTimer.unref();
  }

  close(): void {
    clearInterval(this.shareTimer);
  }

  /** @returns The rate that one of them exceeds now; null: none. */
  exceededBy(owners: readonly RateOwner[]): string | null {
    const nowMs = this.now();
    for (const owner of owners)
      for (const kind of Object.keys(KINDS) as RateKind[]) {
        const counter = this.counters.get(keyOf(owner, kind));
        if (counter?.isExceeded(nowMs)) return counter.message;
      }
    return null;
  }

  open(owners: readonly RateOwner[]): RateMeter {
    const all = new Map<RateKind, Counter[]>();
    for (const kind of Object.keys(KINDS) as RateKind[]) {
      const found = owners.flatMap((owner) => this.counterOf(owner, kind) ?? []);
      if (found.length > 0) all.set(kind, found);
    }
    return new RateMeter(this, all);
  }

  add(counters: readonly Counter[], amount: number): string | null {
    const nowMs = this.now();
    let exceeded: Counter | null = null;
    for (const counter of counters) {
      counter.add(Math.round(amount * STEPS_PER_UNIT), nowMs);
      const isExceeded = counter.isExceeded(nowMs);
      if (isExceeded) exceeded ??= counter;
      if (isExceeded && !counter.isReported) this.options.report(counter.key, counter.limit / STEPS_PER_UNIT / RATE_WINDOW_SECONDS);
      counter.isReported = isExceeded;
    }
    return exceeded?.message ?? null;
  }

  release(counters: readonly Counter[]): void {
    for (const counter of counters) counter.users--;
    const nowMs = this.now();
    // Those that are still counted against a client that comes back stay until their window ends.
    for (const [key, { users, windowEndsMs, blockedUntilMs, unshared }] of this.counters) {
      if (users === 0 && nowMs >= Math.max(windowEndsMs, blockedUntilMs) && !(this.consume && unshared > 0)) this.counters.delete(key);
    }
  }

  private counterOf(owner: RateOwner, kind: RateKind): Counter | null {
    const perSecond = this.options.rates[owner.kind]?.[KINDS[kind]];
    if (perSecond === undefined) return null;
    const key = keyOf(owner, kind);
    let counter = this.counters.get(key);
    if (!counter) {
      const limit = Math.round(perSecond * RATE_WINDOW_SECONDS * STEPS_PER_UNIT);
      counter = new Counter(key, `Rate limit reached: ${perSecond} ${kind} a second of this ${owner.kind}`, limit);
      this.counters.set(key, counter);
    }
    counter.users++;
    return counter;
  }

  private async shareUsed(): Promise<void> {
    const { consume } = this;
    if (!consume) return;
    for (const counter of this.counters.values()) {
      const amount = counter.unshared;
      if (amount === 0) continue;
      counter.unshared = 0;
      try {
        const waitMs = await consume(counter.key, amount, counter.limit);
        if (waitMs > 0) counter.blockedUntilMs = this.now() + waitMs;
      } catch (error) {
        // This process goes on by its own count.
        this.options.onError(error);
        return;
      }
    }
  }
}

const keyOf = ({ kind, id }: RateOwner, what: RateKind): string => `${what} of ${kind} ${id}`;
