/** Gets the motion of one turn from a lent session, and gives up where none can be had. */

import { untilAborted } from '../server-sdk/until-aborted.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { RelayedMotion, SessionLender } from './relay-options.js';
import type { SpeechFeed } from './speech-feed.js';

export interface MotionRequestHandlers {
  handleMotion(motion: RelayedMotion): void;
  /** True when there has been speech enough, for long enough, that motion should have come. */
  isOverdue(): boolean;
}

const WATCH_MS = 100;

/**
 * @param signal Ends it; it resolves then.
 * @throws {AvatarError} Why there is no (more) motion; `connectTimeout` when it is overdue.
 */
export async function requestMotion(
  lender: SessionLender,
  feed: SpeechFeed,
  signal: AbortSignal,
  handlers: MotionRequestHandlers,
): Promise<void> {
  let hasMotion = false;
  const passOn = (motion: RelayedMotion): void => {
    hasMotion = true;
    // What was taken is not needed again.
    feed.release();
    handlers.handleMotion(motion);
  };
  for (let attempt = 1; ; attempt++) {
    try {
      await attemptMotion(lender, feed, signal, passOn, () => handlers.isOverdue());
      return;
    } catch (reason) {
      if (signal.aborted) return;
      const error = avatarErrorFrom(reason, ErrorCode.serverError);
      // A session may have died in its pool unnoticed: until there is motion, another one can do it all.
      if (attempt > 1 || hasMotion || error.code === ErrorCode.connectTimeout) throw error;
    }
  }
}

async function attemptMotion(
  lender: SessionLender,
  feed: SpeechFeed,
  signal: AbortSignal,
  passOn: (motion: RelayedMotion) => void,
  isOverdue: () => boolean,
): Promise<void> {
  const patience = new AbortController();
  const timer = setInterval(() => isOverdue() && patience.abort(), WATCH_MS);
  const given = AbortSignal.any([signal, patience.signal]);
  try {
    const lending = lender.borrow({ signal: given });
    // One that is lent after all goes back.
    const session = await untilOverdue(lending, given).catch((reason: unknown) => {
      lending.then(
        (unused) => unused.release(),
        () => undefined,
      );
      throw reason;
    });
    try {
      const motion = session.speak(feed.read(), { signal: given })[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await untilOverdue(motion.next(), given);
        if (done) return;
        passOn(value);
      }
    } finally {
      void session.release();
    }
  } finally {
    clearInterval(timer);
  }
}

/** Settles like the work, but rejects at once when the signal aborts: not every lender listens to it. */
async function untilOverdue<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  try {
    return await untilAborted(work, signal);
  } catch (reason) {
    throw signal.aborted ? new AvatarError(ErrorCode.connectTimeout, 'The Motion Server sends no motion for this speech.') : reason;
  }
}
