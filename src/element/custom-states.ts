/** The states that CSS can ask for: `spatius-avatar:state(playing)`, or `[state-playing]` in browsers without it. */
export const AVATAR_STATES = [
  'loading', 'ready', 'error', 'connecting', 'connected', 'failed', 'playing', 'paused', 'stalled', 'audio-blocked',
] as const;
export type AvatarState = (typeof AVATAR_STATES)[number];

export class CustomStates {
  private readonly host: HTMLElement;
  private readonly states: CustomStateSet | null;

  constructor(host: HTMLElement, internals: ElementInternals | null) {
    this.host = host;
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
