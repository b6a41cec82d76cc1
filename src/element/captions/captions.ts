/**
 * Captions of what is heard, by the audible clock. Loaded when the first are wanted.
 *
 * Nothing runs per frame: while speech plays, a timer waits for the next moment at which the text changes, and looks at the clock at
 * least four times a second, since speech may stall.
 */
import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { type AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { type AvatarConversationStateEvent, AvatarCueChangeEvent } from '../avatar-events.js';
import type { CaptionCue, CaptionSource, SpeechCues } from './caption-cue.js';
import { readCue, readCues } from './read-cues.js';
import { TrackCues } from './track-cues.js';

export { captionsStyles } from './captions.styles.js';

/** The element, as its captions see it. */
export interface CaptionedAvatar extends ReactiveControllerHost, HTMLElement {
  readonly captions: boolean;
  readonly conversationState: 'idle' | 'playing' | 'paused';
  /** Media time of the audible speech, s. */
  readonly currentTime: number;
  /** Null while nothing is heard. */
  readonly heardConversationId: string | null;
  tell(event: Event): void;
  handleError(error: AvatarError): void;
}

const LOOK_SECONDS = 0.25;
/** Shortest time that text stays, when its speech is over earlier. */
const SHORTEST_MS = 1000;
const NO_CUES: SpeechCues = { cues: [], lang: '' };

export class Captions implements ReactiveController {
  private readonly host: CaptionedAvatar;
  private readonly ofConversation = new Map<string, SpeechCues>();
  private readonly track: TrackCues;
  private shown: readonly CaptionCue[] = [];
  private shownAtMs = 0;
  private lang = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hadCues = false;

  constructor(host: CaptionedAvatar) {
    this.host = host;
    this.track = new TrackCues(host);
    host.addController(this);
  }

  /** There are captions to switch on, or there were. */
  get areThere(): boolean {
    return this.hadCues || this.track.isThere;
  }

  /** Sets the captions of a conversation. Unreadable captions are reported as an error; the speech still plays. */
  give(conversationId: string, source: CaptionSource, lang = ''): void {
    try {
      this.cuesOf(conversationId, lang).cues.push(...readCues(source));
    } catch (reason) {
      this.host.handleError(avatarErrorFrom(reason, ErrorCode.invalidCues));
    }
    this.host.requestUpdate();
  }

  /** @throws {AvatarError} `invalidCues`. */
  add(conversationId: string, cue: CaptionCue): void {
    const { cues } = this.cuesOf(conversationId);
    cues.push(readCue(cue));
    cues.sort((one, other) => one.start - other.start);
    this.host.requestUpdate();
  }

  /** Only what is heard and what comes next can still be shown. */
  private cuesOf(conversationId: string, lang = ''): SpeechCues {
    this.hadCues = true;
    const known = this.ofConversation.get(conversationId);
    if (known) return known;
    for (const id of this.ofConversation.keys()) if (id !== this.host.heardConversationId) this.ofConversation.delete(id);
    const cues = { cues: [], lang };
    this.ofConversation.set(conversationId, cues);
    return cues;
  }

  hostConnected(): void {
    this.host.addEventListener('avatar-conversation-state', this.handleConversation);
  }

  hostDisconnected(): void {
    this.host.removeEventListener('avatar-conversation-state', this.handleConversation);
    clearTimeout(this.timer);
    this.shown = [];
  }

  hostUpdate(): void {
    if (this.host.conversationState !== 'idle') this.follow();
  }

  render(): TemplateResult | typeof nothing {
    if (!this.host.captions) return nothing;
    // The live region has to exist before its text, or screen readers skip the first caption.
    return html`<div class="captions" part="captions" aria-live="polite">${repeat(
      this.shown,
      (cue) => cue,
      ({ text }) => html`<p part="caption" dir="auto" lang=${this.lang || nothing}>${text}</p>`,
    )}</div>`;
  }

  private readonly handleConversation = ({ state, reason }: AvatarConversationStateEvent): void => {
    if (state !== 'idle') return;
    clearTimeout(this.timer);
    const remainingMs = this.shownAtMs + SHORTEST_MS - performance.now();
    if (reason === 'playbackEnd' && this.shown.length > 0 && remainingMs > 0)
      this.timer = setTimeout(() => this.show(NO_CUES, []), remainingMs);
    else this.show(NO_CUES, []);
  };

  /** Shows what belongs to the present moment, and comes back when that changes. */
  private readonly follow = (): void => {
    clearTimeout(this.timer);
    const { conversationState, currentTime, heardConversationId } = this.host;
    const speech = this.ofConversation.get(heardConversationId ?? '') ?? this.track.speech ?? NO_CUES;
    this.show(
      speech,
      speech.cues.filter(({ start, end }) => start <= currentTime && currentTime < end),
    );
    if (conversationState !== 'playing' || speech.cues.length === 0) return;
    const nextSeconds = speech.cues.flatMap(({ start, end }) => [start, end]).find((moment) => moment > currentTime) ?? Infinity;
    this.timer = setTimeout(this.follow, 1000 * Math.min(Math.max(nextSeconds - currentTime, 0.01), LOOK_SECONDS));
  };

  private show({ lang }: SpeechCues, cues: readonly CaptionCue[]): void {
    if (cues.length === this.shown.length && cues.every((cue, i) => cue === this.shown[i])) return;
    this.shown = cues;
    this.shownAtMs = performance.now();
    this.lang = lang;
    this.host.tell(new AvatarCueChangeEvent(cues));
  }
}
