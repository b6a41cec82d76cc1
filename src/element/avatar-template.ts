/** What the element shows: the picture, and the layers above it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { AvatarError } from '../shared/errors.js';
import type { AvatarMode } from './avatar-options.js';
import type { ControlledAvatar, controlsBar } from './controls.js';
import { errorOverlay, loadingOverlay, posterOverlay, soundButton } from './overlays.js';

export interface ShownAvatar extends ControlledAvatar {
  readonly mode: AvatarMode | null;
  readonly poster: string | null;
  readonly controls: boolean;
  readonly isReady: boolean;
  readonly isLoading: boolean;
  readonly isAudioBlocked: boolean;
  readonly isSoundWanted: boolean;
  readonly stageError: AvatarError | null;
  initializeAudioContext(): Promise<void>;
}

/**
 * @param loadProgress 0..1, or null while it is not known.
 * @param bar Null until it is loaded.
 */
export function avatarTemplate(
  avatar: ShownAvatar, loadProgress: number | null, bar: typeof controlsBar | null, retry: () => void,
): TemplateResult {
  const { isReady, isLoading, stageError, controls, poster } = avatar;
  const classes = [isReady && 'is-ready', controls && 'has-controls', poster && 'has-poster'].filter(Boolean).join(' ');
  return html`
    <div class="root ${classes}">
      <div class="stage"></div>
      ${posterOverlay(poster)}
      ${isLoading && !isReady && !stageError ? loadingOverlay(loadProgress) : nothing}
      ${stageError ? errorOverlay(stageError, retry) : nothing}
      <div class="content"><slot></slot></div>
      ${avatar.isAudioBlocked && (avatar.isSoundWanted || avatar.mode === 'backend')
        ? soundButton(() => void avatar.initializeAudioContext().catch(() => undefined))
        : nothing}
      ${controls && bar ? bar(avatar) : nothing}
    </div>
  `;
}
