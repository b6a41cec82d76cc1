/** Buttons above the picture that the first picture does not need. */
import { html, svg, type TemplateResult } from 'lit';
import type { OverlayStrings } from './english.js';
import { icon } from './icons.js';

export const SILENCE = svg`<path d="M4 9.5v5h3.2L12 18.6V5.4L7.2 9.5z" /><path class="line" d="m15.5 9.5 5 5m0-5-5 5" />`;

export function soundButton(strings: OverlayStrings, unlock: () => void): TemplateResult {
  return html`
    <button type="button" class="sound-button" part="button sound-button" @click=${unlock}>
      ${icon(SILENCE)}<span>${strings.sound}</span>
    </button>
  `;
}
