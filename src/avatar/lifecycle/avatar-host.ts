import type { AvatarError } from '../../shared/contracts/errors.js';
import type { Renderer } from '../../shared/contracts/stage.js';
import type { LogLevel } from '../../shared/core/logger.js';
import type { PageSources } from '../../speech/page-session.js';
import type { Avatar, AvatarSource } from '../avatar.js';
import type { AvatarOptions } from '../avatar-options.js';
import type { ElementSize } from './size-observer.js';

/** The element or view that shows an avatar: what its `AvatarLifecycle` reads, and what it reports. */
export interface AvatarHost {
  /** False while there is no place to show an avatar; none is made then. */
  readonly isConnected: boolean;
  readonly avatarSettings: AvatarSource & {
    readonly options: AvatarOptions;
    /** Default: `auto`, which is WebGL. */
    readonly renderer?: Renderer | 'auto';
    readonly isEager: boolean;
    readonly isAutostarted: boolean;
    /** Whether what speech needs is loaded before it is needed. */
    readonly isSpeechPreloaded: boolean;
    /** Level of the page's log; null leaves it as it is. */
    readonly logLevel: LogLevel | null;
  };
  /** Device pixels per CSS pixel to draw with, 0 < … ≤ the size's own; its own by default. */
  pixelRatioFor?(size: ElementSize): number;
  /** Loads the code of LiveKit rooms. Default: `options.mode` is never `livekit`. */
  readonly pageSources?: PageSources;
  /** Replaces the canvas; false while nothing is rendered. */
  placeCanvas(canvas: HTMLCanvasElement): boolean;
  /** An avatar was made; listeners on it need not be removed. */
  handleAvatar(avatar: Avatar): void;
  handleError(error: AvatarError): void;
  /** The load of an avatar: its progress, 0..1 or null while unknown. */
  handleLoading(progress: number | null): void;
  /** A new avatar is drawn, or the picture was restored. */
  handleReady(): void;
  /** A load has ended and the picture from before it stays. */
  handlePictureKept(): void;
  /** There is no picture, and none without `retry()`. */
  handleStageFailure(error: AvatarError): void;
  /** The avatar was disposed of; a new one may follow. */
  handleClosed(): void;
}
