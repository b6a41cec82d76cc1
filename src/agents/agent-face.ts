import type { AgentState } from './agent-events.js';

/** The properties of `<spatius-avatar>` that it sets. */
export interface AgentFaceAvatar {
  listening: boolean;
  mood: string;
  gaze: string;
}

/** The look of each state; what the page has set comes back with the next. */
export class AgentFace {
  private readonly avatar: AgentFaceAvatar;
  private before: { mood: string; gaze: string } | null = null;
  private isListening = false;

  constructor(avatar: AgentFaceAvatar) {
    this.avatar = avatar;
  }

  show(state: AgentState): void {
    const { avatar } = this;
    const isListening = state === 'listening';
    if (isListening !== this.isListening) avatar.listening = this.isListening = isListening;
    if (state === 'thinking' && !this.before) {
      this.before = { mood: avatar.mood, gaze: avatar.gaze };
      avatar.mood = 'thinking';
      avatar.gaze = 'free';
    } else if (state !== 'thinking' && this.before) {
      // Unless the page has set another in the meantime.
      if (avatar.mood === 'thinking') avatar.mood = this.before.mood;
      if (avatar.gaze === 'free') avatar.gaze = this.before.gaze;
      this.before = null;
    }
  }
}
