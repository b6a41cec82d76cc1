/** Refusals of a Motion Server → `AvatarError` with the codes of AvatarKit. Messages hold no token. */
import {
  messageInBody,
  REFUSAL_KINDS,
  type RefusalKind,
  type Retry,
  refusalInClose,
  refusalInServerError,
  refusalInUpgrade,
  retryOfRefusal,
} from '../../motion/protocol/refusals.js';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';

/** Kinds whose code differs from their name. */
const CODES: Readonly<Partial<Record<RefusalKind, ErrorCode>>> = {
  creditsExhausted: ErrorCode.insufficientBalance,
  sessionDurationExceeded: ErrorCode.sessionTimeout,
  avatarNotFound: ErrorCode.avatarIDUnrecognized,
  unauthenticated: ErrorCode.sessionTokenInvalid,
  upstreamError: ErrorCode.serverError,
  connectionClosed: ErrorCode.websocketClosedUnexpected,
  connectionLost: ErrorCode.websocketClosedAbnormally,
};

const codeOf = (kind: RefusalKind): ErrorCode => CODES[kind] ?? (kind as ErrorCode);

const RETRIES: ReadonlyMap<ErrorCode, Retry> = new Map([
  ...REFUSAL_KINDS.map((kind) => [codeOf(kind), retryOfRefusal(kind)] as const),
  [ErrorCode.invalidConfiguration, 'never'],
]);

export function retryOf(error: AvatarError): Retry {
  return RETRIES.get(error.code) ?? 'later';
}

/** A `ServerError` message. */
export function errorFromServer(code: number, message: string): AvatarError {
  return new AvatarError(codeOf(refusalInServerError(code, message)), `Motion Server: ${tidy(message) || `error ${code}`}`);
}

/** An established connection that closed. @param reason Of the close frame. */
export function errorFromClose(closeCode: number, reason: string): AvatarError {
  const kind = refusalInClose(closeCode, reason);
  const message =
    kind === 'connectionLost'
      ? 'The connection to the Motion Server was lost.'
      : `Motion Server closed the connection (${closeCode})${reason && `: ${tidy(reason)}`}`;
  return new AvatarError(codeOf(kind), message);
}

/** The HTTP answer of a refused upgrade, where one could be had. */
export function errorFromStatus(status: number, body: string): AvatarError {
  const message = tidy(messageInBody(body));
  return new AvatarError(
    codeOf(refusalInUpgrade(status, body)),
    `Motion Server refused the connection (${status})${message && `: ${message}`}`,
  );
}

/** Server text for people: one line, bounded, and nothing that looks like a token. */
function tidy(text: string): string {
  return text
    .replace(/[\w-]{16,}\.[\w-]{8,}(\.[\w-]*)?/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}
