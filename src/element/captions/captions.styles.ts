import { css } from 'lit';

/** Light on dark whatever lies behind: what most people read captions by. */
export const captionsStyles = css`
  .captions {
    align-items: center;
    color: var(--spatius-avatar-caption-text, #fff);
    display: flex;
    flex-direction: column;
    font-size: var(--spatius-avatar-caption-size, clamp(12px, 8px + 2.2cqi, 24px));
    font-weight: 500;
    gap: 4px;
    inset: auto 8px 14px;
    line-height: 1.35;
    max-block-size: 46%;
    overflow: hidden;
    pointer-events: none;
    position: absolute;
    text-align: center;
    transition: inset 200ms;
  }

  .captions p {
    animation: appear 120ms ease-out;
    background: var(--spatius-avatar-caption-background, rgb(16 16 20 / 0.8));
    border-radius: 0.55em;
    margin: 0;
    max-inline-size: min(37ch, 100%);
    overflow-wrap: break-word;
    padding: 0.3em 0.75em 0.35em;
    text-wrap: balance;
    white-space: pre-line;
  }

  .controls + .captions {
    inset-block-end: 68px;
  }

  .controls.is-quiet:not(:hover, :has(:focus-visible)) + .captions {
    inset-block-end: 14px;
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }

  /* Where there is little height, the hair is covered rather than the mouth. */
  @container (max-height: 260px) {
    .controls + .captions,
    .controls.is-quiet:not(:hover, :has(:focus-visible)) + .captions {
      inset-block: 8px auto;
    }
  }

  @container (max-width: 160px) {
    .captions {
      font-size: var(--spatius-avatar-caption-size, 11px);
      inset-inline: 4px;
      line-height: 1.25;
      max-block-size: 60%;
    }

    .captions p {
      padding: 0.2em 0.4em;
    }
  }

  @media (prefers-contrast: more) {
    .captions p {
      background: #000;
    }
  }

  @media (forced-colors: active) {
    .captions p {
      background: Canvas;
      border: 1px solid CanvasText;
      color: CanvasText;
    }
  }
`;
