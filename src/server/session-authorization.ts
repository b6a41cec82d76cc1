/** Lets whoever runs a Motion Server decide who may open a session, and for how long they can pay. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';

/** Somebody with a valid token who asks for a session. */
export interface SessionVisit {
  appId: string;
  avatarId: string;
  /** A request header by its lower-case name. */
  header: (name: string) => string | undefined;
}

/** What a session is granted. */
export interface SessionGrant {
  /** Ends the session with `creditsExhausted` when it aborts. */
  creditsSignal?: AbortSignal;
}

/**
 * Called for every visitor whose token, app and avatar are right, and also when a page asks why it was refused: it
 * should only look things up. Return nothing, or a grant, to let the visitor in. To refuse, throw an `AvatarError`:
 * `billingRequired` or `creditsExhausted` (402), `concurrentLimitExceeded` (429); any other code answers 403, with the
 * error's message. Anything else that is thrown answers 500.
 */
export type AuthorizeSession = (visit: SessionVisit) => SessionGrant | void | Promise<SessionGrant | void>;

/** The HTTP answer to somebody who was not let in; the wording is what stock SDKs look for. */
export function refusalFrom(reason: unknown): { status: number; message: string } {
  if (!(reason instanceof AvatarError)) return { status: 500, message: 'Internal server error' };
  const { code, message } = reason;
  if (code === ErrorCode.billingRequired) return { status: 402, message: `Session denied: ${message}` };
  if (code === ErrorCode.creditsExhausted) return { status: 402, message: `Session denied: credits exhausted: ${message}` };
  if (code === ErrorCode.concurrentLimitExceeded) return { status: 429, message: `Concurrency limit reached: ${message}` };
  return { status: 403, message };
}
