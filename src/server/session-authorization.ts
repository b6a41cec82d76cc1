/** The operator's decision who may open a session, and when its credits end. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';

/** A request for a session with a valid token. */
export interface SessionAttempt {
  appId: string;
  avatarId: string;
  /** Unique to the Session Token: a list of revoked tokens can be kept by it. */
  tokenId: string;
  /** Address of the client (of IPv6 its /64), or null where it is not known: see `trustedProxies`. */
  address: string | null;
  /** A request header by its lower-case name. */
  header: (name: string) => string | undefined;
}

/** Terms of an admitted session. */
export interface SessionGrant {
  /** Ends the session with `creditsExhausted` when it aborts. */
  creditsSignal?: AbortSignal;
}

/**
 * Called for every session request with a valid token, app and avatar, and also when a page queries why it was refused: it
 * should have no side effects. Return nothing, or a grant, to admit the session. To refuse it, throw an `AvatarError`:
 * `billingRequired` or `creditsExhausted` (402), `concurrentLimitExceeded` (429); any other code answers 403, with the
 * error's message. Anything else that is thrown answers 500.
 */
export type AuthorizeSession = (visit: SessionAttempt) => SessionGrant | void | Promise<SessionGrant | void>;

/** The HTTP response to a refused session. Stock SDKs match its text. */
export function refusalFrom(reason: unknown): { status: number; message: string } {
  if (!(reason instanceof AvatarError)) return { status: 500, message: 'Internal server error' };
  const { code, message } = reason;
  if (code === ErrorCode.billingRequired) return { status: 402, message: `Session denied: ${message}` };
  if (code === ErrorCode.creditsExhausted) return { status: 402, message: `Session denied: credits exhausted: ${message}` };
  if (code === ErrorCode.concurrentLimitExceeded) return { status: 429, message: `Concurrency limit reached: ${message}` };
  return { status: 403, message };
}
