/** How an `AvatarController` is listened to: typed events, and the documented single-assignment callbacks over them. */

import type { ConnectionState } from '../shared/contracts/connection-state.js';
import type { AvatarError } from '../shared/contracts/errors.js';
import { Emitter } from '../shared/core/emitter.js';
import type { StateReason } from './connection/connection-state.js';
import type { AvatarControllerEvents } from './controller-events.js';
import type { ConversationState } from './conversations/conversation-state.js';

export class ControllerNotices {
  onConnectionState: ((state: ConnectionState, reason: StateReason) => void) | null = null;
  onConversationState: ((state: ConversationState, reason: StateReason) => void) | null = null;
  onError: ((error: AvatarError) => void) | null = null;
  onPlaybackStall: ((isStalled: boolean) => void) | null = null;

  protected readonly events = new Emitter<AvatarControllerEvents>();

  constructor() {
    this.on('connection-state', ({ state, reason }) => this.onConnectionState?.(state, reason));
    this.on('conversation-state', ({ state, reason }) => this.onConversationState?.(state, reason));
    this.on('error', (error) => this.onError?.(error));
    this.on('playback-stall', ({ isStalled }) => this.onPlaybackStall?.(isStalled));
  }

  /** Adds a listener; the returned function removes it. */
  on<Name extends keyof AvatarControllerEvents>(name: Name, listener: (event: AvatarControllerEvents[Name]) => void): () => void {
    return this.events.on(name, listener);
  }
}
