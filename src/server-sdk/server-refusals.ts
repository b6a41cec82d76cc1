/** Refusals of a Motion Server or a console → `AvatarSDKError`, with the codes of the Server SDKs. */
import {
  messageInBody,
  type RefusalKind,
  refusalInClose,
  refusalInServerError,
  refusalInUpgrade,
  refusalOfConsole,
} from '../motion/protocol/refusals.js';
import type { ConsoleFailure } from './console-client.js';
import { AvatarSDKError, AvatarSDKErrorCode, type ErrorContext, type ErrorPhase, SessionTokenError } from './sdk-error.js';

const Code = AvatarSDKErrorCode;

/**
 * @param unknown For kinds that the documented codes have no name for.
 * @param unauthenticated In a `ServerError` it is the egress whose credentials were refused, before that the session's.
 */
function codeOf(kind: RefusalKind, unknown: AvatarSDKErrorCode, unauthenticated: AvatarSDKErrorCode): AvatarSDKErrorCode {
  if (kind === 'unauthenticated') return unauthenticated;
  return kind in Code ? (kind as AvatarSDKErrorCode) : unknown;
}

/** Removes secrets that a peer may have quoted. */
export type Redact = (text: string) => string;

export function redactor(...secrets: (string | null)[]): Redact {
  const known = secrets.filter((secret): secret is string => !!secret).flatMap((secret) => [secret, encodeURIComponent(secret)]);
  return (text) => known.reduce((clean, secret) => clean.split(secret).join('[secret]'), text);
}

/** A `ServerError` message. @param hasEgress Whether the session asked for one. */
export function errorFromServer(
  { code, message, reqId }: { code: number; message: string; reqId: string },
  { phase, connectionId, hasEgress, redact }: { phase: ErrorPhase; connectionId?: string; hasEgress: boolean; redact: Redact },
): AvatarSDKError {
  const detail = redact(message).slice(0, 1000);
  const found = codeOf(refusalInServerError(code, message, hasEgress), Code.serverError, Code.invalidEgressConfig);
  return new AvatarSDKError(found, `the Motion Server reports: ${detail || `error ${code}`}`, {
    phase,
    serverCode: String(code),
    serverDetail: detail,
    ...(connectionId && { connectionId }),
    ...(reqId && { reqId }),
  });
}

/** The HTTP answer of a refused upgrade. */
export function errorFromUpgrade(httpStatus: number, body: string, redact: Redact): AvatarSDKError {
  const rawBody = redact(body).slice(0, 8192);
  const serverDetail = messageInBody(rawBody).slice(0, 300);
  const found = codeOf(refusalInUpgrade(httpStatus, rawBody), Code.invalidRequest, Code.sessionTokenInvalid);
  return new AvatarSDKError(found, `the Motion Server refused the session (${httpStatus})${serverDetail && `: ${serverDetail}`}`, {
    phase: 'websocket_connect',
    httpStatus,
    rawBody,
    ...(serverDetail && { serverDetail }),
  });
}

/** A connection that was closed by the server, or lost. */
export function errorFromClose(closeCode: number, reason: string, context: ErrorContext, redact: Redact): AvatarSDKError {
  const closeReason = redact(reason);
  const kind = refusalInClose(closeCode, reason);
  const message =
    kind === 'connectionLost' ? 'the connection to the Motion Server was lost' : `the Motion Server closed the connection (${closeCode})`;
  return new AvatarSDKError(
    codeOf(kind, Code.connectionClosed, Code.sessionTokenInvalid),
    `${message}${closeReason && `: ${closeReason}`}`,
    { ...context, closeCode, closeReason },
  );
}

/** Why no Session Token could be had. */
export function errorFromConsole(failure: ConsoleFailure): SessionTokenError {
  const { kind, answer, message, cause } = failure;
  if (kind === 'unreachable') return new SessionTokenError(Code.connectionFailed, message, { cause });
  if (!answer) return new SessionTokenError(Code.protocolError, message);
  const { status, code, title, detail, rawBody } = answer;
  const found = codeOf(refusalOfConsole(status, [code, title, detail].join(' | ')), Code.invalidRequest, Code.invalidRequest);
  return new SessionTokenError(found, message, {
    httpStatus: status,
    rawBody,
    ...(code !== undefined && { serverCode: code }),
    ...(title !== undefined && { serverTitle: title }),
    ...(detail !== undefined && { serverDetail: detail }),
  });
}
