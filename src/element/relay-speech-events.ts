/** Turns events of the avatar's speech into DOM events and the flags that the element shows. */
import type { AvatarSpeech } from '../avatar/avatar-speech.js';
import type { AvatarError } from '../shared/contracts/errors.js';
import {
  AvatarAudioBlockedEvent,
  AvatarAudioUnblockedEvent,
  AvatarConnectionStateEvent,
  AvatarConversationMotionEvent,
  AvatarConversationStateEvent,
  AvatarFramesDiscardedEvent,
  AvatarInterruptedEvent,
  AvatarPlaybackStallEvent,
} from './avatar-events.js';

export interface SpeechEventHost {
  isStalled: boolean;
  isAudioBlocked: boolean;
  isSoundWanted: boolean;
  tell(event: Event): void;
  handleError(error: AvatarError): void;
}

/** The listeners end with the avatar. */
export function relaySpeechEvents(speech: AvatarSpeech, host: SpeechEventHost): void {
  speech.on('connection-state', (change) => host.tell(new AvatarConnectionStateEvent(change)));
  speech.on('conversation-state', (change) => {
    if (change.state === 'idle') host.isStalled = host.isSoundWanted = false;
    host.tell(new AvatarConversationStateEvent(change));
  });
  speech.on('interrupted', (interruption) => host.tell(new AvatarInterruptedEvent(interruption)));
  speech.on('conversation-motion', ({ conversationId, motion }) => host.tell(new AvatarConversationMotionEvent(conversationId, motion)));
  speech.on('playback-stall', ({ conversationId, isStalled }) => {
    host.isStalled = isStalled;
    host.tell(new AvatarPlaybackStallEvent(conversationId, isStalled));
  });
  speech.on('audio-blocked', ({ isBlocked }) => {
    if (isBlocked === host.isAudioBlocked) return;
    host.isAudioBlocked = isBlocked;
    host.tell(isBlocked ? new AvatarAudioBlockedEvent() : new AvatarAudioUnblockedEvent());
  });
  speech.on('frames-discarded', (discarded) => host.tell(new AvatarFramesDiscardedEvent(discarded)));
  speech.on('error', (error) => host.handleError(error));
}
