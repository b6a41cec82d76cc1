/** Where the pictures of one stage come to be. */
import type { Camera, Scene } from 'three';
import type { Renderer } from '../shared/contracts/stage.js';
import type { AvatarModel } from './loaders/avatar-model.js';

export interface Surface {
  readonly kind: Renderer;
  /** Makes ready what an avatar needs to be drawn. */
  prepare(avatar: AvatarModel, camera: Camera, scene: Scene): Promise<void>;
  /** CSS pixels, > 0, and device pixels per CSS pixel. Clears the picture. */
  resize(width: number, height: number, pixelRatio: number): void;
  /** @param hasEdges False for what is soft by itself: there is nothing to smooth then. */
  render(scene: Scene, camera: Camera, hasEdges: boolean): void;
  /** Whether pictures that were asked for are still being drawn, so that another would have to wait for them. */
  readonly isBusy: boolean;
  /** What drawing a recent frame took, ms; NaN while unknown. */
  readonly drawMs: number;
  /** Gives everything back; what was drawn with its renderer has to be disposed of before. */
  dispose(): void;
}

export interface SurfaceListener {
  handleContextLost(): void;
  handleContextRestored(): void;
  /** What it draws with is gone for good. */
  handleDeviceLost(reason: string): void;
}
