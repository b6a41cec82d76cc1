/**
 * Joins a room and joins it again after a loss: either a room of our own, with the app's tokens, or one that the app joins
 * and leaves itself.
 *
 * livekit-client reconnects after short interruptions by itself (`connecting`). When it gives up, the room is joined again
 * with growing delays, unless the server ended the connection on purpose.
 */
import type { DisconnectReason, Room } from 'livekit-client';
import type { ConnectionState } from '../../shared/contracts/connection-state.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { RoomSourceOptions } from '../../shared/contracts/source-options.js';
import { ReconnectPolicy } from '../../shared/core/reconnect-policy.js';

export interface RoomLinkListener {
  /** A room to listen to, before it is joined; the one before is over. */
  handleRoom(room: Room): void;
  handleConnectionState(state: ConnectionState, error: AvatarError | null): void;
  requestToken(isRefresh: boolean): Promise<string>;
}

/** livekit.DisconnectReason, of those after which joining again would be wrong: duplicate identity, removed, deleted, … */
const FINAL_REASONS: ReadonlySet<DisconnectReason> = new Set([1, 2, 4, 5, 10]);
/** livekit-client's ConnectionErrorReason. */
const NOT_ALLOWED = 0;

export class RoomLink {
  private readonly source: RoomSourceOptions;
  private readonly listener: RoomLinkListener;
  private readonly reconnects = new ReconnectPolicy();
  private room: Room | null = null;
  /** Stops listening to it. */
  private unfollow: (() => void) | null = null;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  /** What a room says of its end before it was joined is why joining fails. */
  private isJoined = false;
  private _reconnectCount = 0;

  constructor(source: RoomSourceOptions, listener: RoomLinkListener) {
    this.source = source;
    this.listener = listener;
  }

  get reconnectCount(): number {
    return this._reconnectCount;
  }

  /** @throws {AvatarError} Why the room cannot be joined; `aborted` when `close()` came first. */
  async open(): Promise<void> {
    this.close();
    const attempt = ++this.attempts;
    if (this.source.room) return this.follow(this.source.room as Room, attempt);
    await this.join(attempt, false);
  }

  /** Leaves a room of our own; one of the app's is no longer followed. */
  close(): void {
    this.attempts++;
    clearTimeout(this.retryTimer);
    const { room } = this;
    this.unfollow?.();
    this.room = this.unfollow = null;
    if (room && !this.source.room) void room.disconnect().catch(() => undefined);
  }

  /** @throws {AvatarError} `networkLayerNotAvailable` while not connected. */
  requireRoom(): Room {
    if (this.room?.state !== 'connected') throw new AvatarError(ErrorCode.networkLayerNotAvailable, 'The room is not joined.');
    return this.room;
  }

  private async join(attempt: number, isRetry: boolean): Promise<void> {
    const { url, connectTimeoutMs } = this.source;
    this.listener.handleConnectionState('connecting', null);
    let room: Room | null = null;
    let isGivenUp = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new AvatarError(ErrorCode.connectTimeout, `The room was not joined within ${connectTimeoutMs} ms.`)),
        connectTimeoutMs,
      );
    });
    try {
      const enter = async (): Promise<void> => {
        const [{ Room }, token] = await Promise.all([import('livekit-client'), this.listener.requestToken(isRetry)]);
        // A token that arrives too late is of no use.
        if (isGivenUp || attempt !== this.attempts) return;
        room = new Room();
        this.isJoined = false;
        this.take(room, attempt);
        await room.connect(url, token);
      };
      await Promise.race([enter(), tooLate]);
    } catch (reason) {
      isGivenUp = true;
      void (room as Room | null)?.disconnect().catch(() => undefined);
      if (attempt !== this.attempts) throw abortedError();
      const error = joinError(reason);
      this.listener.handleConnectionState('failed', error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
    if (attempt !== this.attempts) throw abortedError();
    this.isJoined = true;
    this.reconnects.reset();
    this.listener.handleConnectionState('connected', null);
  }

  private follow(room: Room, attempt: number): void {
    this.isJoined = true;
    this.take(room, attempt);
    this.listener.handleConnectionState(room.state === 'connected' ? 'connected' : 'connecting', null);
  }

  private take(room: Room, attempt: number): void {
    this.unfollow?.();
    this.room = room;
    const tell = (state: ConnectionState): void => this.listener.handleConnectionState(state, null);
    const handlers = {
      reconnecting: () => tell('connecting'),
      signalReconnecting: () => tell('connecting'),
      reconnected: () => {
        this._reconnectCount++;
        tell('connected');
      },
      // A room that this link joined reports by itself.
      connected: () => this.source.room && tell('connected'),
      disconnected: (reason?: DisconnectReason) => this.isJoined && this.handleDisconnected(reason, attempt),
    };
    const names = Object.keys(handlers) as (keyof typeof handlers)[];
    for (const name of names) room.on(name, handlers[name]);
    this.unfollow = () => {
      for (const name of names) room.off(name, handlers[name]);
    };
    this.listener.handleRoom(room);
  }

  private handleDisconnected(reason: DisconnectReason | undefined, attempt: number): void {
    const error = new AvatarError(ErrorCode.connectionClosed, `The connection to the room was closed (reason ${reason ?? 0}).`);
    const isFinal = this.source.room !== null || (reason !== undefined && FINAL_REASONS.has(reason));
    this.listener.handleConnectionState(isFinal ? 'failed' : 'connecting', error);
    if (!isFinal) this.retry(attempt);
  }

  private retry(attempt: number): void {
    this.retryTimer = setTimeout(() => {
      this.join(attempt, true).then(
        () => this._reconnectCount++,
        (error: AvatarError) => {
          if (attempt === this.attempts && error.code !== ErrorCode.sessionTokenInvalid) this.retry(attempt);
        },
      );
    }, this.reconnects.nextDelayMs());
  }
}

function abortedError(): AvatarError {
  return new AvatarError(ErrorCode.aborted, 'The room was left before it was joined.');
}

function joinError(reason: unknown): AvatarError {
  if (reason instanceof AvatarError) return reason;
  const isRefused = typeof reason === 'object' && reason !== null && 'reason' in reason && reason.reason === NOT_ALLOWED;
  if (isRefused) return new AvatarError(ErrorCode.sessionTokenInvalid, 'The LiveKit server refused the token.', { cause: reason });
  return avatarErrorFrom(reason, ErrorCode.connectionFailed, 'The room could not be joined');
}
