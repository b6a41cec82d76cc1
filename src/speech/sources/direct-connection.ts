/** One WebSocket to a Motion Server, from its opening to its close: handshake, bytes and messages, nothing of rounds. */

import { createMessage, decodeMessage, encodeMessage, type ServerResponseAnimation } from '../../motion/protocol/index.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { pcmBytesFromInt16 } from '../../shared/samples/sample-arithmetic.js';
import { errorFromClose, errorFromServer } from './server-errors.js';

/** The part of the standard WebSocket that is used; Node's `ws` has it too. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(data: Uint8Array | string): void;
  close(code?: number): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}
export type WebSocketConstructor = new (url: string) => WebSocketLike;

export interface DirectConnectionHandlers {
  /** The server has confirmed the session. */
  handleReady(): void;
  handleAnimation(response: ServerResponseAnimation, byteLength: number): void;
  handleRequestError(reqId: string, error: AvatarError): void;
  /** A message that cannot be used; the first of a connection only. */
  handleUnusable(error: AvatarError): void;
  /** Called once, not after `close()`. `error` is null when the connection was never established and no reason is known. */
  handleClosed(error: AvatarError | null): void;
}

export interface DirectConnectionOptions {
  readonly url: string;
  readonly sampleRateHz: number;
  readonly WebSocket: WebSocketConstructor;
  /** ms from the start to the server's confirmation. */
  readonly attemptTimeoutMs: number;
  /** The longest message accepted of a server, bytes. Motion of 4 s in the documented form has 50 kB. */
  readonly maxMessageBytes?: number;
}

const DEFAULT_MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** A server whose every message is broken is no server to stay with. */
const MAX_UNUSABLE_MESSAGES = 50;
/** A `ServerError` without a request is followed by a close; a server that forgets it is helped, after this many ms. */
const CLOSE_GRACE_MS = 1000;
const OPEN = 1;

export class DirectConnection {
  private readonly options: DirectConnectionOptions;
  private readonly handlers: DirectConnectionHandlers;
  private readonly socket: WebSocketLike;
  private readonly attemptTimer: ReturnType<typeof setTimeout>;
  private graceTimer: ReturnType<typeof setTimeout> | undefined;
  private isOpen = false;
  private isConfirmed = false;
  private isEnded = false;
  private serverError: AvatarError | null = null;
  private unusableCount = 0;

  /** @throws {AvatarError} `invalidConfiguration` for a URL that is none. */
  constructor(options: DirectConnectionOptions, handlers: DirectConnectionHandlers) {
    this.options = options;
    this.handlers = handlers;
    try {
      this.socket = new options.WebSocket(options.url);
    } catch {
      // The reason would quote the URL, and with it the token.
      throw new AvatarError(ErrorCode.invalidConfiguration, 'The Motion Server URL cannot be opened from this page.');
    }
    this.socket.binaryType = 'arraybuffer';
    this.socket.addEventListener('open', () => this.handleOpen());
    this.socket.addEventListener('message', (event) => this.handleMessage(event.data));
    this.socket.addEventListener('close', (event) => this.handleClose(event.code, event.reason));
    // A close follows; without a listener Node would throw.
    this.socket.addEventListener('error', () => undefined);
    this.attemptTimer = setTimeout(() => {
      const words = this.isOpen ? 'did not confirm the session' : 'did not answer';
      this.end(new AvatarError(ErrorCode.connectionFailed, `The Motion Server ${words} within ${options.attemptTimeoutMs} ms.`));
    }, options.attemptTimeoutMs);
  }

  /** Bytes handed over and not yet on the wire. */
  get bufferedBytes(): number {
    return this.socket.bufferedAmount;
  }

  get isReady(): boolean {
    return this.isConfirmed && !this.isEnded && this.socket.readyState === OPEN;
  }

  sendAudio(reqId: string, samples: Int16Array, isEnd: boolean): void {
    this.send({ case: 'clientAudioInput', value: { reqId, audio: pcmBytesFromInt16(samples), end: isEnd } });
  }

  sendInterrupt(reqId: string): void {
    this.send({ case: 'clientInterrupt', value: { reqId } });
  }

  /** Ends the connection without a report. */
  close(): void {
    if (this.isEnded) return;
    this.finish();
    this.socket.close(1000);
  }

  /** Ends the connection because of something found out here. */
  end(error: AvatarError): void {
    if (this.isEnded) return;
    this.close();
    this.handlers.handleClosed(error);
  }

  private send(data: Parameters<typeof createMessage>[0]): void {
    if (this.socket.readyState === OPEN) this.socket.send(encodeMessage(createMessage(data)));
  }

  private handleOpen(): void {
    if (this.isEnded) return;
    this.isOpen = true;
    this.send({ case: 'clientConfigureSession', value: { sampleRate: this.options.sampleRateHz } });
  }

  private handleMessage(data: unknown): void {
    if (this.isEnded) return;
    if (!(data instanceof ArrayBuffer)) {
      this.countUnusable(new AvatarError(ErrorCode.protocolError, 'The Motion Server sent a text message.'));
      return;
    }
    try {
      this.dispatch(new Uint8Array(data));
    } catch (reason) {
      this.countUnusable(avatarErrorFrom(reason, ErrorCode.protocolError));
    }
  }

  private dispatch(bytes: Uint8Array): void {
    const { data } = decodeMessage(bytes, { maxBytes: this.options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES });
    switch (data.case) {
      case 'serverConfirmSession':
        if (this.isConfirmed) return;
        if (!data.value.connectionId) {
          this.end(new AvatarError(ErrorCode.protocolError, 'The Motion Server confirmed a session without an id.'));
          return;
        }
        this.isConfirmed = true;
        clearTimeout(this.attemptTimer);
        this.handlers.handleReady();
        return;
      case 'serverError': {
        const { code, message, reqId } = data.value;
        const error = errorFromServer(code, message);
        if (this.isConfirmed && reqId) this.handlers.handleRequestError(reqId, error);
        else this.expectClose(error);
        return;
      }
      case 'serverResponseAnimation':
        if (this.isConfirmed) this.handlers.handleAnimation(data.value, bytes.byteLength);
        else this.countUnusable(new AvatarError(ErrorCode.protocolError, 'The Motion Server sent motion before it confirmed the session.'));
        return;
      default:
        // Messages of a newer protocol, or a client's own: not for us, and no reason to stop.
        return;
    }
  }

  private expectClose(error: AvatarError): void {
    this.serverError ??= error;
    this.graceTimer ??= setTimeout(() => this.end(error), CLOSE_GRACE_MS);
  }

  private countUnusable(error: AvatarError): void {
    if (++this.unusableCount === 1) this.handlers.handleUnusable(error);
    if (this.unusableCount >= MAX_UNUSABLE_MESSAGES) {
      this.end(new AvatarError(ErrorCode.websocketClosedUnexpected, 'The Motion Server sends messages that cannot be read.'));
    }
  }

  private handleClose(code: number, reason: string): void {
    if (this.isEnded) return;
    this.finish();
    const error = this.serverError ?? (this.isOpen ? errorFromClose(code, reason) : null);
    this.handlers.handleClosed(error);
  }

  private finish(): void {
    this.isEnded = true;
    clearTimeout(this.attemptTimer);
    clearTimeout(this.graceTimer);
  }
}
