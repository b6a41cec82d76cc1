/** Starts and ends the connection of one element, and keeps its state as the session reports it. */

import type { ConnectionState } from '../../shared/contracts/connection-state.js';
import { type AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { type ConnectionChange, type ConnectionEvent, connectionChange } from './connection-state.js';
import type { SessionLink } from './session-link.js';

export interface ConnectionListener {
  handleConnectionChange(change: ConnectionChange): void;
  handleError(error: AvatarError): void;
}

export class Connection {
  private readonly session: SessionLink;
  private readonly listener: ConnectionListener;
  private _state: ConnectionState = 'disconnected';
  /** Between `start()` and `close()`. */
  private _isStarted = false;
  private starting: Promise<void> | null = null;
  private attempts = 0;
  /** Last error reported in the present series of attempts. */
  private lastError: AvatarError | null = null;

  constructor(session: SessionLink, listener: ConnectionListener) {
    this.session = session;
    this.listener = listener;
  }

  get state(): ConnectionState {
    return this._state;
  }

  get isStarted(): boolean {
    return this._isStarted;
  }

  /** See `AvatarController.start`. */
  start(): Promise<void> {
    if (this.starting) return this.starting;
    if (this._state === 'connected') return Promise.resolve();
    const starting = this.connect().finally(() => {
      if (this.starting === starting) this.starting = null;
    });
    this.starting = starting;
    return starting;
  }

  close(): void {
    this._isStarted = false;
    this.attempts++;
    this.starting = null;
    this.move({ type: 'close' });
    this.session.sendToExisting((session) => session.close());
  }

  /** A report of the session on its source. */
  handleReport(state: ConnectionState, error: AvatarError | null): void {
    // Reports on a connection that close() has ended are late, and so is that of the end itself.
    if (!this._isStarted || (state === 'disconnected' && !error)) return;
    // A failure comes as an attempt's error, as a report and as the rejection of start(): whichever is first is passed on.
    const isRepeated = error?.message === this.lastError?.message;
    this.lastError = error;
    this.move({ type: 'report', state, error });
    if (error && !isRepeated) this.listener.handleError(error);
  }

  /** An attempt's error was reported, which a state may repeat. */
  noteError(error: AvatarError): void {
    this.lastError = error;
  }

  /** The worker is gone; nothing of it can be reported any more. */
  handleLoss(error: AvatarError): void {
    if (this._isStarted) this.move({ type: 'report', state: 'failed', error });
  }

  private async connect(): Promise<void> {
    this._isStarted = true;
    this.lastError = null;
    const attempt = ++this.attempts;
    this.move({ type: 'start' });
    try {
      await (await this.session.get()).open();
      // The report may still be on its way.
      if (attempt === this.attempts) this.handleReport('connected', null);
    } catch (reason) {
      const error = avatarErrorFrom(reason, ErrorCode.connectionFailed);
      if (attempt === this.attempts) this.handleReport('failed', error);
      throw error;
    }
  }

  private move(event: ConnectionEvent): void {
    const change = connectionChange(this._state, event);
    if (!change) return;
    this._state = change.state;
    this.listener.handleConnectionChange(change);
  }
}
