/**
 * Keeps sessions with a Motion Server open, so that a turn of speech begins without a token and a handshake.
 *
 * A session is connecting, idle or borrowed. Sessions that were lost, are too old or whose token runs out are replaced;
 * refused attempts are repeated with growing, jittered delays, which start over with the next borrower. Borrowers are
 * served in order.
 *
 * On a server that bills connected time, idle sessions cost too: set `minSessions: 0` there if turns are rare.
 */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { ReconnectPolicy } from '../shared/core/reconnect-policy.js';
import { AvatarSession } from './avatar-session.js';
import { BorrowQueue } from './borrow-queue.js';
import type { BorrowOptions, SessionPoolConfig, SessionPoolStats } from './pool-config.js';
import { PooledSession } from './pooled-session.js';
import { prewarm } from './prewarm.js';
import { isRetryable, throwIfAborted } from './sdk-error.js';

/** Makes a pool and begins to open its sessions. @throws {AvatarError} `invalidConfiguration`. */
export function createSessionPool(config: SessionPoolConfig): SessionPool {
  return new SessionPool(config);
}

interface Entry {
  readonly session: AvatarSession;
  state: 'connecting' | 'idle' | 'borrowed' | 'gone';
  openedAtMs: number;
  idleSinceMs: number;
}

/** How often ages are looked at, ms. */
const SWEEP_INTERVAL_MS = 1000;
/** An idle session that is dead must not be found so by its next borrower. */
const LIVENESS_INTERVAL_MS = 5000;
/** A session is not handed out when its token expires within this time, ms. */
const TOKEN_SPARE_MS = 30_000;

export class SessionPool {
  private readonly config: SessionPoolConfig;
  private readonly minSessions: number;
  private readonly maxSessions: number;
  private readonly maxSessionAgeMs: number;
  private readonly maxIdleMs: number;
  private readonly policy: ReconnectPolicy;
  private readonly entries = new Set<Entry>();
  private readonly queue: BorrowQueue<PooledSession>;
  private readonly sweep: NodeJS.Timeout;
  private retry: NodeJS.Timeout | null = null;
  private retryAtMs = Infinity;
  private isClosing = false;
  /** The server refuses for good. */
  private isHalted = false;
  private readonly whenEmpty: (() => void)[] = [];
  private openedCount = 0;
  private failedCount = 0;
  private lostCount = 0;
  private lastError: AvatarError | null = null;

  constructor(config: SessionPoolConfig) {
    const {
      minSessions = 1,
      maxSessions = Math.max(8, minSessions),
      borrowTimeoutMs = 30_000,
      maxSessionAgeMs = 540_000,
      maxIdleMs = 60_000,
    } = config;
    if (!(Number.isInteger(minSessions) && minSessions >= 0 && Number.isInteger(maxSessions) && maxSessions >= Math.max(1, minSessions))) {
      throw new AvatarError(ErrorCode.invalidConfiguration, `a pool cannot keep ${minSessions} to ${maxSessions} sessions`);
    }
    this.config = { ...config };
    this.minSessions = minSessions;
    this.maxSessions = maxSessions;
    this.maxSessionAgeMs = maxSessionAgeMs;
    this.maxIdleMs = maxIdleMs;
    this.policy = new ReconnectPolicy(config.reconnect);
    this.queue = new BorrowQueue(borrowTimeoutMs, () => this.lastError);
    // Throws at once for a wrong configuration.
    void this.newSession().close();
    this.sweep = setInterval(() => this.retireOld(), SWEEP_INTERVAL_MS).unref();
    this.fill();
  }

  stats(): SessionPoolStats {
    const { openedCount, failedCount, lostCount, lastError } = this;
    return {
      connecting: this.count('connecting'),
      idle: this.count('idle'),
      borrowed: this.count('borrowed'),
      waiting: this.queue.length,
      openedCount,
      failedCount,
      lostCount,
      lastError,
    };
  }

  /**
   * A session for one turn or more; give it back with `release()` or `await using`.
   *
   * @throws {AvatarSDKError} The reason, when the server refuses for good (token, app, avatar, balance, configuration), or
   *   `connectionFailed` when no session became free in time.
   * @throws {AvatarError} `aborted`, also when the pool is closed.
   */
  async borrow({ signal, timeoutMs }: BorrowOptions = {}): Promise<PooledSession> {
    throwIfAborted(signal);
    if (this.isClosing) throw closedError();
    this.isHalted = false;
    if (this.retry) {
      // Delays that grew while no session was needed must not cost this turn its motion.
      this.policy.reset();
      this.scheduleRetry();
    }
    const borrowed = this.queue.wait({ signal, timeoutMs });
    this.serve();
    return borrowed;
  }

  /** Takes no more borrowers, waits for the borrowed sessions to come back, and closes everything. */
  async drain(): Promise<void> {
    this.shut();
    for (const entry of [...this.entries]) if (entry.state !== 'borrowed') this.remove(entry);
    if (this.entries.size > 0) await new Promise<void>((resolve) => this.whenEmpty.push(resolve));
  }

  /** Closes everything now, borrowed sessions too. */
  async close(): Promise<void> {
    this.shut();
    await Promise.all([...this.entries].map((entry) => this.remove(entry)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** For `console.log`: the configuration holds secrets. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { connecting, idle, borrowed, waiting } = this.stats();
    return `SessionPool { connecting: ${connecting}, idle: ${idle}, borrowed: ${borrowed}, waiting: ${waiting} }`;
  }

  toJSON(): object {
    return this.stats();
  }

  // ---- sessions come ----

  private newSession(onClose?: () => void): AvatarSession {
    const { config } = this;
    const livenessIntervalMs = config.livenessIntervalMs ?? LIVENESS_INTERVAL_MS;
    return new AvatarSession({ ...config, livenessIntervalMs, onError: (error) => this.report(error), ...(onClose && { onClose }) });
  }

  /** Opens as many sessions as are wanted; while attempts fail, one at a time. */
  private fill(): void {
    if (this.isClosing || this.isHalted || this.retry) return;
    const isTrying = this.policy.failureCount > 0;
    for (;;) {
      const connecting = this.count('connecting');
      const isWanted = this.entries.size < this.minSessions || connecting < this.queue.length;
      if (!isWanted || this.entries.size >= this.maxSessions || (isTrying && connecting > 0)) return;
      this.open();
    }
  }

  private open(): void {
    const session = this.newSession(() => this.handleLost(entry));
    const entry: Entry = { session, state: 'connecting', openedAtMs: 0, idleSinceMs: 0 };
    this.entries.add(entry);
    // One token for all: the first session fetches it.
    prewarm({ ...this.config, prefetchSessionToken: !this.config.sessionToken })
      .then(() => session.start())
      .then(() => this.handleOpened(entry))
      .catch((error: unknown) => this.handleFailed(entry, error));
  }

  private handleOpened(entry: Entry): void {
    if (entry.state !== 'connecting') return;
    this.policy.reset();
    this.lastError = null;
    this.openedCount++;
    entry.openedAtMs = Date.now();
    this.makeIdle(entry);
    this.fill();
  }

  private handleFailed(entry: Entry, reason: unknown): void {
    if (entry.state !== 'connecting') return;
    const error =
      reason instanceof AvatarError ? reason : new AvatarError(ErrorCode.connectionFailed, 'no session can be opened', { cause: reason });
    this.failedCount++;
    this.lastError = error;
    this.remove(entry);
    if (this.isClosing) return;
    this.report(error);
    if (!isRetryable(error)) {
      // Retrying does not help with a wrong key; the next borrower causes a new attempt.
      this.isHalted = true;
      return this.queue.rejectAll(error);
    }
    this.scheduleRetry();
  }

  /** Keeps an earlier retry: frequent borrowers must not postpone it. */
  private scheduleRetry(): void {
    const delayMs = this.policy.nextDelayMs();
    const atMs = Date.now() + delayMs;
    if (this.retry) {
      if (this.retryAtMs <= atMs) return;
      clearTimeout(this.retry);
    }
    this.retryAtMs = atMs;
    this.retry = setTimeout(() => {
      this.retry = null;
      this.fill();
    }, delayMs).unref();
  }

  // ---- sessions are used ----

  private makeIdle(entry: Entry): void {
    entry.state = 'idle';
    entry.idleSinceMs = Date.now();
    this.serve();
  }

  private serve(): void {
    while (this.queue.length > 0) {
      // The one used last: those that are too many grow old and leave.
      const entry = [...this.entries].filter(({ state }) => state === 'idle').sort((one, other) => other.idleSinceMs - one.idleSinceMs)[0];
      if (!entry) break;
      if (this.isFit(entry)) {
        entry.state = 'borrowed';
        this.queue.serveFirst(new PooledSession(entry.session, () => this.takeBack(entry)));
      } else {
        void this.remove(entry);
      }
    }
    this.fill();
  }

  private takeBack(entry: Entry): void {
    if (entry.state !== 'borrowed') return;
    if (this.isClosing || !this.isFit(entry)) void this.remove(entry);
    else this.makeIdle(entry);
    this.fill();
  }

  private isFit({ session, openedAtMs }: Entry): boolean {
    const nowMs = Date.now();
    const tokenEndMs = session.tokenExpiresAtMs ?? Infinity;
    return session.isOpen && nowMs - openedAtMs < this.maxSessionAgeMs && tokenEndMs - TOKEN_SPARE_MS > nowMs;
  }

  // ---- sessions go ----

  private handleLost(entry: Entry): void {
    // A failed attempt is reported by its promise.
    if (entry.state !== 'idle' && entry.state !== 'borrowed') return;
    this.lostCount++;
    void this.remove(entry);
    this.fill();
  }

  private retireOld(): void {
    const nowMs = Date.now();
    for (const entry of [...this.entries]) {
      if (entry.state !== 'idle') continue;
      const isSpare = this.entries.size > this.minSessions && nowMs - entry.idleSinceMs > this.maxIdleMs;
      if (isSpare || !this.isFit(entry)) void this.remove(entry);
    }
    this.fill();
  }

  private remove(entry: Entry): Promise<void> {
    entry.state = 'gone';
    this.entries.delete(entry);
    if (this.entries.size === 0) for (const resolve of this.whenEmpty.splice(0)) resolve();
    return entry.session.close();
  }

  private shut(): void {
    this.isClosing = true;
    clearInterval(this.sweep);
    if (this.retry) clearTimeout(this.retry);
    this.queue.rejectAll(closedError());
  }

  private count(state: Entry['state']): number {
    let count = 0;
    for (const entry of this.entries) if (entry.state === state) count++;
    return count;
  }

  private report(error: AvatarError): void {
    try {
      this.config.onError?.(error);
    } catch {
      // Documented: ignored.
    }
  }
}

function closedError(): AvatarError {
  return new AvatarError(ErrorCode.aborted, 'the pool is closed');
}
