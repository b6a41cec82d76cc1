/** Events and statistics of `AvatarSpeech`. */
import type { AvatarError } from '../shared/contracts/errors.js';
import type { RoundMotion, SessionStats } from '../shared/contracts/session.js';
import type { ConnectionChange } from './connection/connection-state.js';
import type { ConversationChange } from './conversations/conversation-state.js';
import type { Interruption } from './conversations/interruption.js';

export interface DiscardedFrames {
  readonly conversationId: string;
  readonly payloadCount: number;
  /**
   * `not-current`: the conversation is over, was interrupted or never existed. `audio-only`: an empty payload has marked the
   * conversation as one without motion.
   */
  readonly reason: 'not-current' | 'audio-only';
}

export interface SpeechEvents {
  'connection-state': ConnectionChange;
  'conversation-state': ConversationChange & { readonly conversationId: string };
  error: AvatarError;
  /** `interrupt()` has dropped a speech. */
  interrupted: Interruption;
  /** Playback waits for more audio, or in strict sync for motion, or has resumed. */
  'playback-stall': { readonly conversationId: string; readonly isStalled: boolean };
  'audio-blocked': { readonly isBlocked: boolean };
  /** Where the motion of a conversation comes from; `none`: sound alone. */
  'conversation-motion': { readonly conversationId: string; readonly motion: RoundMotion };
  /** Motion of the app that will not be shown, see `receiveMotion`. */
  'frames-discarded': DiscardedFrames;
}

export interface SpeechStats extends SessionStats {
  /** First audio of the newest conversation handed over → its first audible sample reported, ms; NaN before. */
  firstSoundMs: number;
  /** How often the newest conversation has run dry. */
  stalls: number;
  /** Buffered audio of the newest conversation, s; NaN if it did not pass through the page. */
  bufferedSeconds: number;
}

/** Statistics before there is a session. */
export const NO_SESSION_STATS: SessionStats = {
  motionBytes: 0,
  motionSeconds: 0,
  firstMotionMs: NaN,
  discardedMessages: 0,
  reconnects: 0,
};
