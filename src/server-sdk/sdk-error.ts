/** Errors of the Server SDK. */
import { REFUSAL_KINDS, retryOfRefusal } from '../motion/protocol/refusals.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';

/** The documented codes of Server SDKs: the same strings in every language. */
export const AvatarSDKErrorCode = {
  sessionTokenExpired: ErrorCode.sessionTokenExpired,
  sessionTokenInvalid: ErrorCode.sessionTokenInvalid,
  appIDUnrecognized: ErrorCode.appIDUnrecognized,
  appIDMismatch: ErrorCode.appIDMismatch,
  avatarNotFound: ErrorCode.avatarNotFound,
  billingRequired: ErrorCode.billingRequired,
  creditsExhausted: ErrorCode.creditsExhausted,
  sessionDurationExceeded: ErrorCode.sessionDurationExceeded,
  unsupportedSampleRate: ErrorCode.unsupportedSampleRate,
  invalidEgressConfig: ErrorCode.invalidEgressConfig,
  egressUnavailable: ErrorCode.egressUnavailable,
  /** No audio for too long. Try again. */
  idleTimeout: ErrorCode.idleTimeout,
  /** The engine behind the server failed. */
  upstreamError: ErrorCode.upstreamError,
  invalidRequest: ErrorCode.invalidRequest,
  /** Try again, with growing delays. */
  connectionFailed: ErrorCode.connectionFailed,
  /** Try again, with growing delays. */
  connectionClosed: ErrorCode.connectionClosed,
  protocolError: ErrorCode.protocolError,
  serverError: ErrorCode.serverError,
  /** A failure outside the SDK, such as in the source of the audio; see `cause`. */
  unknown: ErrorCode.unknown,
} as const;

export type AvatarSDKErrorCode = (typeof AvatarSDKErrorCode)[keyof typeof AvatarSDKErrorCode];

/** Operation of the SDK that failed. */
export type ErrorPhase = 'session_token' | 'websocket_connect' | 'websocket_handshake' | 'websocket_runtime' | 'websocket_send';

/** Details for finding the failure in a server's log. They never hold a token or key. */
export interface ErrorContext {
  phase: ErrorPhase;
  /** Of the console's response or the refused upgrade. */
  httpStatus?: number;
  /** `ServerError.code` as text, or the console's `code`. */
  serverCode?: string;
  serverTitle?: string;
  serverDetail?: string;
  connectionId?: string;
  reqId?: string;
  /** Body of the HTTP answer, at most 8192 characters. */
  rawBody?: string;
  closeCode?: number;
  closeReason?: string;
  cause?: unknown;
}

/** Switch on `code`; `message` is for people. */
export class AvatarSDKError extends AvatarError implements ErrorContext {
  override readonly name: string = 'AvatarSDKError';
  declare readonly code: AvatarSDKErrorCode;
  readonly phase: ErrorPhase;
  declare readonly httpStatus?: number;
  declare readonly serverCode?: string;
  declare readonly serverTitle?: string;
  declare readonly serverDetail?: string;
  declare readonly connectionId?: string;
  declare readonly reqId?: string;
  declare readonly rawBody?: string;
  declare readonly closeCode?: number;
  declare readonly closeReason?: string;

  constructor(code: AvatarSDKErrorCode, message: string, context: ErrorContext) {
    const { cause, phase, ...rest } = context;
    super(code, message, cause === undefined ? undefined : { cause });
    this.phase = phase;
    for (const [name, value] of Object.entries(rest)) if (value !== undefined) Object.assign(this, { [name]: value });
  }
}

/** No Session Token was obtained; the phase is `session_token`. */
export class SessionTokenError extends AvatarSDKError {
  override readonly name: string = 'SessionTokenError';

  constructor(code: AvatarSDKErrorCode, message: string, context: Omit<ErrorContext, 'phase'> = {}) {
    super(code, message, { ...context, phase: 'session_token' });
  }
}

const RETRYABLE: ReadonlySet<string> = new Set(REFUSAL_KINDS.filter((kind) => ['later', 'on-demand'].includes(retryOfRefusal(kind))));

/** Whether a retry may succeed without a change of configuration, key or balance. */
export function isRetryable(error: unknown): boolean {
  return error instanceof AvatarError && RETRYABLE.has(error.code);
}

/** The error of an aborted operation; `cause` is the signal's reason. */
export function abortedError(signal: AbortSignal): AvatarError {
  return new AvatarError(ErrorCode.aborted, 'ended by an AbortSignal', { cause: signal.reason });
}

/** @throws {AvatarError} `aborted`. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}
