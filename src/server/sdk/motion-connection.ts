/** One WebSocket to a Motion Server: upgrade, handshake, bytes out, envelopes in, signs of life. Knows nothing of requests. */
import type { IncomingMessage } from 'node:http';

import { WebSocket } from 'ws';

import { decodeMessage } from '../../motion/protocol/envelope.js';
import { motionHeaderOf, type MotionHeader } from '../../motion/protocol/envelope-header.js';
import { AvatarSDKError, AvatarSDKErrorCode, abortedError, throwIfAborted, type ErrorPhase } from './sdk-error.js';
import { errorFromClose, errorFromServer, errorFromUpgrade, type Redact } from './server-refusals.js';

export interface MotionConnectionHandlers {
  /** @param envelope The whole message as it came; the receiver may keep it. */
  handleMotion(envelope: Uint8Array, header: MotionHeader): void;
  /** A failure of one request, with its `reqId`, or a message that cannot be read. The connection goes on. */
  handleError(error: AvatarSDKError): void;
  /** Called once. @param error Null when it was closed in order, by either side. */
  handleClosed(error: AvatarSDKError | null): void;
}

export interface MotionConnectionOptions {
  url: string;
  headers: Record<string, string>;
  /** The first message. */
  configure: Uint8Array;
  hasEgress: boolean;
  timeoutMs: number;
  livenessIntervalMs: number;
  maxMessageBytes: number;
  redact: Redact;
}

const MAX_REFUSAL_BYTES = 64 * 1024;
/** A server that does not answer a close frame in this time is hung up on, ms. */
const CLOSE_TIMEOUT_MS = 1000;
const NORMAL_CLOSES = [1000, 1001];

export class MotionConnection {
  readonly connectionId: string;
  private readonly socket: WebSocket;
  private readonly options: MotionConnectionOptions;
  private readonly handlers: MotionConnectionHandlers;
  private readonly liveness: NodeJS.Timeout | undefined;
  private isAlive = true;
  private isClosing = false;
  /** What the server said before it closed, or why we hung up. */
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
    // Whatever fails is told by the events around it; without a listener Node would end the process.
    socket.on('error', () => undefined);
    try {
      await untilOpen(socket, options, signal);
      // Made in the very moment of the confirmation: what comes right behind it already has its listeners.
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
      if (error.code?.startsWith('WS_ERR_')) this.failure ??= this.error(AvatarSDKErrorCode.protocolError, `the Motion Server broke the protocol: ${error.message}`, error);
    });
    if (options.livenessIntervalMs > 0) this.liveness = setInterval(() => this.askForLife(), options.livenessIntervalMs).unref();
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

  /** Says goodbye; resolves when the socket is closed, after at most a second. */
  async close(): Promise<void> {
    this.isClosing = true;
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    // A socket that is not read would never see the answer.
    this.socket.resume();
    this.socket.close(1000);
    const timer = setTimeout(() => this.socket.terminate(), CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(timer);
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
      // Anything else belongs to a newer protocol: not for us, and no reason to stop.
      if (data.case !== 'serverError') return;
      const error = errorFromServer(data.value, { ...this.options, connectionId, phase: 'websocket_runtime' });
      // Without a request it is the session that failed, and a close follows.
      if (data.value.reqId === '') this.failure ??= error;
      else handlers.handleError(error);
    } catch (cause) {
      handlers.handleError(this.error(AvatarSDKErrorCode.protocolError, 'the Motion Server sent a message that cannot be read', cause));
    }
  }

  private askForLife(): void {
    // A socket that is not read shows no pong.
    if (this.socket.isPaused) return;
    if (!this.isAlive) {
      this.failure ??= this.error(AvatarSDKErrorCode.connectionClosed, 'the Motion Server gives no sign of life');
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
    if (!this.isClosing && !this.failure && !NORMAL_CLOSES.includes(code)) {
      this.failure = errorFromClose(code, reason, { phase: 'websocket_runtime', connectionId: this.connectionId }, this.options.redact);
    }
    this.handlers.handleClosed(this.isClosing ? null : this.failure);
  }
}

/** Rejects with what `watch` finds, when time is up, or when the signal aborts. */
async function within<Result>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  late: () => AvatarSDKError,
  watch: (resolve: (result: Result) => void, reject: (reason: unknown) => void) => void,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  try {
    throwIfAborted(signal);
    return await new Promise<Result>((resolve, reject) => {
      timer = setTimeout(() => reject(late()), timeoutMs);
      onAbort = () => reject(abortedError(signal!));
      signal?.addEventListener('abort', onAbort);
      watch(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

function untilOpen(socket: WebSocket, { timeoutMs, redact }: MotionConnectionOptions, signal?: AbortSignal): Promise<void> {
  const failed = (message: string, cause?: unknown): AvatarSDKError =>
    new AvatarSDKError(AvatarSDKErrorCode.connectionFailed, message, { phase: 'websocket_connect', cause });
  return within(timeoutMs, signal, () => failed(`the Motion Server did not answer within ${timeoutMs} ms`), (resolve, reject) => {
    // Nothing that comes with the answer may be read before somebody listens.
    socket.once('open', () => {
      socket.pause();
      resolve();
    });
    socket.once('error', (error) => reject(failed(`the Motion Server cannot be reached: ${error.message}`, error)));
    socket.once('unexpected-response', (_request, response) => {
      const { statusCode = 0 } = response;
      bodyOf(response).then((body) => reject(errorFromUpgrade(statusCode, body, redact)), reject);
    });
  });
}

function untilConfirmed<Result>(
  socket: WebSocket,
  options: MotionConnectionOptions,
  signal: AbortSignal | undefined,
  resultFrom: (connectionId: string) => Result,
): Promise<Result> {
  const { timeoutMs, redact } = options;
  const phase = 'websocket_handshake';
  const fault = (message: string, code: AvatarSDKErrorCode = AvatarSDKErrorCode.protocolError, cause?: unknown): AvatarSDKError =>
    new AvatarSDKError(code, message, { phase, cause });
  const late = (): AvatarSDKError => fault(`the Motion Server did not confirm the session within ${timeoutMs} ms`, AvatarSDKErrorCode.connectionFailed);
  const connectionIdFrom = (envelope: Buffer, isBinary: boolean): string => {
    if (!isBinary) throw fault('the Motion Server sent a text message instead of a confirmation');
    let message;
    try {
      message = decodeMessage(envelope, { maxBytes: options.maxMessageBytes });
    } catch (cause) {
      throw fault('the Motion Server sent bytes that are no message instead of a confirmation', AvatarSDKErrorCode.protocolError, cause);
    }
    const { data } = message;
    if (data.case === 'serverError') throw errorFromServer(data.value, { ...options, phase, connectionId: data.value.connectionId });
    if (data.case !== 'serverConfirmSession') throw fault(`the Motion Server sent ${data.case ?? 'nothing'} instead of a confirmation`);
    if (!data.value.connectionId) throw fault('the Motion Server confirmed a session without an id');
    return data.value.connectionId;
  };
  return within(timeoutMs, signal, late, (resolve, reject) => {
    socket.once('message', (data, isBinary) => {
      try {
        resolve(resultFrom(connectionIdFrom(data as Buffer, isBinary)));
      } catch (error) {
        reject(error);
      }
    });
    socket.once('close', (code, reason) => reject(errorFromClose(code, reason.toString(), { phase }, redact)));
    socket.send(options.configure);
    socket.resume();
  });
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let byteCount = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      byteCount += part.length;
      if (byteCount > MAX_REFUSAL_BYTES) break;
    }
  } catch {
    // The status alone says enough.
  }
  return Buffer.concat(parts).toString();
}
