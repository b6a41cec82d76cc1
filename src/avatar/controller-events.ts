/** What an `AvatarController` tells its listeners. */
import type { AvatarError } from '../shared/contracts/errors.js';
import type { MotionSessionStats } from '../shared/contracts/motion-session.js';
import type { ConnectionChange } from './connection/connection-state.js';
import type { ConversationChange } from './conversations/conversation-state.js';

export interface DiscardedFrames {
  readonly conversationId: string;
  readonly payloadCount: number;
  /**
   * `not-current`: the conversation is over or was interrupted, or there never was one of this id. `audio-only`: an empty
   * payload has said that it has no motion.
   */
  readonly reason: 'not-current' | 'audio-only';
}

export interface AvatarControllerEvents {
  'connection-state': ConnectionChange;
  'conversation-state': ConversationChange & { readonly conversationId: string };
  error: AvatarError;
  /** Sound waits for more audio, or in strict sync for motion; and goes on again. */
  'playback-stall': { readonly conversationId: string; readonly isStalled: boolean };
  'audio-blocked': { readonly isBlocked: boolean };
  /** How a conversation is shown: by the server's motion, the local engine's, or as sound alone. */
  'conversation-motion': { readonly conversationId: string; readonly motion: 'server' | 'local' | 'none' };
  /** Motion of the app that nobody will see: see `yieldFramesData`. */
  'frames-discarded': DiscardedFrames;
}

export interface ControllerStats extends MotionSessionStats {
  /** First audio of the newest conversation handed over → its first audible sample reported, ms; NaN before. */
  firstSoundMs: number;
  /** How often the newest conversation has run dry. */
  stalls: number;
  /** Sound of the newest conversation that is at hand and not heard yet, s; NaN where it did not come through the page. */
  bufferedSeconds: number;
}

/** Before there is a session. */
export const NO_SESSION_STATS: MotionSessionStats = {
  motionBytes: 0,
  motionSeconds: 0,
  firstMotionMs: NaN,
  discardedMessages: 0,
  reconnects: 0,
};
