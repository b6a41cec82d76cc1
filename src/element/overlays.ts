/** The element's built-in pieces above the picture. Every visible one has a part. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { AvatarError } from '../shared/contracts/errors.js';
import type { OverlayStrings } from './english.js';
import { icon } from './icons.js';

const WARNING = svg`<path class="line" d="M12 8v5m0 3v.01M12 3.5 2.8 19.5h18.4z" />`;

/** @param progress 0..1, or null while it is not known. */
export function loadingOverlay(progress: number | null, strings: OverlayStrings): TemplateResult {
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
          aria-label=${strings.loading}
          aria-valuenow=${percent ?? nothing}
        >
          <div class="progress-bar" part="progress-bar" .style=${`inline-size: ${percent ?? 30}%`}></div>
        </div>
      </slot>
    </div>
  `;
}

/** @param handleError The image cannot be loaded. */
export function posterOverlay(poster: string | null, handleError: () => void): TemplateResult {
  return html`
    <div class="layer poster" part="poster">
      <slot name="poster">${poster ? html`<img src=${poster} alt="" part="poster-image" @error=${handleError} />` : nothing}</slot>
    </div>
  `;
}

export function errorOverlay(error: AvatarError, strings: OverlayStrings, retry: () => void): TemplateResult {
  return html`
    <div class="layer error" part="error" role="alert">
      <slot name="error">
        <div class="card">
          ${icon(WARNING)}
          <p part="error-message" title=${error.message}>${strings.error}</p>
          <button type="button" part="button retry-button" @click=${retry}>${strings.retry}</button>
        </div>
      </slot>
    </div>
  `;
}
