/**
 * What every connection has that keeps itself up until `close()`: a state, a promise of being open, series of attempts with a
 * deadline and growing delays, and another attempt at once when the network is back. How an attempt is made is its owner's.
 */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { ReconnectPolicy } from '../../shared/core/reconnect-policy.js';
import { whenOnline } from './online-watch.js';
import { createOpening, type Opening } from './opening.js';
import type { TransportState } from './transport.js';

export interface KeptConnectionOptions {
  /** Whom it leads to, for error messages: `Motion Server`. */
  readonly peer: string;
  /** ms without a connection until the state is `failed`; attempts go on in the background. */
  readonly connectTimeoutMs: number;
  readonly policy: ReconnectPolicy | undefined;
}

export interface KeptConnectionHandlers {
  handleState(state: TransportState, error: AvatarError | null): void;
  /** A new series of attempts begins. */
  handleSeries?(): void;
  /** It is time for an attempt, unless one is being made. */
  attempt(): void;
}

/** A connection that lived this long was a good one: the next failure starts a new series of delays. */
const STABLE_MS = 5000;

export class KeptConnection {
  /** Why the last attempt failed. */
  lastFailure: AvatarError | null = null;
  private readonly options: KeptConnectionOptions;
  private readonly handlers: KeptConnectionHandlers;
  private readonly policy: ReconnectPolicy;
  private opening: Opening | null = null;
  private readyAtMs = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private deadlineTimer: ReturnType<typeof setTimeout> | undefined;
  private forgetOnline: (() => void) | null = null;
  private _state: TransportState = 'disconnected';
  private _isWanted = false;
  private readyCount = 0;

  constructor(options: KeptConnectionOptions, handlers: KeptConnectionHandlers) {
    this.options = options;
    this.handlers = handlers;
    this.policy = options.policy ?? new ReconnectPolicy();
  }

  get state(): TransportState {
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

  /** See `Transport.open`. */
  open(): Promise<void> {
    if (this._state === 'connected') return Promise.resolve();
    this.opening ??= createOpening();
    const { promise } = this.opening;
    if (!this._isWanted || this._state !== 'connecting') {
      this._isWanted = true;
      this.forgetOnline ??= whenOnline(() => this.handleOnline());
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

  /** A connection is lost. @returns Whether it was a good one. */
  endLife(): boolean {
    const wasStable = performance.now() - this.readyAtMs > STABLE_MS;
    if (wasStable) this.policy.reset();
    return wasStable;
  }

  /** Another attempt after a delay that grows. */
  retryLater(): void {
    this.retryTimer = setTimeout(() => this.handlers.attempt(), this.policy.nextDelayMs());
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

  /** The other side let it go in order; it is wanted still. */
  rest(error: AvatarError): void {
    this.setState('disconnected', error);
  }

  /** The other side has said goodbye in order: over until the next `open()`. */
  leave(error: AvatarError): void {
    this._isWanted = false;
    clearTimeout(this.deadlineTimer);
    this.setState('disconnected', error);
    this.settle(error);
  }

  close(): void {
    this._isWanted = false;
    this.forgetOnline?.();
    this.forgetOnline = null;
    clearTimeout(this.deadlineTimer);
    this.cancelRetry();
    this.setState('disconnected', null);
    this.settle(new AvatarError(ErrorCode.aborted, 'The connection was closed.'));
  }

  /** The network came back: the delay before the next attempt has lost its reason. */
  private handleOnline(): void {
    if (this._state !== 'connecting' && this._state !== 'failed') return;
    this.policy.reset();
    this.handlers.attempt();
  }

  private setState(state: TransportState, error: AvatarError | null): void {
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
