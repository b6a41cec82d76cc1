/** Where the pictures of one stage come to be. */
import type { Camera, Scene, WebGLRenderer } from 'three';

export interface Surface {
  readonly renderer: WebGLRenderer;
  /** CSS pixels, > 0, and device pixels per CSS pixel. Clears the picture. */
  resize(width: number, height: number, pixelRatio: number): void;
  render(scene: Scene, camera: Camera): void;
  /** What drawing a recent frame took, ms; NaN while unknown. */
  readonly drawMs: number;
  /** Gives everything back; what was drawn with its renderer has to be disposed of before. */
  dispose(): void;
}

export interface SurfaceListener {
  handleContextLost(): void;
  handleContextRestored(): void;
}
