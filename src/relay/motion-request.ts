/** Requests the motion of one turn through a borrowed session. */

import { untilAborted } from '../server-sdk/until-aborted.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { RelayedMotion, SessionProvider } from './relay-options.js';
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
  provider: SessionProvider,
  feed: SpeechFeed,
  signal: AbortSignal,
  handlers: MotionRequestHandlers,
): Promise<void> {
  let hasMotion = false;
  const passOn = (motion: RelayedMotion): void => {
    hasMotion = true;
    // Audio that was read is no longer needed.
    feed.release();
    handlers.handleMotion(motion);
  };
  for (let attempt = 1; ; attempt++) {
    try {
      await attemptMotion(provider, feed, signal, passOn, () => handlers.isOverdue());
      return;
    } catch (reason) {
      if (signal.aborted) return;
      const error = avatarErrorFrom(reason, ErrorCode.serverError);
      // A pooled session may have died unnoticed. Until there is motion, another session can repeat the whole request.
      if (attempt > 1 || hasMotion || error.code === ErrorCode.connectTimeout) throw error;
    }
  }
}

async function attemptMotion(
  provider: SessionProvider,
  feed: SpeechFeed,
  signal: AbortSignal,
  passOn: (motion: RelayedMotion) => void,
  isOverdue: () => boolean,
): Promise<void> {
  const overdue = new AbortController();
  const timer = setInterval(() => isOverdue() && overdue.abort(), WATCH_MS);
  const combined = AbortSignal.any([signal, overdue.signal]);
  try {
    const borrowing = provider.borrow({ signal: combined });
    // A session that arrives later is released.
    const session = await untilOverdue(borrowing, combined).catch((reason: unknown) => {
      borrowing.then(
        (unused) => unused.release(),
        () => undefined,
      );
      throw reason;
    });
    try {
      const motion = session.speak(feed.read(), { signal: combined })[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await untilOverdue(motion.next(), combined);
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

/** Settles as `work` does, but rejects at once when the signal aborts: not every source of sessions supports it. */
async function untilOverdue<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  try {
    return await untilAborted(work, signal);
  } catch (reason) {
    throw signal.aborted ? new AvatarError(ErrorCode.connectTimeout, 'The Motion Server sends no motion for this speech.') : reason;
  }
}
