/** The element's template: the picture, and the layers above it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { AvatarMode } from '../shared/contracts/avatar-mode.js';
import type { AvatarError } from '../shared/contracts/errors.js';
import type { Captions } from './captions/captions.js';
import type { ControlsBar } from './controls/controls.js';
import type { OverlayStrings } from './english.js';
import { errorOverlay, loadingOverlay, posterOverlay, soundButton } from './overlays.js';

export interface ShownAvatar {
  readonly mode: AvatarMode | null;
  readonly poster: string | null;
  readonly controls: boolean;
  readonly isReady: boolean;
  readonly isLoading: boolean;
  readonly isAudioBlocked: boolean;
  readonly isSoundWanted: boolean;
  readonly stageError: AvatarError | null;
  readonly strings: OverlayStrings;
  initializeAudioContext(): Promise<void>;
}

/** The pieces that are loaded on demand, each null before. */
export interface LatePieces {
  readonly bar: ControlsBar | null;
  readonly captions: Captions | null;
}

/** @param loadProgress 0..1, or null while it is not known. */
export function avatarTemplate(
  avatar: ShownAvatar,
  loadProgress: number | null,
  { bar, captions }: LatePieces,
  retry: () => void,
): TemplateResult {
  const { isReady, isLoading, stageError, controls, poster, strings } = avatar;
  const classes = [isReady && 'is-ready', controls && 'has-controls', poster && 'has-poster'].filter(Boolean).join(' ');
  return html`
    <div class="root ${classes}" tabindex="-1">
      <div class="stage"></div>
      ${posterOverlay(poster)}
      ${isLoading && !isReady && !stageError ? loadingOverlay(loadProgress, strings) : nothing}
      ${stageError ? errorOverlay(stageError, strings, retry) : nothing}
      <div class="content"><slot></slot></div>
      ${
        // If audio stays locked, the button stays.
        avatar.isAudioBlocked && (avatar.isSoundWanted || avatar.mode === 'backend')
          ? soundButton(strings, () => void avatar.initializeAudioContext().catch(() => undefined))
          : nothing
      }
      ${controls && bar ? bar.render() : nothing}${captions ? captions.render() : nothing}
    </div>
  `;
}
