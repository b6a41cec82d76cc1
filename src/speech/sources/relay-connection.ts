/** One WebSocket to a relay, from its opening to its close: messages, no rounds. */

import {
  decodeRelayFrame,
  encodeRelayAction,
  RELAY_PROTOCOL_VERSION,
  type RelayAction,
  type RelayEvent,
  type RelayFrame,
  relayErrorText,
  relayEventFrom,
} from '../../motion/protocol/index.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { WebSocketConstructor, WebSocketLike } from './direct-connection.js';

export type RelayReady = Extract<RelayEvent, { event: 'ready' }>;

export interface RelayConnectionHandlers {
  /** The relay has answered. */
  handleReady(ready: RelayReady): void;
  handleEvent(event: Exclude<RelayEvent, RelayReady>): void;
  handleMedia(frame: Extract<RelayFrame, { type: 'audio' | 'motion' }>): void;
  /** An error of the relay. @param turnId The turn that goes on without motion, or null. */
  handleRefusal(error: AvatarError, turnId: string | null): void;
  /** A message that cannot be used; the first of a connection only. */
  handleUnusable(error: AvatarError): void;
  /**
   * Called once, not after `close()`.
   *
   * @param isFinal True when another attempt would be refused too.
   */
  handleClosed(error: AvatarError, isFinal: boolean): void;
}

export interface RelayConnectionOptions {
  readonly url: string;
  readonly WebSocket: WebSocketConstructor;
  /** ms from the start to the relay's first message. */
  readonly attemptTimeoutMs: number;
  /** ms of silence after which the relay is pinged, and after as many more counts as gone. */
  readonly silenceMs: number;
}

const MAX_UNUSABLE_MESSAGES = 50;
const OPEN = 1;
/** The relay has ended the conversation, or does not want this visitor: trying again would change nothing. */
const FINAL_CLOSE_CODES: ReadonlySet<number> = new Set([1000, 1008]);

export class RelayConnection {
  private readonly options: RelayConnectionOptions;
  private readonly handlers: RelayConnectionHandlers;
  private readonly socket: WebSocketLike;
  private readonly attemptTimer: ReturnType<typeof setTimeout>;
  private silenceTimer: ReturnType<typeof setInterval> | undefined;
  private isOpen = false;
  private isReady = false;
  private isEnded = false;
  private isSilent = false;
  private isAsked = false;
  private unusableCount = 0;

  /** @throws {AvatarError} `invalidConfiguration` for a URL that is none. */
  constructor(options: RelayConnectionOptions, handlers: RelayConnectionHandlers) {
    this.options = options;
    this.handlers = handlers;
    try {
      this.socket = new options.WebSocket(options.url);
    } catch {
      // The reason would quote the URL, and with it what the app has put there.
      throw new AvatarError(ErrorCode.invalidConfiguration, 'The relay URL cannot be opened from this page.');
    }
    this.socket.binaryType = 'arraybuffer';
    this.socket.addEventListener('open', () => this.handleOpen());
    this.socket.addEventListener('message', (event) => this.handleMessage(event.data));
    this.socket.addEventListener('close', (event) => this.handleClose(event.code, event.reason));
    // A close follows; without a listener Node would throw.
    this.socket.addEventListener('error', () => undefined);
    this.attemptTimer = setTimeout(
      () => this.end(new AvatarError(ErrorCode.connectionFailed, `The relay did not answer within ${options.attemptTimeoutMs} ms.`)),
      options.attemptTimeoutMs,
    );
  }

  send(action: RelayAction): void {
    if (!this.isEnded && this.socket.readyState === OPEN) this.socket.send(encodeRelayAction(action));
  }

  /** Ends the connection without a report. */
  close(): void {
    if (this.isEnded) return;
    this.finish();
    this.socket.close(1000);
  }

  private end(error: AvatarError): void {
    if (this.isEnded) return;
    this.close();
    this.handlers.handleClosed(error, false);
  }

  private handleOpen(): void {
    if (this.isEnded) return;
    this.isOpen = true;
    this.send({ action: 'start', version: RELAY_PROTOCOL_VERSION });
  }

  private handleMessage(data: unknown): void {
    if (this.isEnded) return;
    this.isSilent = this.isAsked = false;
    if (!(data instanceof ArrayBuffer)) {
      this.countUnusable(new AvatarError(ErrorCode.protocolError, 'The relay sent a text message.'));
      return;
    }
    try {
      this.dispatch(decodeRelayFrame(new Uint8Array(data)));
    } catch (reason) {
      this.countUnusable(avatarErrorFrom(reason, ErrorCode.protocolError));
    }
  }

  private dispatch(frame: RelayFrame): void {
    if (frame.type === 'audio' || frame.type === 'motion') {
      this.handlers.handleMedia(frame);
    } else if (frame.type === 'error') {
      const turnId = frame.fields.turn_id;
      const error = new AvatarError(ErrorCode.serverError, `Relay: ${relayErrorText(frame.fields)}`);
      this.handlers.handleRefusal(error, typeof turnId === 'string' ? turnId : null);
    } else {
      const event = relayEventFrom(frame.fields);
      if (event?.event === 'ready') this.handleReady(event);
      else if (event) this.handlers.handleEvent(event);
    }
  }

  private handleReady(ready: RelayReady): void {
    if (!this.isReady) {
      this.isReady = true;
      clearTimeout(this.attemptTimer);
      // Relays of other protocols do not answer a ping.
      if (ready.resumeToken) this.silenceTimer = setInterval(() => this.watchSilence(), this.options.silenceMs);
    }
    this.handlers.handleReady(ready);
  }

  /** TCP takes minutes to notice that the other side is gone. */
  private watchSilence(): void {
    if (this.isAsked) {
      this.end(new AvatarError(ErrorCode.websocketClosedAbnormally, 'The relay stopped answering.'));
    } else if (this.isSilent) {
      this.isAsked = true;
      this.send({ action: 'ping' });
    }
    this.isSilent = true;
  }

  private countUnusable(error: AvatarError): void {
    if (++this.unusableCount === 1) this.handlers.handleUnusable(error);
    if (this.unusableCount >= MAX_UNUSABLE_MESSAGES) {
      this.end(new AvatarError(ErrorCode.websocketClosedUnexpected, 'The relay sends messages that cannot be read.'));
    }
  }

  private handleClose(code: number, reason: string): void {
    if (this.isEnded) return;
    this.finish();
    this.handlers.handleClosed(this.closeError(code, reason), this.isOpen && FINAL_CLOSE_CODES.has(code));
  }

  private closeError(code: number, reason: string): AvatarError {
    if (!this.isOpen) {
      return new AvatarError(
        ErrorCode.connectionFailed,
        `The relay at ${new URL(this.options.url).origin} could not be reached, or refused the connection.`,
      );
    }
    if (code === 1006) return new AvatarError(ErrorCode.websocketClosedAbnormally, 'The connection to the relay was lost.');
    const message = `The relay closed the connection (${code})${reason ? `: ${reason.slice(0, 123)}` : ''}`;
    return new AvatarError(code === 1000 ? ErrorCode.connectionClosed : ErrorCode.websocketClosedUnexpected, message);
  }

  private finish(): void {
    this.isEnded = true;
    clearTimeout(this.attemptTimer);
    clearInterval(this.silenceTimer);
  }
}
