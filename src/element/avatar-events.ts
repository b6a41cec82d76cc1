/** The events of `<spatius-avatar>`, one class each. Like those of `<video>` they do not bubble. */
import type { ConnectionChange, StateReason } from '../avatar/connection/connection-state.js';
import type { ConversationState } from '../avatar/conversations/conversation-state.js';
import type { Interruption } from '../avatar/conversations/interruption.js';
import type { DiscardedFrames } from '../avatar/speech-events.js';
import type { AvatarError } from '../shared/contracts/errors.js';
import type { CaptionCue } from './captions/caption-cue.js';

type ConnectionState = ConnectionChange['state'];

/** Progress of loading the avatar file. */
export class AvatarLoadProgressEvent extends Event {
  static readonly eventName = 'avatar-load-progress';
  /** 0..1. */
  readonly progress: number;

  constructor(progress: number) {
    super(AvatarLoadProgressEvent.eventName);
    this.progress = progress;
  }
}

/** The first frame of an avatar is on the screen; again after `src` or `avatar-id` changed. */
export class AvatarReadyEvent extends Event {
  static readonly eventName = 'avatar-ready';

  constructor() {
    super(AvatarReadyEvent.eventName);
  }
}

/** The state of the connection has changed. */
export class AvatarConnectionStateEvent extends Event {
  static readonly eventName = 'avatar-connection-state';
  declare readonly state: ConnectionState;
  declare readonly previous: ConnectionState;
  declare readonly reason: StateReason;
  /** The reason, if there was an error. */
  declare readonly error: AvatarError | null;

  constructor({ state, previous, reason, error }: ConnectionChange) {
    super(AvatarConnectionStateEvent.eventName);
    Object.assign(this, { state, previous, reason, error });
  }
}

/** The playback state has changed: `playing` from the first audible sample, `paused`, `idle` after the last one. */
export class AvatarConversationStateEvent extends Event {
  static readonly eventName = 'avatar-conversation-state';
  declare readonly state: ConversationState;
  declare readonly previous: ConversationState;
  declare readonly reason: StateReason;
  declare readonly conversationId: string;

  constructor({
    state,
    previous,
    reason,
    conversationId,
  }: Pick<AvatarConversationStateEvent, 'state' | 'previous' | 'reason' | 'conversationId'>) {
    super(AvatarConversationStateEvent.eventName);
    Object.assign(this, { state, previous, reason, conversationId });
  }
}

/** `interrupt()`, or the visitor's voice with `interruptible`, has stopped a speech. */
export class AvatarInterruptedEvent extends Event {
  static readonly eventName = 'avatar-interrupted';
  /** What was heard of it. */
  readonly interruption: Interruption;

  constructor(interruption: Interruption) {
    super(AvatarInterruptedEvent.eventName);
    this.interruption = interruption;
  }
}

/** The source of a conversation's motion was decided. */
export class AvatarConversationMotionEvent extends Event {
  static readonly eventName = 'avatar-conversation-motion';
  readonly conversationId: string;
  /** The Motion Server, the engine in this browser, or none: sound alone. */
  readonly motion: 'server' | 'local' | 'none';

  constructor(conversationId: string, motion: 'server' | 'local' | 'none') {
    super(AvatarConversationMotionEvent.eventName);
    this.conversationId = conversationId;
    this.motion = motion;
  }
}

/** Motion passed to `yieldFramesData()` was discarded. */
export class AvatarFramesDiscardedEvent extends Event {
  static readonly eventName = 'avatar-frames-discarded';
  /** The id that was passed. */
  declare readonly conversationId: string;
  declare readonly payloadCount: number;
  /**
   * `not-current`: the conversation is over, was interrupted or never existed. `audio-only`: an empty payload has marked the
   * conversation as one without motion.
   */
  declare readonly reason: DiscardedFrames['reason'];

  constructor({ conversationId, payloadCount, reason }: DiscardedFrames) {
    super(AvatarFramesDiscardedEvent.eventName);
    Object.assign(this, { conversationId, payloadCount, reason });
  }
}

/** An error. Sound continues where possible; switch on `error.code`. */
export class AvatarErrorEvent extends Event {
  static readonly eventName = 'avatar-error';
  readonly error: AvatarError;

  constructor(error: AvatarError) {
    super(AvatarErrorEvent.eventName);
    this.error = error;
  }
}

/** The browser keeps audio locked until a user gesture. */
export class AvatarAudioBlockedEvent extends Event {
  static readonly eventName = 'avatar-audio-blocked';

  constructor() {
    super(AvatarAudioBlockedEvent.eventName);
  }
}

/** Audio was unlocked. */
export class AvatarAudioUnblockedEvent extends Event {
  static readonly eventName = 'avatar-audio-unblocked';

  constructor() {
    super(AvatarAudioUnblockedEvent.eventName);
  }
}

/** Playback waits for more audio, or in strict sync for motion, or has resumed. */
export class AvatarPlaybackStallEvent extends Event {
  static readonly eventName = 'avatar-playback-stall';
  readonly conversationId: string;
  readonly isStalled: boolean;

  constructor(conversationId: string, isStalled: boolean) {
    super(AvatarPlaybackStallEvent.eventName);
    this.conversationId = conversationId;
    this.isStalled = isStalled;
  }
}

/** With `interruptible`: the user has begun to speak, which interrupts the avatar unless prevented, or has stopped. */
export class AvatarUserSpeechEvent extends Event {
  static readonly eventName = 'avatar-user-speech';
  readonly isSpeaking: boolean;

  constructor(isSpeaking: boolean) {
    super(AvatarUserSpeechEvent.eventName, { cancelable: isSpeaking });
    this.isSpeaking = isSpeaking;
  }
}

/** The active captions changed, shown or not. */
export class AvatarCueChangeEvent extends Event {
  static readonly eventName = 'avatar-cue-change';
  /** The active captions; empty between captions and after the speech. */
  readonly cues: readonly CaptionCue[];

  constructor(cues: readonly CaptionCue[]) {
    super(AvatarCueChangeEvent.eventName);
    this.cues = cues;
  }
}

/** The user has switched captions on or off. */
export class AvatarCaptionsChangeEvent extends Event {
  static readonly eventName = 'avatar-captions-change';
  readonly areShown: boolean;

  constructor(areShown: boolean) {
    super(AvatarCaptionsChangeEvent.eventName);
    this.areShown = areShown;
  }
}

declare global {
  interface HTMLElementEventMap {
    'avatar-user-speech': AvatarUserSpeechEvent;
    'avatar-load-progress': AvatarLoadProgressEvent;
    'avatar-ready': AvatarReadyEvent;
    'avatar-connection-state': AvatarConnectionStateEvent;
    'avatar-conversation-state': AvatarConversationStateEvent;
    'avatar-interrupted': AvatarInterruptedEvent;
    'avatar-conversation-motion': AvatarConversationMotionEvent;
    'avatar-frames-discarded': AvatarFramesDiscardedEvent;
    'avatar-error': AvatarErrorEvent;
    'avatar-audio-blocked': AvatarAudioBlockedEvent;
    'avatar-audio-unblocked': AvatarAudioUnblockedEvent;
    'avatar-playback-stall': AvatarPlaybackStallEvent;
    'avatar-cue-change': AvatarCueChangeEvent;
    'avatar-captions-change': AvatarCaptionsChangeEvent;
  }
}
