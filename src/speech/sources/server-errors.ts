/** What a Motion Server's refusals mean: texts, numbers and close codes → `AvatarError`. Messages hold no token. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';

/** Text fragments that Motion Servers use, lower case; the first that matches decides. */
const FRAGMENTS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/credits? exhausted|insufficient balance/, ErrorCode.insufficientBalance],
  [/session time limit reached|maximum session duration/, ErrorCode.sessionTimeout],
  [/concurren(t|cy)/, ErrorCode.concurrentLimitExceeded],
  [/token is expired|token expired|expired token/, ErrorCode.sessionTokenExpired],
  [/app ?id mismatch/, ErrorCode.appIDMismatch],
  [/app ?id ?unrecognized/, ErrorCode.appIDUnrecognized],
  [/invalid session token|empty token|unauthenticated/, ErrorCode.sessionTokenInvalid],
  [/session denied/, ErrorCode.billingRequired],
  [/avatar not found/, ErrorCode.avatarIDUnrecognized],
  [/unsupported sample rate/, ErrorCode.unsupportedSampleRate],
  [/silence timeout|no audio input for|idle timeout/, ErrorCode.idleTimeout],
  [
    /expected clientconfiguresession|clientconfiguresession message is nil|unexpected message type|failed to unmarshal/,
    ErrorCode.protocolError,
  ],
];

/** Numbers of `ServerError.code` and of WebSocket closes with a meaning of their own. */
const NUMBERS: Readonly<Record<number, ErrorCode>> = {
  3: ErrorCode.invalidRequest,
  400: ErrorCode.invalidRequest,
  4001: ErrorCode.insufficientBalance,
  4002: ErrorCode.sessionTimeout,
  4003: ErrorCode.concurrentLimitExceeded,
  4010: ErrorCode.sessionTokenExpired,
};

/** Statuses of a refused upgrade whose words say nothing. */
const STATUSES: Readonly<Record<number, ErrorCode>> = {
  400: ErrorCode.sessionTokenInvalid,
  401: ErrorCode.sessionTokenExpired,
  402: ErrorCode.billingRequired,
  404: ErrorCode.appIDUnrecognized,
};

/** How far a failure lets the transport try again by itself. */
export type Retry =
  /** The network or the server's mood: again after a while. */
  | 'later'
  /** With another token. */
  | 'fresh-token'
  /** When there is something to say again. */
  | 'on-demand'
  /** Nothing will change by itself. */
  | 'never';

const RETRIES: Readonly<Partial<Record<ErrorCode, Retry>>> = {
  sessionTokenExpired: 'fresh-token',
  sessionTokenInvalid: 'fresh-token',
  idleTimeout: 'on-demand',
  appIDUnrecognized: 'never',
  appIDMismatch: 'never',
  avatarIDUnrecognized: 'never',
  insufficientBalance: 'never',
  billingRequired: 'never',
  concurrentLimitExceeded: 'later',
  unsupportedSampleRate: 'never',
  invalidRequest: 'never',
  invalidConfiguration: 'never',
  protocolError: 'never',
};

export function retryOf(error: AvatarError): Retry {
  return RETRIES[error.code] ?? 'later';
}

/** A `ServerError` message. */
export function errorFromServer(code: number, message: string): AvatarError {
  const text = message.toLowerCase();
  const found = FRAGMENTS.find(([pattern]) => pattern.test(text))?.[1] ?? NUMBERS[code] ?? ErrorCode.serverError;
  return new AvatarError(found, `Motion Server: ${tidy(message) || `error ${code}`}`);
}

/** An established connection that closed. @param reason Of the close frame. */
export function errorFromClose(closeCode: number, reason: string): AvatarError {
  const text = reason.toLowerCase();
  const words = reason ? `: ${tidy(reason)}` : '';
  const found = FRAGMENTS.find(([pattern]) => pattern.test(text))?.[1] ?? (closeCode >= 4000 ? NUMBERS[closeCode] : undefined);
  if (found) return new AvatarError(found, `Motion Server closed the connection (${closeCode})${words}`);
  if (closeCode === 1006) {
    return new AvatarError(ErrorCode.websocketClosedAbnormally, 'The connection to the Motion Server was lost.');
  }
  return new AvatarError(ErrorCode.websocketClosedUnexpected, `Motion Server closed the connection (${closeCode})${words}`);
}

/** The HTTP answer of a refused upgrade, where one could be had. */
export function errorFromStatus(status: number, body: string): AvatarError {
  let message = '';
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed && 'message' in parsed) message = String(parsed.message);
  } catch {
    // A proxy's page: its words are not for us.
  }
  const text = message.toLowerCase();
  const found =
    FRAGMENTS.find(([pattern]) => pattern.test(text))?.[1] ??
    STATUSES[status] ??
    (status >= 500 ? ErrorCode.serverError : ErrorCode.invalidRequest);
  return new AvatarError(found, `Motion Server refused the connection (${status})${message ? `: ${tidy(message)}` : ''}`);
}

/** Server text for people: one line, bounded, and nothing that looks like a token. */
function tidy(text: string): string {
  return text
    .replace(/[\w-]{16,}\.[\w-]{8,}(\.[\w-]*)?/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}
