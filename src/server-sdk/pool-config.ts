/** Options and statistics of a session pool. */
import type { AvatarError } from '../shared/contracts/errors.js';
import type { ReconnectPolicyOptions } from '../shared/core/reconnect-policy.js';
import type { AvatarSessionConfig } from './session-config.js';

export interface SessionPoolConfig extends Omit<AvatarSessionConfig, 'transportFrames' | 'onError' | 'onClose' | 'expireAt'> {
  /** Sessions kept open, idle and borrowed together. Default 1. */
  minSessions?: number;
  /** Most sessions at one time. Default 8. */
  maxSessions?: number;
  /** Longest wait of `borrow()`, ms, unless its options say otherwise. Default 30,000. */
  borrowTimeoutMs?: number;
  /** A session of this age is not handed out any more, ms. Default 540,000: servers close idle sessions after 10 minutes. */
  maxSessionAgeMs?: number;
  /** Idle time after which a session beyond `minSessions` is closed, ms. Default 60,000. */
  maxIdleMs?: number;
  /** Default 5000. */
  livenessIntervalMs?: number;
  /** Delays between attempts to connect. Default: from 250 ms to 15 s. */
  reconnect?: ReconnectPolicyOptions;
  /** Receives why a session could not be opened or was lost. Its exceptions are ignored. */
  onError?: (error: AvatarError) => void;
}

export interface BorrowOptions {
  signal?: AbortSignal;
  /** Default: `borrowTimeoutMs` of the pool. */
  timeoutMs?: number;
}

export interface SessionPoolStats {
  connecting: number;
  idle: number;
  borrowed: number;
  /** Borrowers in the queue. */
  waiting: number;
  /** Since the pool was made: sessions that were opened, attempts that failed, sessions that ended while they were wanted. */
  openedCount: number;
  failedCount: number;
  lostCount: number;
  /** Why the last attempt failed; null once one succeeded. */
  lastError: AvatarError | null;
}
