/** The control bar of the `controls` attribute; loaded with the first. */
import { html, nothing, type ReactiveController, type ReactiveControllerHost, svg, type TemplateResult } from 'lit';
import { AvatarCaptionsChangeEvent } from '../avatar-events.js';
import type { ControlsStrings, KnownStrings } from '../english.js';
import { icon } from '../icons.js';
import { SILENCE } from '../late-overlays.js';

export { controlsStyles } from './controls.styles.js';

const PLAY = svg`<path class="play" d="M8.2 5.6c0-.9 1-1.4 1.7-1l9.2 6.4c.6.5.6 1.5 0 2l-9.2 6.4c-.7.5-1.7 0-1.7-1z" />`;
const PAUSE = svg`<rect x="6.5" y="5" width="4" height="14" rx="1.4" /><rect x="13.5" y="5" width="4" height="14" rx="1.4" />`;
const STOP = svg`<rect x="6" y="6" width="12" height="12" rx="2.4" />`;
const SOUND = svg`<path d="M4 9.5v5h3.2L12 18.6V5.4L7.2 9.5z" />
  <path class="line" d="M15 9.2a4 4 0 0 1 0 5.6M17.6 6.6a7.7 7.7 0 0 1 0 10.8" />`;
const CAPTIONS = svg`<rect class="line plate" x="3.5" y="5.5" width="17" height="13" rx="3" />
  <path class="cut" d="M7 14.5h4.5M14.5 14.5H17M7 11h2.5M12.5 11H17" />`;
const WAIT = svg`<path class="line spinner" d="M12 4.5a7.5 7.5 0 1 1-7.5 7.5" />`;

const ENGLISH: ControlsStrings = {
  controls: 'Avatar controls',
  start: 'Start',
  pause: 'Pause',
  resume: 'Resume',
  stop: 'Stop',
  mute: 'Mute',
  volume: 'Volume',
  captions: 'Captions',
  connecting: 'Connecting',
  notConnected: 'Not connected',
  waiting: 'Waiting for data',
};

/** How long the bar stays after the pointer was last seen, ms. */
const STAY_MS = 2500;
const POINTER_EVENTS = ['pointermove', 'pointerdown'] as const;

/** The element, as its controls see it. */
export interface ControlledAvatar extends ReactiveControllerHost, HTMLElement {
  readonly connectionState: 'disconnected' | 'connecting' | 'connected' | 'failed';
  readonly conversationState: 'idle' | 'playing' | 'paused';
  readonly isStalled: boolean;
  readonly strings: KnownStrings;
  muted: boolean;
  volume: number;
  captions: boolean;
  /** There are captions to switch on or off. */
  readonly hasCaptions: boolean;
  start(): Promise<void>;
  initializeAudioContext(): Promise<void>;
  pause(): void;
  resume(): Promise<void>;
  interrupt(): void;
  tell(event: Event): void;
}

/** Action of the first button. */
type MainAction = 'start' | 'pause' | 'resume' | 'connecting';

export class ControlsBar implements ReactiveController {
  private readonly avatar: ControlledAvatar;
  private isPointerNear = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(avatar: ControlledAvatar) {
    this.avatar = avatar;
    avatar.addController(this);
  }

  hostConnected(): void {
    for (const type of POINTER_EVENTS) this.avatar.addEventListener(type, this.handlePointer);
    this.avatar.addEventListener('pointerleave', this.handleLeave);
  }

  hostDisconnected(): void {
    for (const type of POINTER_EVENTS) this.avatar.removeEventListener(type, this.handlePointer);
    this.avatar.removeEventListener('pointerleave', this.handleLeave);
    clearTimeout(this.timer);
  }

  render(): TemplateResult {
    const { avatar } = this;
    const { conversationState, muted, volume, captions, hasCaptions } = avatar;
    const strings = { ...ENGLISH, ...avatar.strings };
    const isSilent = muted || volume === 0;
    const level = muted ? 0 : volume;
    const action = this.mainAction;
    const isInviting = action === 'start' || action === 'resume';
    const label = action === 'connecting' ? strings.connecting : strings[action];
    const isPrimaryDisabled = action === 'connecting' || (action === 'pause' && conversationState === 'idle');
    // The bar hides during speech unless the pointer is near; keyboard focus always shows it.
    const isQuiet = conversationState === 'playing' && !this.isPointerNear;
    return html`
      <div
        class="controls ${isQuiet ? 'is-quiet' : ''}"
        part="controls"
        role="group"
        aria-label=${strings.controls}
        @keydown=${this.handleKey}
      >
        <button
          type="button"
          class=${isInviting ? 'is-inviting' : ''}
          part="button ${action === 'start' || action === 'connecting' ? 'start-button' : 'pause-button'}"
          aria-label=${label}
          title=${label}
          aria-keyshortcuts="k"
          aria-disabled=${isPrimaryDisabled}
          @click=${this.handleMain}
        >
          ${icon(action === 'connecting' ? WAIT : action === 'pause' ? PAUSE : PLAY)}
        </button>
        <button
          type="button"
          class="stop"
          part="button stop-button"
          aria-label=${strings.stop}
          title=${strings.stop}
          aria-keyshortcuts="Escape"
          aria-disabled=${conversationState === 'idle'}
          @click=${this.handleStop}
        >
          ${icon(STOP)}
        </button>
        <span class="status" part="status" role="status">${this.statusIn(strings)}</span>
        ${
          hasCaptions
            ? html`<button
              type="button"
              class="captions-button is-there"
              part="button captions-button"
              aria-label=${strings.captions}
              title=${strings.captions}
              aria-keyshortcuts="c"
              aria-pressed=${captions}
              @click=${this.handleCaptions}
            >
              ${icon(CAPTIONS)}
            </button>`
            : nothing
        }
        <button
          type="button"
          class="mute"
          part="button mute-button"
          aria-label=${strings.mute}
          title=${strings.mute}
          aria-keyshortcuts="m"
          aria-pressed=${muted}
          @click=${this.handleMute}
        >
          ${icon(isSilent ? SILENCE : SOUND)}
        </button>
        <input
          type="range"
          part="volume"
          aria-label=${strings.volume}
          min="0"
          max="1"
          step="0.05"
          .value=${String(level)}
          .style=${`--_level: ${level * 100}%`}
          @input=${this.handleVolume}
        />
      </div>
    `;
  }

  private get mainAction(): MainAction {
    const { connectionState, conversationState } = this.avatar;
    if (conversationState !== 'idle') return conversationState === 'paused' ? 'resume' : 'pause';
    if (connectionState === 'connecting') return 'connecting';
    return connectionState === 'connected' ? 'pause' : 'start';
  }

  private statusIn(strings: ControlsStrings): string {
    const { connectionState, isStalled } = this.avatar;
    if (connectionState === 'connecting') return strings.connecting;
    if (connectionState === 'failed') return strings.notConnected;
    return isStalled ? strings.waiting : '';
  }

  private readonly handleMain = (): void => {
    const { avatar } = this;
    switch (this.mainAction) {
      case 'start':
        // Failures are reported by state and event.
        avatar.initializeAudioContext().catch(() => undefined);
        avatar.start().catch(() => undefined);
        return;
      case 'pause':
        avatar.pause();
        return;
      case 'resume':
        void avatar.resume();
        return;
      case 'connecting':
    }
  };

  private readonly handleStop = (): void => {
    if (this.avatar.conversationState !== 'idle') this.avatar.interrupt();
  };

  private readonly handleMute = (): void => {
    this.avatar.muted = !this.avatar.muted;
  };

  private readonly handleCaptions = (): void => {
    const { avatar } = this;
    if (!avatar.hasCaptions) return;
    avatar.captions = !avatar.captions;
    avatar.tell(new AvatarCaptionsChangeEvent(avatar.captions));
  };

  private readonly handleVolume = (event: Event): void => {
    this.avatar.volume = Number((event.target as HTMLInputElement).value);
    this.avatar.muted = false;
  };

  /** Single letters are shortcuts only while the focus is in the bar: the page keeps its own. */
  private readonly handleKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    const isButton = (event.target as Element).localName === 'button';
    const actions: Record<string, (() => void) | undefined> = {
      k: this.handleMain,
      m: this.handleMute,
      c: this.handleCaptions,
      Escape: this.handleStop,
      // On a button, space is that button's.
      ' ': isButton ? undefined : this.handleMain,
    };
    const act = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  private readonly handlePointer = (): void => {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.handleLeave, STAY_MS);
    if (this.isPointerNear) return;
    this.isPointerNear = true;
    this.avatar.requestUpdate();
  };

  private readonly handleLeave = (): void => {
    clearTimeout(this.timer);
    this.isPointerNear = false;
    this.avatar.requestUpdate();
  };
}
