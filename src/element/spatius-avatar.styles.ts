import { css } from 'lit';

/** Colours follow the page's `color-scheme`; everything a page may want to change is a custom property or a part. */
export const styles = css`
  :host {
    --_accent: var(--spatius-avatar-accent, #5b5bd6);
    --_surface: var(--spatius-avatar-surface, light-dark(rgb(255 255 255 / 0.82), rgb(28 28 34 / 0.78)));
    --_text: var(--spatius-avatar-text, light-dark(#1d1d22, #f4f4f7));
    --_shade: var(--spatius-avatar-shade, light-dark(rgb(40 40 60 / 0.12), rgb(220 220 255 / 0.12)));
    --_radius: var(--spatius-avatar-radius, 0px);

    color: var(--_text);
    contain: layout paint style;
    display: inline-block;
    font: 500 14px/1.4 system-ui, sans-serif;
    block-size: 400px;
    inline-size: 320px;
    position: relative;
    background: var(--spatius-avatar-background, transparent);
    border-radius: var(--_radius);
    overflow: hidden;
    -webkit-tap-highlight-color: transparent;
  }

  :host([hidden]) {
    display: none;
  }

  .stage,
  .layer {
    inset: 0;
    position: absolute;
  }

  canvas {
    block-size: 100%;
    display: block;
    inline-size: 100%;
    opacity: 0;
    transition: opacity 350ms ease-out;
  }

  .is-ready canvas {
    opacity: 1;
  }

  :host([camera-controls]) canvas {
    cursor: grab;
    touch-action: pan-y;
  }

  .layer {
    align-items: center;
    display: flex;
    flex-direction: column;
    gap: 12px;
    justify-content: center;
    transition: opacity 300ms ease-out;
  }

  .poster {
    pointer-events: none;
  }

  .poster img,
  .poster ::slotted(*) {
    block-size: 100%;
    inline-size: 100%;
    object-fit: cover;
  }

  .is-ready .poster {
    opacity: 0;
  }

  .loading {
    justify-content: flex-end;
  }

  .silhouette {
    animation: breathe 2.4s ease-in-out infinite;
    fill: var(--_shade);
    inset-block-end: 0;
    inline-size: 88%;
    max-block-size: 86%;
    position: absolute;
  }

  .has-poster .silhouette {
    display: none;
  }

  .progress {
    background: var(--_shade);
    block-size: 3px;
    border-radius: 3px;
    inline-size: min(40%, 160px);
    margin-block-end: 24px;
    overflow: hidden;
    position: relative;
  }

  .progress-bar {
    background: var(--_accent);
    block-size: 100%;
    border-radius: inherit;
    transition: inline-size 200ms ease-out;
  }

  .progress.is-unknown .progress-bar {
    animation: slide 1.3s ease-in-out infinite alternate;
  }

  .error {
    padding: 24px;
    text-align: center;
  }

  .error p {
    margin: 0;
    text-wrap: balance;
  }

  .icon {
    block-size: 20px;
    fill: currentColor;
    flex: none;
    inline-size: 20px;
  }

  .error > .icon,
  .error slot > .icon {
    block-size: 32px;
    inline-size: 32px;
    opacity: 0.7;
  }

  .icon .line {
    fill: none;
    stroke: currentColor;
    stroke-linecap: round;
    stroke-linejoin: round;
    stroke-width: 1.8;
  }

  button {
    align-items: center;
    background: var(--_surface);
    border: 0;
    border-radius: 999px;
    color: inherit;
    cursor: pointer;
    display: inline-flex;
    font: inherit;
    gap: 8px;
    justify-content: center;
    padding: 8px 16px;
    transition: background 150ms, opacity 150ms, transform 150ms;
  }

  button:hover:not(:disabled) {
    background: color-mix(in srgb, var(--_surface), var(--_accent) 18%);
  }

  button:active:not(:disabled) {
    transform: scale(0.97);
  }

  button:disabled {
    cursor: default;
    opacity: 0.4;
  }

  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  .sound-button {
    animation: rise 250ms ease-out;
    backdrop-filter: blur(14px) saturate(1.4);
    box-shadow: 0 4px 20px rgb(0 0 0 / 0.18);
    inset-block-end: 20px;
    inset-inline-start: 50%;
    padding: 10px 20px 10px 16px;
    position: absolute;
    translate: -50% 0;
    white-space: nowrap;
  }

  :host(:dir(rtl)) .sound-button {
    translate: 50% 0;
  }

  .has-controls .sound-button {
    inset-block-end: 72px;
  }

  .controls {
    align-items: center;
    backdrop-filter: blur(14px) saturate(1.4);
    background: var(--_surface);
    border-radius: 999px;
    box-shadow: 0 2px 14px rgb(0 0 0 / 0.14);
    display: flex;
    gap: 2px;
    inset: auto 12px 12px;
    max-inline-size: 420px;
    margin-inline: auto;
    opacity: 0;
    padding: 4px 12px 4px 4px;
    position: absolute;
    transition: opacity 200ms;
  }

  :host(:hover) .controls,
  .controls:focus-within {
    opacity: 1;
  }

  @media (hover: none) {
    .controls {
      opacity: 1;
    }
  }

  .controls button {
    background: none;
    block-size: 40px;
    inline-size: 40px;
    padding: 0;
  }

  .controls .space {
    flex: 1;
  }

  .controls input {
    accent-color: var(--_accent);
    flex: 0 1 90px;
    min-inline-size: 40px;
  }

  .content {
    inset: 0;
    pointer-events: none;
    position: absolute;
  }

  .content ::slotted(*) {
    pointer-events: auto;
  }

  @keyframes breathe {
    50% {
      opacity: 0.55;
    }
  }

  @keyframes slide {
    from {
      transform: translateX(-20%);
    }
    to {
      transform: translateX(250%);
    }
  }

  @keyframes rise {
    from {
      opacity: 0;
      transform: translateY(8px);
    }
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before {
      animation: none !important;
      transition: none !important;
    }
  }
`;
