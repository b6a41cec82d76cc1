/** One WebSocket to a Motion Server: upgrade, handshake, bytes out, envelopes in, pings. It does not know requests. */
import { WebSocket } from 'ws';

import { decodeMessage } from '../motion/protocol/envelope.js';
import { type MotionHeader, motionHeaderOf } from '../motion/protocol/envelope-header.js';
import { untilConfirmed, untilOpen } from './handshake.js';
import type { HandshakeOptions } from './handshake-options.js';
import { AvatarSDKError, AvatarSDKErrorCode, type ErrorPhase, throwIfAborted } from './sdk-error.js';
import { errorFromClose, errorFromServer } from './server-refusals.js';

export interface MotionConnectionHandlers {
  /** @param envelope The whole message as it came; the receiver may keep it. */
  handleMotion(envelope: Uint8Array, header: MotionHeader): void;
  /** A failure of one request, with its `reqId`, or a message that cannot be read. The connection goes on. */
  handleError(error: AvatarSDKError): void;
  /** Called once. @param error Null when it was closed in order, by either side. */
  handleClosed(error: AvatarSDKError | null): void;
}

export interface MotionConnectionOptions extends HandshakeOptions {
  url: string;
  headers: Record<string, string>;
  livenessIntervalMs: number;
}

/** Time for the server to close the connection after a close frame or a final `ServerError`, ms; then the socket is terminated. */
const CLOSE_TIMEOUT_MS = 1000;
const NORMAL_CLOSES = [1000, 1001];

export class MotionConnection {
  readonly connectionId: string;
  private readonly socket: WebSocket;
  private readonly options: MotionConnectionOptions;
  private readonly handlers: MotionConnectionHandlers;
  private readonly liveness: NodeJS.Timeout | undefined;
  private closeTimer: NodeJS.Timeout | undefined;
  private isAlive = true;
  private isClosing = false;
  /** The server's last error, or why the socket was terminated. */
  private failure: AvatarSDKError | null = null;

  /**
   * @throws {AvatarSDKError} with the phase `websocket_connect` or `websocket_handshake`.
   * @throws {AvatarError} `aborted`.
   */
  static async open(options: MotionConnectionOptions, handlers: MotionConnectionHandlers, signal?: AbortSignal): Promise<MotionConnection> {
    throwIfAborted(signal);
    const socket = new WebSocket(options.url, {
      headers: options.headers,
      perMessageDeflate: false,
      maxPayload: options.maxMessageBytes,
    });
    // Failures are reported by other events; without a listener Node would end the process.
    socket.on('error', () => undefined);
    try {
      await untilOpen(socket, options, signal);
      // Created synchronously on the confirmation, so that the messages behind it have a listener.
      return await untilConfirmed(socket, options, signal, (connectionId) => new MotionConnection(socket, connectionId, options, handlers));
    } catch (error) {
      socket.terminate();
      throw error;
    }
  }

  private constructor(socket: WebSocket, connectionId: string, options: MotionConnectionOptions, handlers: MotionConnectionHandlers) {
    this.socket = socket;
    this.connectionId = connectionId;
    this.options = options;
    this.handlers = handlers;
    socket.on('message', (data, isBinary) => {
      this.isAlive = true;
      if (isBinary) this.handleEnvelope(data as Buffer);
    });
    socket.on('pong', () => (this.isAlive = true));
    socket.on('close', (code, reason) => this.handleClose(code, reason.toString()));
    socket.on('error', (error: Error & { code?: string }) => {
      if (error.code?.startsWith('WS_ERR_'))
        this.failure ??= this.error(AvatarSDKErrorCode.protocolError, `the Motion Server broke the protocol: ${error.message}`, error);
    });
    if (options.livenessIntervalMs > 0) this.liveness = setInterval(() => this.checkLiveness(), options.livenessIntervalMs).unref();
  }

  get isOpen(): boolean {
    return !this.isClosing && this.socket.readyState === WebSocket.OPEN;
  }

  /** Resolves when the bytes have left this process: a server that does not read holds its sender back. */
  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return reject(this.closedError('websocket_send'));
      this.socket.send(bytes, (error) => (error ? reject(this.closedError('websocket_send', error)) : resolve()));
    });
  }

  /** Reads nothing more until `resume()`; the server is held back. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Closes the connection; resolves when the socket is closed, after at most a second. */
  async close(): Promise<void> {
    this.isClosing = true;
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    // A socket that is not read would never see the answer.
    this.socket.resume();
    this.socket.close(1000);
    this.closeTimer ??= setTimeout(() => this.socket.terminate(), CLOSE_TIMEOUT_MS);
    await closed;
  }

  /** For `console.log`: headers and URL hold the token. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `MotionConnection { connectionId: ${this.connectionId}, isOpen: ${this.isOpen} }`;
  }

  /** Why nothing can be sent any more. */
  closedError(phase: ErrorPhase, cause?: unknown): AvatarSDKError {
    if (this.failure) return this.failure;
    const { connectionId } = this;
    return new AvatarSDKError(AvatarSDKErrorCode.connectionClosed, 'the session is closed', { phase, connectionId, cause });
  }

  private handleEnvelope(envelope: Buffer): void {
    const { handlers, connectionId } = this;
    try {
      const header = motionHeaderOf(envelope);
      if (header) return handlers.handleMotion(envelope, header);
      const { data } = decodeMessage(envelope, { maxBytes: this.options.maxMessageBytes });
      // Other messages belong to a newer protocol and are ignored.
      if (data.case !== 'serverError') return;
      const error = errorFromServer(data.value, { ...this.options, connectionId, phase: 'websocket_runtime' });
      // Without a request it is the session that failed, and a close follows.
      if (data.value.reqId === '') this.expectClose(error);
      else handlers.handleError(error);
    } catch (cause) {
      handlers.handleError(this.error(AvatarSDKErrorCode.protocolError, 'the Motion Server sent a message that cannot be read', cause));
    }
  }

  private expectClose(error: AvatarSDKError): void {
    this.failure ??= error;
    this.closeTimer ??= setTimeout(() => this.socket.terminate(), CLOSE_TIMEOUT_MS);
  }

  private checkLiveness(): void {
    // A socket that is not read shows no pong.
    if (this.socket.isPaused) return;
    if (!this.isAlive) {
      this.failure ??= this.error(AvatarSDKErrorCode.connectionClosed, 'the Motion Server does not answer pings');
      return this.socket.terminate();
    }
    this.isAlive = false;
    this.socket.ping();
  }

  private error(code: AvatarSDKErrorCode, message: string, cause?: unknown): AvatarSDKError {
    return new AvatarSDKError(code, message, { phase: 'websocket_runtime', connectionId: this.connectionId, cause });
  }

  private handleClose(code: number, reason: string): void {
    clearInterval(this.liveness);
    clearTimeout(this.closeTimer);
    if (!this.isClosing && !this.failure && !NORMAL_CLOSES.includes(code)) {
      this.failure = errorFromClose(code, reason, { phase: 'websocket_runtime', connectionId: this.connectionId }, this.options.redact);
    }
    this.handlers.handleClosed(this.isClosing ? null : this.failure);
  }
}
