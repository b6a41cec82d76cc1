/** Opens a session: upgrade, configuration, confirmation, each with its own timeout and errors. */
import type { IncomingMessage } from 'node:http';

import type { WebSocket } from 'ws';

import { decodeMessage } from '../motion/protocol/envelope.js';
import type { HandshakeOptions } from './handshake-options.js';
import { AvatarSDKError, AvatarSDKErrorCode, abortedError, throwIfAborted } from './sdk-error.js';
import { errorFromClose, errorFromServer, errorFromUpgrade } from './server-refusals.js';

const MAX_REFUSAL_BYTES = 64 * 1024;

/** Settles as `watch` does; rejects on timeout, or when the signal aborts. */
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

/** Resolves when the upgrade succeeded. @throws {AvatarSDKError} with the phase `websocket_connect`. */
export function untilOpen(socket: WebSocket, { timeoutMs, redact }: HandshakeOptions, signal?: AbortSignal): Promise<void> {
  const failed = (message: string, cause?: unknown): AvatarSDKError =>
    new AvatarSDKError(AvatarSDKErrorCode.connectionFailed, message, { phase: 'websocket_connect', cause });
  return within(
    timeoutMs,
    signal,
    () => failed(`the Motion Server did not answer within ${timeoutMs} ms`),
    (resolve, reject) => {
      // Data that arrives with the response must not be read before there is a listener.
      socket.once('open', () => {
        socket.pause();
        resolve();
      });
      socket.once('error', (error) => reject(failed(`the Motion Server cannot be reached: ${error.message}`, error)));
      socket.once('unexpected-response', (_request, response) => {
        const { statusCode = 0 } = response;
        bodyOf(response).then((body) => reject(errorFromUpgrade(statusCode, body, redact)), reject);
      });
    },
  );
}

/**
 * Sends the configuration and waits for the answer.
 *
 * @param resultFrom Called synchronously on the confirmation, with the connection id.
 * @throws {AvatarSDKError} with the phase `websocket_handshake`.
 */
export function untilConfirmed<Result>(
  socket: WebSocket,
  options: HandshakeOptions,
  signal: AbortSignal | undefined,
  resultFrom: (connectionId: string) => Result,
): Promise<Result> {
  const { timeoutMs, redact } = options;
  const phase = 'websocket_handshake';
  const fault = (message: string, code: AvatarSDKErrorCode = AvatarSDKErrorCode.protocolError, cause?: unknown): AvatarSDKError =>
    new AvatarSDKError(code, message, { phase, cause });
  const late = (): AvatarSDKError =>
    fault(`the Motion Server did not confirm the session within ${timeoutMs} ms`, AvatarSDKErrorCode.connectionFailed);
  const connectionIdFrom = (envelope: Buffer, isBinary: boolean): string => {
    if (!isBinary) throw fault('the Motion Server sent a text message instead of a confirmation');
    let message;
    try {
      message = decodeMessage(envelope, { maxBytes: options.maxMessageBytes });
    } catch (cause) {
      throw fault('the Motion Server sent an unreadable message instead of a confirmation', AvatarSDKErrorCode.protocolError, cause);
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
    // The status alone decides.
  }
  return Buffer.concat(parts).toString();
}
