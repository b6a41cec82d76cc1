/** The states that CSS can ask for: `spatius-avatar:state(playing)`, or `[state-playing]` in browsers without it. */
export const AVATAR_STATES = [
  'loading', 'ready', 'error', 'connecting', 'connected', 'failed', 'playing', 'paused', 'stalled', 'audio-blocked',
] as const;
export type AvatarState = (typeof AVATAR_STATES)[number];

/** What the states follow from. */
export interface AvatarFacts {
  readonly isLoading: boolean;
  readonly isReady: boolean;
  readonly isStalled: boolean;
  readonly isAudioBlocked: boolean;
  readonly stageError: object | null;
  readonly connectionState: 'disconnected' | 'connecting' | 'connected' | 'failed';
  readonly conversationState: 'idle' | 'playing' | 'paused';
}

export function avatarStates(facts: AvatarFacts): Set<AvatarState> {
  const states = new Set<AvatarState>();
  if (facts.isLoading) states.add('loading');
  if (facts.isReady) states.add('ready');
  if (facts.stageError) states.add('error');
  if (facts.connectionState !== 'disconnected') states.add(facts.connectionState);
  if (facts.conversationState !== 'idle') states.add(facts.conversationState);
  if (facts.isStalled) states.add('stalled');
  if (facts.isAudioBlocked) states.add('audio-blocked');
  return states;
}

export class CustomStates {
  private readonly host: HTMLElement;
  private readonly states: CustomStateSet | null;

  /** Takes the host's internals, and says by them what it is for people who do not see it. */
  constructor(host: HTMLElement) {
    this.host = host;
    const internals = typeof host.attachInternals === 'function' ? host.attachInternals() : null;
    if (internals) {
      internals.role = 'group';
      internals.ariaLabel = 'Talking avatar';
    }
    this.states = internals?.states ?? null;
  }

  /** Sets exactly these states. */
  set(active: ReadonlySet<AvatarState>): void {
    for (const state of AVATAR_STATES) {
      const isActive = active.has(state);
      if (!this.states) this.host.toggleAttribute(`state-${state}`, isActive);
      else if (isActive) this.states.add(state);
      else this.states.delete(state);
    }
  }
}
