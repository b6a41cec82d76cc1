import { css } from 'lit';

/** Colours follow the page's `color-scheme`; everything a page may want to change is a custom property or a part. */
export const styles = css`
  :host {
    --_accent: var(--spatius-avatar-accent, #5b5bd6);
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

  .root,
  .stage,
  .layer,
  .content {
    inset: 0;
    position: absolute;
  }

  .root {
    container-type: size;
    outline: 0;
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

  .layer {
    align-items: center;
    display: flex;
    flex-direction: column;
    gap: 12px;
    justify-content: center;
    transition: opacity 300ms ease-out;
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

  .content,
  .poster {
    pointer-events: none;
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

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before {
      animation: none !important;
      transition: none !important;
    }
  }
`;
