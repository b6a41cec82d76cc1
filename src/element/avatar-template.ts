/** The element's template: the picture, and the layers above it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { AvatarMode } from '../shared/contracts/avatar-mode.js';
import type { AvatarError } from '../shared/contracts/errors.js';
import type { Captions } from './captions/captions.js';
import type { ControlsBar } from './controls/controls.js';
import type { OverlayStrings } from './english.js';
import type { soundButton } from './late-overlays.js';
import { errorOverlay, loadingOverlay, posterOverlay } from './overlays.js';

export interface ShownAvatar {
  readonly mode: AvatarMode | null;
  readonly poster: string | null;
  /** The poster that could not be loaded. */
  brokenPoster: string | null;
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
  readonly soundButton: typeof soundButton | undefined;
}

/** @param loadProgress 0..1, or null while it is not known. */
export function avatarTemplate(
  avatar: ShownAvatar,
  loadProgress: number | null,
  { bar, captions, soundButton }: LatePieces,
  retry: () => void,
): TemplateResult {
  const { isReady, isLoading, stageError, controls, strings } = avatar;
  const poster = avatar.poster === avatar.brokenPoster ? null : avatar.poster;
  const classes = [isReady && 'is-ready', controls && 'has-controls', poster && 'has-poster'].filter(Boolean).join(' ');
  return html`
    <div class="root ${classes}" tabindex="-1">
      <div class="stage"></div>
      ${posterOverlay(poster, () => (avatar.brokenPoster = poster))}
      ${isLoading && !isReady && !stageError ? loadingOverlay(loadProgress, strings) : nothing}
      ${stageError ? errorOverlay(stageError, strings, retry) : nothing}
      <div class="content"><slot></slot></div>
      ${
        // If audio stays locked, the button stays.
        soundButton && avatar.isAudioBlocked && (avatar.isSoundWanted || avatar.mode === 'backend')
          ? soundButton(strings, () => void avatar.initializeAudioContext().catch(() => undefined))
          : nothing
      }
      ${controls && bar ? bar.render() : nothing}${captions ? captions.render() : nothing}
    </div>
  `;
}
