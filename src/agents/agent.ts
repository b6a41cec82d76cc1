/**
 * Gives a voice agent a face: joins an adapter, which knows the agent's protocol, to an avatar.
 *
 * The state of the conversation moves the face (a thinking look, attention to the visitor), is told by `avatar-agent-state`, and stands
 * in the attribute `agent-state` for style sheets: `spatius-avatar[agent-state=thinking]`.
 */

import { type AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { AgentAvatar, Heard } from './agent-avatar.js';
import { type AgentState, AvatarAgentStateEvent, AvatarTranscriptEvent } from './agent-events.js';
import { AgentFace } from './agent-face.js';
import { type Turn, type TurnOptions, Turns } from './turns.js';

declare global {
  interface HTMLElementEventMap {
    'avatar-agent-state': AvatarAgentStateEvent;
    'avatar-transcript': AvatarTranscriptEvent;
  }
}

/** What an adapter may do. */
export interface AgentPort {
  readonly avatar: AgentAvatar;
  /** Aborted when the link is closed: ends listeners of an adapter. */
  readonly signal: AbortSignal;
  /** What the agent does; `speaking` is known by itself, by what is heard. */
  setState(state: 'idle' | 'listening' | 'thinking'): void;
  /** The open turn of this id, opened if the id is new; null when it is closed, and its chunks are to be dropped. */
  turn(id: string, options?: TurnOptions): Turn | null;
  /** The agent's voice is a stream, a track or an element, in place of the one before; null: none. */
  voice(source: MediaStream | MediaStreamTrack | HTMLMediaElement | null, sound?: 'delayed' | 'elsewhere'): void;
  /** Stops what is heard and closes all turns; the listener of `onInterrupted` is told, too. */
  interrupt(): Heard | null;
  /** Calls back when speech was interrupted, by the adapter, the page or the visitor's voice. */
  onInterrupted(listener: (heard: Heard) => void): void;
  /** The visitor's or the agent's words. `isDelta`: added to what there is of this id. */
  transcript(role: 'visitor' | 'agent', id: string, text: string, options?: { isFinal?: boolean; isDelta?: boolean }): void;
  /** Reported by `avatar-error`. */
  fail(reason: unknown): void;
}

/** Listens to an agent, and passes on what it does. @returns Detaches it; listeners with `port.signal` need nothing. */
export type AgentAdapter = (port: AgentPort) => void | (() => void);

export interface AgentLink {
  readonly state: AgentState;
  /** Stops what is heard, as a visitor who speaks does. */
  interrupt(): Heard | null;
  /** Detaches the agent and stops what it says; the agent itself goes on. */
  close(): void;
}

/** Utterances whose text is kept for deltas. */
const MAX_UTTERANCES = 20;

/**
 * Attaches an agent to an avatar until `close()`.
 *
 * @param avatar A `<spatius-avatar>`.
 * @param adapter One of this module, or your own.
 * @throws What the adapter throws for a value that is no such agent: `AvatarError` with `invalidConfiguration`.
 */
export function attachAgent(avatar: AgentAvatar, adapter: AgentAdapter): AgentLink {
  return new Link(avatar, adapter);
}

class Link implements AgentLink, AgentPort {
  readonly avatar: AgentAvatar;
  private readonly closing = new AbortController();
  private readonly turns: Turns;
  private readonly face: AgentFace;
  private readonly utterances = new Map<string, string>();
  private readonly detach: () => void;
  private base: AgentState = 'idle';
  private shown: AgentState = 'idle';
  private voicing: AbortController | null = null;

  constructor(avatar: AgentAvatar, adapter: AgentAdapter) {
    this.avatar = avatar;
    this.turns = Turns.of(avatar);
    this.face = new AgentFace(avatar);
    const { signal } = this;
    avatar.addEventListener('avatar-conversation-state', () => this.handlePlayback(), { signal });
    avatar.addEventListener('avatar-user-speech', (event) => this.handleVisitor((event as Event & { isSpeaking: boolean }).isSpeaking), {
      signal,
    });
    try {
      this.detach = adapter(this) ?? (() => undefined);
    } catch (error) {
      this.closing.abort();
      throw error;
    }
    this.show(true);
  }

  get signal(): AbortSignal {
    return this.closing.signal;
  }

  get state(): AgentState {
    return this.shown;
  }

  setState(state: AgentState): void {
    if (this.signal.aborted) return;
    this.base = state;
    this.show();
  }

  turn(id: string, options?: TurnOptions): Turn | null {
    return this.signal.aborted ? null : this.turns.for(id, options);
  }

  voice(source: MediaStream | MediaStreamTrack | HTMLMediaElement | null, sound?: 'delayed' | 'elsewhere'): void {
    this.voicing?.abort();
    this.voicing = null;
    if (!source || this.signal.aborted) return;
    const voicing = (this.voicing = new AbortController());
    const isTrack = typeof MediaStreamTrack !== 'undefined' && source instanceof MediaStreamTrack;
    const stream = isTrack ? new MediaStream([source]) : source;
    // Failures are reported by the element.
    this.avatar.speakLive(stream, { signal: voicing.signal, ...(sound && { sound }) }).catch(() => undefined);
  }

  interrupt(): Heard | null {
    return this.turns.interrupt();
  }

  onInterrupted(listener: (heard: Heard) => void): void {
    // After the turn has filled it in.
    const handle = (event: Event): void => listener((event as Event & { interruption: Heard }).interruption);
    this.avatar.addEventListener('avatar-interrupted', handle, { signal: this.signal });
  }

  transcript(role: 'visitor' | 'agent', id: string, text: string, { isFinal = false, isDelta = false } = {}): void {
    if (this.signal.aborted) return;
    const key = `${role} ${id}`;
    const whole = isDelta ? (this.utterances.get(key) ?? '') + text : text;
    this.utterances.delete(key);
    if (!isFinal) this.utterances.set(key, whole);
    if (this.utterances.size > MAX_UTTERANCES) this.utterances.delete(this.utterances.keys().next().value!);
    this.avatar.dispatchEvent(new AvatarTranscriptEvent({ role, id, text: whole, isFinal }));
  }

  fail(reason: unknown): void {
    const error = avatarErrorFrom(reason, ErrorCode.connectionFailed, 'The voice agent reports an error');
    this.avatar.dispatchEvent(Object.assign(new Event('avatar-error'), { error } satisfies { error: AvatarError }));
  }

  close(): void {
    if (this.signal.aborted) return;
    this.detach();
    this.voice(null);
    this.closing.abort();
    this.turns.interrupt();
    this.base = 'idle';
    this.show();
    this.avatar.removeAttribute?.('agent-state');
  }

  private handlePlayback(): void {
    // The answer is over; an adapter that knows more has said so.
    if (this.avatar.conversationState !== 'idle') this.base = 'idle';
    this.show();
  }

  private handleVisitor(isSpeaking: boolean): void {
    if (isSpeaking) this.base = 'listening';
    else if (this.base === 'listening') this.base = 'thinking';
    this.show();
  }

  private show(isFirst = false): void {
    const previous = this.shown;
    const state = this.avatar.conversationState === 'idle' ? this.base : 'speaking';
    if (state === previous && !isFirst) return;
    this.shown = state;
    this.face.show(state);
    this.avatar.setAttribute?.('agent-state', state);
    if (state !== previous) this.avatar.dispatchEvent(new AvatarAgentStateEvent(state, previous));
  }
}
