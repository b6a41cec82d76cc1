/** The states that CSS can select: `spatius-avatar:state(playing)`, or `[state-playing]` in browsers without it. */
export const AVATAR_STATES = [
  'loading',
  'ready',
  'error',
  'connecting',
  'connected',
  'failed',
  'playing',
  'paused',
  'stalled',
  'audio-blocked',
] as const;
export type AvatarState = (typeof AVATAR_STATES)[number];

/** The facts that the states are derived from. */
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
  private readonly internals: ElementInternals | null;
  private readonly states: CustomStateSet | null;

  /** Takes the host's internals. */
  constructor(host: HTMLElement) {
    this.host = host;
    this.internals = typeof host.attachInternals === 'function' ? host.attachInternals() : null;
    if (this.internals) this.internals.role = 'group';
    this.states = this.internals?.states ?? null;
  }

  /** Accessible name of the host; an `aria-label` of the page overrides it. */
  set label(label: string) {
    if (this.internals) this.internals.ariaLabel = label;
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
