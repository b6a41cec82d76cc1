/** From what the controller says to DOM events and the flags that the element shows. */
import type { AvatarController } from '../avatar/avatar-controller.js';
import type { AvatarError } from '../shared/contracts/errors.js';
import {
  AvatarAudioBlockedEvent,
  AvatarAudioUnblockedEvent,
  AvatarConnectionStateEvent,
  AvatarConversationMotionEvent,
  AvatarConversationStateEvent,
  AvatarFramesDiscardedEvent,
  AvatarPlaybackStallEvent,
} from './avatar-events.js';

export interface ControllerEventHost {
  isStalled: boolean;
  isAudioBlocked: boolean;
  isSoundWanted: boolean;
  tell(event: Event): void;
  handleError(error: AvatarError): void;
}

/** The listeners live and die with the controller. */
export function relayControllerEvents(controller: AvatarController, host: ControllerEventHost): void {
  controller.on('connection-state', (change) => host.tell(new AvatarConnectionStateEvent(change)));
  controller.on('conversation-state', (change) => {
    if (change.state === 'idle') host.isStalled = host.isSoundWanted = false;
    host.tell(new AvatarConversationStateEvent(change));
  });
  controller.on('conversation-motion', ({ conversationId, motion }) =>
    host.tell(new AvatarConversationMotionEvent(conversationId, motion)),
  );
  controller.on('playback-stall', ({ conversationId, isStalled }) => {
    host.isStalled = isStalled;
    host.tell(new AvatarPlaybackStallEvent(conversationId, isStalled));
  });
  controller.on('audio-blocked', ({ isBlocked }) => {
    if (isBlocked === host.isAudioBlocked) return;
    host.isAudioBlocked = isBlocked;
    host.tell(isBlocked ? new AvatarAudioBlockedEvent() : new AvatarAudioUnblockedEvent());
  });
  controller.on('frames-discarded', (discarded) => host.tell(new AvatarFramesDiscardedEvent(discarded)));
  controller.on('error', (error) => host.handleError(error));
}
