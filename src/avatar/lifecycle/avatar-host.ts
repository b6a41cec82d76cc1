import type { AvatarError } from '../../shared/contracts/errors.js';
import type { Renderer } from '../../shared/contracts/stage.js';
import type { RoomLoader } from '../assembled-avatar.js';
import type { AvatarController } from '../avatar-controller.js';
import type { AvatarControllerOptions } from '../controller-options.js';
import type { ElementSize } from './size-observer.js';

/** What the keeper of an avatar needs of who shows it, and what it tells it. */
export interface AvatarHost {
  /** False while there is no place to show anything: nothing is made then. */
  readonly isConnected: boolean;
  readonly assemblySettings: {
    readonly options: AvatarControllerOptions;
    /** URL, or the file itself; wins over `avatarId`. */
    readonly src: string | Blob | null;
    readonly avatarId: string | null;
    /** Default: `auto`, which is WebGL. */
    readonly renderer?: Renderer | 'auto';
    readonly volume: number;
    readonly isMuted: boolean;
    readonly isEager: boolean;
    readonly isAutostarted: boolean;
  };
  /** Device pixels per CSS pixel to draw with, 0 < … ≤ the size's own; its own by default. */
  pixelRatioFor?(size: ElementSize): number;
  /** Brings what joins LiveKit rooms; without it, `options.mode` is never `livekit`. */
  readonly loadRooms?: RoomLoader;
  /** Puts a canvas in the place of the one before; false while nothing is rendered. */
  placeCanvas(canvas: HTMLCanvasElement): boolean;
  /** A controller was made; its listeners go with it. */
  handleController(controller: AvatarController): void;
  handleError(error: AvatarError): void;
  /** The load of an avatar: its progress, 0..1 or null while unknown. */
  handleLoading(progress: number | null): void;
  /** An avatar that was not shown before is drawn, or one whose picture was lost. */
  handleReady(): void;
  /** What was shown before a load goes on to be drawn. */
  handlePictureKept(): void;
  /** There is no picture, and there will be none without `retry()`. */
  handleStageFailure(error: AvatarError): void;
  /** Everything was ended, or is made anew. */
  handleClosed(): void;
}
