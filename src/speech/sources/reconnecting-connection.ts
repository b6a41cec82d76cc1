/**
 * A connection that is made again until `close()`: its state, the promise of `open()`, series of attempts with a deadline and growing
 * delays, and an attempt at once when the network is back. Its owner makes the attempts.
 */
import type { ConnectionState } from '../../shared/contracts/connection-state.js';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { Deferred } from '../../shared/core/deferred.js';
import { ReconnectPolicy } from '../../shared/core/reconnect-policy.js';
import { whenOnline } from './online-watch.js';

export interface ReconnectingConnectionOptions {
  /** Name of the other side in error messages, such as `Motion Server`. */
  readonly peer: string;
  /** ms without a connection until the state is `failed`; attempts go on in the background. */
  readonly connectTimeoutMs: number;
  readonly policy: ReconnectPolicy | undefined;
}

export interface ReconnectingConnectionHandlers {
  handleState(state: ConnectionState, error: AvatarError | null): void;
  /** A new series of attempts begins. */
  handleSeries?(): void;
  /** Two attempts in a row, or more, have failed. */
  handleRefused(): void;
  /** It is time for an attempt, unless one is being made. */
  attempt(): void;
}

/** After a connection that lasted this long, delays start from the shortest again. */
const STABLE_MS = 5000;

export class ReconnectingConnection {
  /** Why the last attempt failed. */
  lastFailure: AvatarError | null = null;
  private readonly options: ReconnectingConnectionOptions;
  private readonly handlers: ReconnectingConnectionHandlers;
  private readonly policy: ReconnectPolicy;
  private opening: Deferred | null = null;
  private readyAtMs = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private deadlineTimer: ReturnType<typeof setTimeout> | undefined;
  private stopWatchingOnline: (() => void) | null = null;
  private _state: ConnectionState = 'disconnected';
  private _isWanted = false;
  private readyCount = 0;

  constructor(options: ReconnectingConnectionOptions, handlers: ReconnectingConnectionHandlers) {
    this.options = options;
    this.handlers = handlers;
    this.policy = options.policy ?? new ReconnectPolicy();
  }

  get state(): ConnectionState {
    return this._state;
  }

  /** Between `open()` and `close()`, or giving up. */
  get isWanted(): boolean {
    return this._isWanted;
  }

  get hasBeenReady(): boolean {
    return this.readyCount > 0;
  }

  get reconnects(): number {
    return Math.max(0, this.readyCount - 1);
  }

  /** Whether the next delay is the first of its series. */
  get isFirstFailure(): boolean {
    return this.policy.failureCount === 0;
  }

  /** See `Source.open`. */
  open(): Promise<void> {
    if (this._state === 'connected') return Promise.resolve();
    this.opening ??= new Deferred();
    const { promise } = this.opening;
    if (!this._isWanted || this._state !== 'connecting') {
      this._isWanted = true;
      this.stopWatchingOnline ??= whenOnline(() => this.handleOnline());
      this.wake();
    }
    return promise;
  }

  /** A new series of attempts, the first of them now. */
  wake(): void {
    this.startSeries(null);
    this.handlers.attempt();
  }

  /** A new series of attempts, with its own deadline. @param error Why the connection before is lost. */
  startSeries(error: AvatarError | null): void {
    clearTimeout(this.deadlineTimer);
    this.lastFailure = error;
    this.handlers.handleSeries?.();
    this.setState('connecting', error);
    const { peer, connectTimeoutMs } = this.options;
    this.deadlineTimer = setTimeout(() => {
      const why = this.lastFailure ? ` ${this.lastFailure.message}` : '';
      this.fail(new AvatarError(ErrorCode.connectTimeout, `No ${peer} within ${connectTimeoutMs} ms.${why}`));
    }, connectTimeoutMs);
  }

  /** The attempt has led to a connection. */
  succeed(): void {
    clearTimeout(this.deadlineTimer);
    this.readyCount++;
    this.readyAtMs = performance.now();
    this.setState('connected', null);
    this.settle(null);
  }

  /** A connection is lost. @returns Whether it had lasted. */
  endLife(): boolean {
    const wasStable = performance.now() - this.readyAtMs > STABLE_MS;
    if (wasStable) this.policy.reset();
    return wasStable;
  }

  /** Another attempt after a delay that grows. */
  retryLater(): void {
    this.retryTimer = setTimeout(() => this.handlers.attempt(), this.policy.nextDelayMs());
    if (this.policy.failureCount > 1) this.handlers.handleRefused();
  }

  cancelRetry(): void {
    clearTimeout(this.retryTimer);
  }

  /** Reports that there is no connection; attempts go on. */
  fail(error: AvatarError): void {
    clearTimeout(this.deadlineTimer);
    this.setState('failed', error);
    this.settle(error);
  }

  /** Gives up until the next `open()`. */
  stop(error: AvatarError): void {
    this._isWanted = false;
    this.fail(error);
  }

  /** The other side ended an idle connection; it is still wanted. */
  rest(error: AvatarError): void {
    this.setState('disconnected', error);
  }

  /** The other side ended it on purpose: over until the next `open()`. */
  leave(error: AvatarError): void {
    this._isWanted = false;
    clearTimeout(this.deadlineTimer);
    this.setState('disconnected', error);
    this.settle(error);
  }

  close(): void {
    this._isWanted = false;
    this.stopWatchingOnline?.();
    this.stopWatchingOnline = null;
    clearTimeout(this.deadlineTimer);
    this.cancelRetry();
    this.setState('disconnected', null);
    this.settle(new AvatarError(ErrorCode.aborted, 'The connection was closed.'));
  }

  /** The network came back: waiting longer would gain nothing. */
  private handleOnline(): void {
    if (this._state !== 'connecting' && this._state !== 'failed') return;
    this.policy.reset();
    this.handlers.attempt();
  }

  private setState(state: ConnectionState, error: AvatarError | null): void {
    if (state === this._state) return;
    this._state = state;
    this.handlers.handleState(state, error);
  }

  private settle(error: AvatarError | null): void {
    const { opening } = this;
    this.opening = null;
    if (error) opening?.reject(error);
    else opening?.resolve();
  }
}
