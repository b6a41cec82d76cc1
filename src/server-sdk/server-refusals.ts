/** What servers say when they refuse → error codes. Words decide before numbers: one number stands for many reasons. */

import type { ConsoleFailure } from './console-client.js';
import { AvatarSDKError, AvatarSDKErrorCode, type ErrorContext, type ErrorPhase, SessionTokenError } from './sdk-error.js';

const Code = AvatarSDKErrorCode;

/** Fragments that Motion Servers use, lower case; the first that matches decides. */
const FRAGMENTS: readonly (readonly [RegExp, AvatarSDKErrorCode])[] = [
  [/credits? exhausted/, Code.creditsExhausted],
  [/session time limit reached|maximum session duration/, Code.sessionDurationExceeded],
  [/session denied/, Code.billingRequired],
  // Before tokens: a room's server may have found its own token wanting.
  [/egress client is not configured|failed to create egress connection/, Code.egressUnavailable],
  [/livekit_egress|agora_egress|missing livekit credentials|provide api_token or both/, Code.invalidEgressConfig],
  [/token is expired|token expired/, Code.sessionTokenExpired],
  [/invalid session token|empty token/, Code.sessionTokenInvalid],
  [/app ?id mismatch/, Code.appIDMismatch],
  [/app ?id ?unrecognized/, Code.appIDUnrecognized],
  [/avatar not found/, Code.avatarNotFound],
  [/unsupported sample rate/, Code.unsupportedSampleRate],
  [/silence timeout|no audio input for/, Code.idleTimeout],
  [/driven server (returned non-200 status code|request failed)/, Code.upstreamError],
  [/expected clientconfiguresession|clientconfiguresession message is nil|unexpected message type|failed to unmarshal/, Code.protocolError],
];

/** Numbers of `ServerError.code` and of WebSocket closes. */
const NUMBERS: Readonly<Record<string, AvatarSDKErrorCode>> = {
  '3': Code.invalidRequest,
  '400': Code.invalidRequest,
  '16': Code.invalidEgressConfig,
  '4001': Code.creditsExhausted,
  '4002': Code.sessionDurationExceeded,
  '4010': Code.sessionTokenExpired,
};

const UPGRADE_STATUSES: Readonly<Record<number, AvatarSDKErrorCode>> = {
  400: Code.sessionTokenInvalid,
  401: Code.sessionTokenExpired,
  402: Code.billingRequired,
  404: Code.appIDUnrecognized,
};

const CONSOLE_STATUSES: Readonly<Record<number, AvatarSDKErrorCode>> = {
  402: Code.billingRequired,
  404: Code.appIDUnrecognized,
};

function codeOfWords(text: string): AvatarSDKErrorCode | undefined {
  const lower = text.toLowerCase();
  return FRAGMENTS.find(([pattern]) => pattern.test(lower))?.[1];
}

/** Takes the secrets that a peer may have quoted out of its words. */
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
  const isOfEgress = code === 3 && /livekit|agora|egress/i.test(message);
  const found =
    codeOfWords(message) ??
    (isOfEgress ? Code.invalidEgressConfig : NUMBERS[code]) ??
    (code === 14 && hasEgress ? Code.egressUnavailable : Code.serverError);
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
  const serverDetail = messageIn(rawBody);
  const found =
    codeOfWords(rawBody) ??
    UPGRADE_STATUSES[httpStatus] ??
    (httpStatus >= 500 ? Code.serverError : httpStatus >= 400 ? Code.invalidRequest : Code.connectionFailed);
  return new AvatarSDKError(found, `the Motion Server refused the session (${httpStatus})${serverDetail && `: ${serverDetail}`}`, {
    phase: 'websocket_connect',
    httpStatus,
    rawBody,
    ...(serverDetail && { serverDetail }),
  });
}

function messageIn(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed && 'message' in parsed) return String(parsed.message).slice(0, 300);
  } catch {
    // A proxy's page; `rawBody` has it.
  }
  return '';
}

/** A connection that was closed by the server, or lost. */
export function errorFromClose(closeCode: number, reason: string, context: ErrorContext, redact: Redact): AvatarSDKError {
  const closeReason = redact(reason);
  const found = codeOfWords(reason) ?? (closeCode >= 4000 ? NUMBERS[closeCode] : undefined) ?? Code.connectionClosed;
  const words =
    closeCode === 1006 ? 'the connection to the Motion Server was lost' : `the Motion Server closed the connection (${closeCode})`;
  return new AvatarSDKError(found, `${words}${closeReason && `: ${closeReason}`}`, { ...context, closeCode, closeReason });
}

/** What kept us from a token. */
export function errorFromConsole(failure: ConsoleFailure): SessionTokenError {
  const { kind, answer, message, cause } = failure;
  if (kind === 'unreachable') return new SessionTokenError(Code.connectionFailed, message, { cause });
  if (!answer) return new SessionTokenError(Code.protocolError, message);
  const { status, code, title, detail, rawBody } = answer;
  const found =
    codeOfWords([code, title, detail].join(' | ')) ?? CONSOLE_STATUSES[status] ?? (status >= 500 ? Code.serverError : Code.invalidRequest);
  return new SessionTokenError(found, message, {
    httpStatus: status,
    rawBody,
    ...(code !== undefined && { serverCode: code }),
    ...(title !== undefined && { serverTitle: title }),
    ...(detail !== undefined && { serverDetail: detail }),
  });
}
