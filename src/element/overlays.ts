/** The element's built-in pieces above the picture. Every visible one has a part. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { AvatarError } from '../shared/errors.js';

const icon = (path: TemplateResult): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${path}</svg>`;

const PLAY = svg`<path d="M8 5.5v13l10.5-6.5z" />`;
const PAUSE = svg`<path d="M7 5h3.6v14H7zM13.4 5H17v14h-3.6z" />`;
const STOP = svg`<rect x="6.5" y="6.5" width="11" height="11" rx="1.5" />`;
const SOUND = svg`<path d="M4 9.5v5h3.2L12 18.6V5.4L7.2 9.5z" />
  <path class="line" d="M15 9.2a4 4 0 0 1 0 5.6M17.6 6.6a7.7 7.7 0 0 1 0 10.8" />`;
const SILENCE = svg`<path d="M4 9.5v5h3.2L12 18.6V5.4L7.2 9.5z" /><path class="line" d="m15.5 9.5 5 5m0-5-5 5" />`;
const WARNING = svg`<path class="line" d="M12 8v5m0 3v.01M12 3.5 2.8 19.5h18.4z" />`;

/** @param progress 0..1, or null while it is not known. */
export function loadingOverlay(progress: number | null): TemplateResult {
  const percent = progress === null ? null : Math.round(progress * 100);
  return html`
    <div class="layer loading" part="loading">
      <slot name="loading">
        <svg class="silhouette" viewBox="0 0 200 200" aria-hidden="true">
          <path
            d="M100 30c-26 0-41 19-41 45 0 17 6 33 17 43v15c0 6-4 10-10 12-25 8-46 17-54 55h176c-8-38-29-47-54-55-6-2-10-6-10-12v-15c11-10 17-26 17-43 0-26-15-45-41-45z"
          />
        </svg>
        <div
          class="progress ${percent === null ? 'is-unknown' : ''}"
          part="progress"
          role="progressbar"
          aria-label="Loading"
          aria-valuenow=${percent ?? nothing}
        >
          <div class="progress-bar" part="progress-bar" style=${`inline-size: ${percent ?? 30}%`}></div>
        </div>
      </slot>
    </div>
  `;
}

export function posterOverlay(poster: string | null): TemplateResult {
  return html`
    <div class="layer poster" part="poster">
      <slot name="poster">${poster ? html`<img src=${poster} alt="" part="poster-image" />` : nothing}</slot>
    </div>
  `;
}

export function errorOverlay(error: AvatarError, retry: () => void): TemplateResult {
  return html`
    <div class="layer error" part="error" role="alert">
      <slot name="error">
        ${icon(WARNING)}
        <p part="error-message" title=${error.message}>The avatar could not be shown.</p>
        <button type="button" part="button retry-button" @click=${retry}>Try again</button>
      </slot>
    </div>
  `;
}

export function soundButton(unlock: () => void): TemplateResult {
  return html`
    <button type="button" class="sound-button" part="button sound-button" @click=${unlock}>
      ${icon(SILENCE)}<span>Tap for sound</span>
    </button>
  `;
}

export interface ControlsState {
  isSpeaking: boolean;
  isPaused: boolean;
  isMuted: boolean;
  volume: number;
}

export interface ControlsActions {
  togglePause(): void;
  stop(): void;
  toggleMuted(): void;
  setVolume(volume: number): void;
}

export function controlsBar(state: ControlsState, actions: ControlsActions): TemplateResult {
  const { isSpeaking, isPaused, isMuted, volume } = state;
  const isSilent = isMuted || volume === 0;
  const handleVolume = (event: Event): void => actions.setVolume(Number((event.target as HTMLInputElement).value));
  return html`
    <div class="controls" part="controls" role="group" aria-label="Avatar controls">
      <button
        type="button"
        part="button pause-button"
        aria-label=${isPaused ? 'Resume' : 'Pause'}
        ?disabled=${!isSpeaking}
        @click=${() => actions.togglePause()}
      >
        ${icon(isPaused ? PLAY : PAUSE)}
      </button>
      <button
        type="button"
        part="button stop-button"
        aria-label="Stop speaking"
        ?disabled=${!isSpeaking}
        @click=${() => actions.stop()}
      >
        ${icon(STOP)}
      </button>
      <span class="space"></span>
      <button
        type="button"
        part="button mute-button"
        aria-label="Mute"
        aria-pressed=${isMuted}
        @click=${() => actions.toggleMuted()}
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
        .value=${String(isMuted ? 0 : volume)}
        @input=${handleVolume}
      />
    </div>
  `;
}
