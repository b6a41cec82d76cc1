import { html, svg, type TemplateResult } from 'lit';

/** An icon from its shapes on a field of 24 × 24. */
export const icon = (path: TemplateResult): TemplateResult => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${path}</svg>`;

export const SILENCE = svg`<path d="M4 9.5v5h3.2L12 18.6V5.4L7.2 9.5z" /><path class="line" d="m15.5 9.5 5 5m0-5-5 5" />`;
