import { css } from 'lit';

/** For what is not there at first: buttons, the error, and settings of few visitors. Loaded after the element is shown. */
export const lateStyles = css`
  :host {
    --_on-accent: var(--spatius-avatar-on-accent, #fff);
    --_surface: var(--spatius-avatar-surface, light-dark(rgb(255 255 255 / 0.82), rgb(28 28 34 / 0.78)));
  }

  :host([camera-controls]) canvas {
    cursor: grab;
    touch-action: pan-y;
  }

  .error {
    text-align: center;
  }

  .card {
    align-items: center;
    background: var(--_surface);
    border-radius: 20px;
    display: flex;
    flex-direction: column;
    gap: 12px;
    margin: 8px;
    padding: 18px 22px;
  }

  .card p {
    margin: 0;
    text-wrap: balance;
  }

  .card button {
    background: var(--_accent);
    color: var(--_on-accent);
  }

  .icon {
    block-size: 20px;
    fill: currentColor;
    flex: none;
    inline-size: 20px;
  }

  .card .icon {
    block-size: 28px;
    inline-size: 28px;
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
    min-block-size: 40px;
    padding: 8px 16px;
    transition: background 150ms, opacity 150ms, transform 150ms;
    white-space: nowrap;
  }

  button:hover {
    background: color-mix(in srgb, var(--_surface), var(--_accent) 18%);
  }

  button:active {
    transform: scale(0.97);
  }

  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  .sound-button {
    animation: rise 250ms ease-out;
    backdrop-filter: blur(14px) saturate(1.4);
    box-shadow: 0 4px 20px rgb(0 0 0 / 0.18);
    inline-size: fit-content;
    inset: auto 8px 20px;
    margin-inline: auto;
    padding-inline: 16px 20px;
    position: absolute;
  }

  .has-controls .sound-button {
    inset-block-end: 68px;
  }

  @keyframes rise {
    from {
      opacity: 0;
      transform: translateY(8px);
    }
  }

  @media (pointer: coarse) {
    button {
      min-block-size: 44px;
    }
  }

  @media (prefers-contrast: more) {
    :host {
      --_surface: light-dark(#fff, #000);
      --_text: light-dark(#000, #fff);
      --_shade: light-dark(#767676, #8c8c8c);
    }
  }

  @media (forced-colors: active) {
    .card,
    .card button,
    .sound-button,
    .progress {
      border: 1px solid ButtonText;
    }

    .progress-bar {
      background: Highlight;
      forced-color-adjust: none;
    }

    .silhouette {
      fill: GrayText;
    }

    :focus-visible {
      outline-color: Highlight;
    }
  }

  @container (max-width: 150px) {
    .card {
      background: none;
      padding: 0;
    }

    .card p {
      clip-path: inset(50%);
      position: absolute;
    }

    button {
      font-size: 12px;
    }
  }
`;
