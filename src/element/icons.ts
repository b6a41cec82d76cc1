import { html, type TemplateResult } from 'lit';

/** An icon from its shapes on a field of 24 × 24. */
export const icon = (path: TemplateResult): TemplateResult => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${path}</svg>`;
