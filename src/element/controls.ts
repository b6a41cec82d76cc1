/** The bar of the `controls` attribute; loaded when one is wanted. */
import { html, svg, type TemplateResult } from 'lit';
import { SILENCE, icon } from './icons.js';

const PLAY = svg`<path d="M8 5.5v13l10.5-6.5z" />`;
const PAUSE = svg`<path d="M7 5h3.6v14H7zM13.4 5H17v14h-3.6z" />`;
const STOP = svg`<rect x="6.5" y="6.5" width="11" height="11" rx="1.5" />`;
const SOUND = svg`<path d="M4 9.5v5h3.2L12 18.6V5.4L7.2 9.5z" />
  <path class="line" d="M15 9.2a4 4 0 0 1 0 5.6M17.6 6.6a7.7 7.7 0 0 1 0 10.8" />`;

/** The element, as its controls see it. */
export interface ControlledAvatar {
  readonly conversationState: 'idle' | 'playing' | 'paused';
  muted: boolean;
  volume: number;
  pause(): void;
  resume(): Promise<void>;
  interrupt(): void;
}

export function controlsBar(avatar: ControlledAvatar): TemplateResult {
  const { conversationState, muted, volume } = avatar;
  const isSpeaking = conversationState !== 'idle';
  const isPaused = conversationState === 'paused';
  const isSilent = muted || volume === 0;
  const handleVolume = (event: Event): void => {
    avatar.volume = Number((event.target as HTMLInputElement).value);
    avatar.muted = false;
  };
  return html`
    <div class="controls" part="controls" role="group" aria-label="Avatar controls">
      <button
        type="button"
        part="button pause-button"
        aria-label=${isPaused ? 'Resume' : 'Pause'}
        ?disabled=${!isSpeaking}
        @click=${() => (isPaused ? void avatar.resume() : avatar.pause())}
      >
        ${icon(isPaused ? PLAY : PAUSE)}
      </button>
      <button
        type="button"
        part="button stop-button"
        aria-label="Stop speaking"
        ?disabled=${!isSpeaking}
        @click=${() => avatar.interrupt()}
      >
        ${icon(STOP)}
      </button>
      <span class="space"></span>
      <button
        type="button"
        part="button mute-button"
        aria-label="Mute"
        aria-pressed=${muted}
        @click=${() => (avatar.muted = !muted)}
      >
        ${icon(isSilent ? SILENCE : SOUND)}
      </button>
      <input
        type="range"
        part="volume"
        aria-label="Volume"
        min="0"
        max="1"
        step="0.05"
        .value=${String(muted ? 0 : volume)}
        @input=${handleVolume}
      />
    </div>
  `;
}
