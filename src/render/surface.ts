/** The drawing surface of one stage. */
import type { Camera, Scene } from 'three';
import type { Renderer } from '../shared/contracts/stage.js';
import type { AvatarModel } from './loaders/avatar-model.js';

export interface Surface {
  readonly kind: Renderer;
  /** Prepares an avatar for drawing. */
  prepare(avatar: AvatarModel, camera: Camera, scene: Scene): Promise<void>;
  /** CSS pixels, > 0, and device pixels per CSS pixel. Clears the picture. */
  resize(width: number, height: number, pixelRatio: number): void;
  /** @param hasEdges False for avatars with soft outlines, which need no smoothing. */
  render(scene: Scene, camera: Camera, hasEdges: boolean): void;
  /** Whether submitted frames are still being drawn, so that another would have to wait. */
  readonly isBusy: boolean;
  /** Drawing time of a recent frame, ms; NaN while unknown. */
  readonly drawMs: number;
  /** Releases everything; dispose of avatars that its renderer drew first. */
  dispose(): void;
}

export interface SurfaceListener {
  handleContextLost(): void;
  handleContextRestored(): void;
  /** The device is lost for good. */
  handleDeviceLost(reason: string): void;
}
