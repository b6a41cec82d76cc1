/**
 * The conversation of one element as a pure state machine, fed by what the audio worklet really does.
 *
 * It knows nothing of the connection: speech that plays without a server is `playing` all the same.
 */
import type { PlaybackState } from '../../shared/contracts/playback-messages.js';
import { StateReason } from '../connection/connection-state.js';

export const ConversationState = { idle: 'idle', playing: 'playing', paused: 'paused' } as const;
export type ConversationState = (typeof ConversationState)[keyof typeof ConversationState];

export interface Conversation {
  readonly state: ConversationState;
  /** The round the state is about; 0 before the first. */
  readonly round: number;
}

export interface ConversationChange extends Conversation {
  readonly previous: ConversationState;
  readonly reason: StateReason;
}

export const IDLE_CONVERSATION: Conversation = { state: 'idle', round: 0 };

/** @returns The change a report of the worklet causes, or null when it causes none. */
export function conversationChange(current: Conversation, report: Pick<PlaybackState, 'round' | 'state'>): ConversationChange | null {
  // A late word about a round that another one has already replaced.
  if (report.round < current.round) return null;
  const to = (state: ConversationState, reason: StateReason): ConversationChange | null =>
    state === current.state && report.round === current.round ? null : { state, round: report.round, previous: current.state, reason };
  switch (report.state) {
    case 'started':
    case 'voiced':
      return to('playing', StateReason.userAction);
    case 'paused':
      return current.state === 'playing' ? to('paused', StateReason.userAction) : null;
    case 'resumed':
      return current.state === 'paused' ? to('playing', StateReason.userAction) : null;
    case 'ended':
    case 'silent':
      return current.state === 'idle' ? null : to('idle', StateReason.playbackEnd);
    case 'flushed':
      return current.state === 'idle' ? null : to('idle', StateReason.userAction);
    case 'stalled':
    case 'recovered':
      return null;
  }
}
