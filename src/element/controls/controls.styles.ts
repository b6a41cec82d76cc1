import { css } from 'lit';

export const controlsStyles = css`
  .has-controls .progress {
    margin-block-end: 72px;
  }

  .controls {
    align-items: center;
    backdrop-filter: blur(16px) saturate(1.5);
    background: var(--_surface);
    border-radius: 999px;
    box-shadow: 0 1px 2px rgb(0 0 0 / 0.08), 0 6px 20px rgb(0 0 0 / 0.14);
    display: flex;
    gap: 2px;
    inset: auto 10px 10px;
    margin-inline: auto;
    max-inline-size: 400px;
    padding: 4px;
    position: absolute;
    transition: opacity 200ms, translate 200ms;
  }

  .controls.is-quiet:not(:hover, :has(:focus-visible)) {
    opacity: 0;
    pointer-events: none;
    translate: 0 6px;
  }

  .controls button {
    background: none;
    block-size: 40px;
    flex: none;
    inline-size: 40px;
    padding: 0;
  }

  .controls button:hover:not([aria-disabled='true']) {
    background: var(--_shade);
  }

  .controls button[aria-disabled='true'] {
    cursor: default;
    opacity: 0.38;
  }

  .controls .is-inviting,
  .controls .is-inviting:hover:not([aria-disabled='true']) {
    background: var(--_accent);
    color: var(--_on-accent);
  }

  .controls .is-inviting:hover {
    filter: brightness(1.1);
  }

  /* Lucid shapes look off-centre: the triangle's weight lies left. */
  .controls .icon .play {
    translate: 0.6px 0;
  }

  .icon .cut {
    fill: none;
    stroke: var(--_captions-cut, currentColor);
    stroke-linecap: round;
    stroke-width: 1.8;
  }

  [aria-pressed='true'] .icon .plate {
    fill: currentColor;
  }

  [aria-pressed='true'] .icon {
    --_captions-cut: light-dark(#fff, #1c1c22);
  }

  .spinner {
    animation: turn 0.9s linear infinite;
    transform-origin: center;
  }

  .status {
    color: inherit;
    flex: 1;
    font-size: 13px;
    min-inline-size: 0;
    overflow: hidden;
    padding-inline: 8px;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .controls input {
    --_track: linear-gradient(to right, currentColor var(--_level), var(--_shade) var(--_level));

    appearance: none;
    background: var(--_track) center / 100% 4px no-repeat;
    block-size: 40px;
    color: inherit;
    cursor: pointer;
    flex: 0 1 76px;
    margin: 0;
    margin-inline: 2px 14px;
    min-inline-size: 44px;
  }

  .controls input:dir(rtl) {
    --_track: linear-gradient(to left, currentColor var(--_level), var(--_shade) var(--_level));
  }

  .controls input::-webkit-slider-thumb {
    appearance: none;
    background: currentColor;
    block-size: 14px;
    border: 0;
    border-radius: 50%;
    inline-size: 14px;
  }

  .controls input::-moz-range-thumb {
    background: currentColor;
    block-size: 14px;
    border: 0;
    border-radius: 50%;
    inline-size: 14px;
  }

  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }

  @media (pointer: coarse) {
    .controls button {
      block-size: 44px;
      inline-size: 44px;
    }
  }

  /* There is room for one of the two. */
  @container (max-height: 260px) {
    .error ~ .controls {
      display: none;
    }
  }

  @container (max-width: 299px) {
    .controls {
      inline-size: fit-content;
    }

    .controls input {
      display: none;
    }

    .controls .status {
      block-size: 1px;
      clip-path: inset(50%);
      flex: none;
      inline-size: 1px;
      padding: 0;
      position: absolute;
    }
  }

  @container (max-width: 199px) {
    .controls {
      inset: auto 6px 6px;
    }

    .controls .stop {
      display: none;
    }
  }

  @container (max-width: 150px) {
    .controls .is-there + .mute {
      display: none;
    }
  }

  @container (max-width: 110px) {
    .controls .mute,
    .controls .captions-button {
      display: none;
    }
  }

  @media (prefers-contrast: more) {
    .controls {
      border: 1px solid;
    }
  }

  @media (forced-colors: active) {
    .controls {
      border: 1px solid ButtonText;
    }

    .controls button {
      border-color: transparent;
    }

    .controls button[aria-disabled='true'] {
      color: GrayText;
      opacity: 1;
    }

    .controls button[aria-pressed='true'] {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }

    .controls [aria-pressed='true'] .icon {
      --_captions-cut: Highlight;
    }

    .controls .is-inviting {
      border-color: ButtonText;
    }

    .controls input {
      appearance: auto;
    }
  }
`;
