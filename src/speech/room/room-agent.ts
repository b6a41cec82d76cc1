/** Shows the state of a room's agent on the face, captions its transcription, and fires the element's events for both. */
import { type AgentState, AvatarAgentStateEvent, AvatarTranscriptEvent } from '../../agents/agent-events.js';
import { AgentFace } from '../../agents/agent-face.js';
import { LIVEKIT_STATES } from '../../agents/livekit-agent.js';
import type { PageHost } from '../page-session.js';

/** Text of one utterance, as it comes. */
export interface RoomText {
  readonly role: 'visitor' | 'agent';
  readonly id: string;
  /** All of it so far. */
  readonly text: string;
  /** What has been added. */
  readonly piece: string;
  readonly isFinal: boolean;
}

/** Text of so long is one caption, ms. */
const GATHER_MS = 600;
const CAPTION = /\S.{0,73}(?=\s|$)|\S+/gs;
/** Speed of speech, characters per second. */
const SPEED = 15;
const SHORTEST_SECONDS = 0.4;

export class RoomAgent {
  private readonly host: PageHost;
  private readonly face: AgentFace;
  private readonly closing = new AbortController();
  private base: AgentState | null = null;
  private shown: AgentState | null = null;
  private uncaptioned = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: PageHost) {
    this.host = host;
    this.face = new AgentFace(host);
    const { signal } = this.closing;
    host.addEventListener('avatar-conversation-state', () => this.handlePlayback(), { signal });
    host.addEventListener('avatar-interrupted', () => this.dropText(), { signal });
  }

  /** @param value Of `lk.agent.state`; null without an agent. */
  setState(value: string | null): void {
    this.base = value === null ? null : (LIVEKIT_STATES[value] ?? this.base);
    this.show();
  }

  handleText({ piece, ...utterance }: RoomText): void {
    this.host.dispatchEvent(new AvatarTranscriptEvent(utterance));
    if (utterance.role !== 'agent' || !piece) return;
    this.uncaptioned += piece;
    this.timer ??= setTimeout(() => this.caption(), GATHER_MS);
  }

  close(): void {
    this.closing.abort();
    this.dropText();
    this.setState(null);
  }

  private get isHeard(): boolean {
    return this.host.conversationState !== 'idle';
  }

  private handlePlayback(): void {
    if (this.isHeard) {
      // The state after it comes when it is known to be over.
      if (this.base) this.base = 'listening';
      this.caption();
    }
    this.show();
  }

  /** Text that comes before its voice waits for it. */
  private caption(): void {
    this.timer = undefined;
    if (!this.isHeard) return;
    let start = this.host.currentTime;
    for (const text of this.uncaptioned.match(CAPTION) ?? []) {
      const end = start + Math.max(SHORTEST_SECONDS, text.length / SPEED);
      this.host.addCue({ start, end, text }).catch(() => undefined);
      start = end;
    }
    this.uncaptioned = '';
  }

  private dropText(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.uncaptioned = '';
  }

  private show(): void {
    const state = this.base && this.isHeard ? 'speaking' : this.base;
    const previous = this.shown;
    if (state === previous) return;
    this.shown = state;
    this.face.show(state ?? 'idle');
    if (state) this.host.setAttribute('agent-state', state);
    else this.host.removeAttribute('agent-state');
    this.host.dispatchEvent(new AvatarAgentStateEvent(state ?? 'idle', previous ?? 'idle'));
  }
}
