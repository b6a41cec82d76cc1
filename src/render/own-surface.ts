import type { Camera, Scene, WebGLRenderer } from 'three';
import { DrawTimer } from './draw-timer.js';
import { EdgeSmoother } from './edge-smoother.js';
import { FramesInFlight } from './frames-in-flight.js';
import type { AvatarModel } from './loaders/avatar-model.js';
import { createRenderer, type GraphicsFacts, prepareAvatar, type StageCanvas } from './renderer.js';
import type { Surface, SurfaceListener } from './surface.js';

/** A canvas with its own WebGL context. */
export class OwnSurface implements Surface {
  readonly kind = 'webgl';
  readonly renderer: WebGLRenderer;
  private readonly smoother: EdgeSmoother | null;
  private readonly timer: DrawTimer;
  private readonly inFlight: FramesInFlight;
  private readonly canvas: EventTarget;
  private readonly listener: SurfaceListener;
  private readonly handleDisposed: () => void;

  /** @throws {AvatarError} `renderingFailed` without WebGL 2. */
  constructor(canvas: StageCanvas, facts: GraphicsFacts, listener: SurfaceListener, handleDisposed: () => void) {
    this.renderer = createRenderer(canvas, facts);
    const gl = this.renderer.getContext() as WebGL2RenderingContext;
    this.timer = new DrawTimer(gl);
    this.smoother = facts.isSoftware ? new EdgeSmoother(this.renderer) : null;
    this.inFlight = new FramesInFlight(gl);
    this.canvas = canvas as OffscreenCanvas;
    this.listener = listener;
    this.handleDisposed = handleDisposed;
    this.canvas.addEventListener('webglcontextlost', this.handleLost);
    this.canvas.addEventListener('webglcontextrestored', this.handleRestored);
  }

  prepare(avatar: AvatarModel, camera: Camera, scene: Scene): Promise<void> {
    return prepareAvatar(this.renderer, avatar, camera, scene);
  }

  resize(width: number, height: number, pixelRatio: number): void {
    this.renderer.setPixelRatio(pixelRatio);
    this.renderer.setSize(width, height, false);
  }

  render(scene: Scene, camera: Camera, hasEdges: boolean): void {
    this.timer.begin();
    this.renderer.render(scene, camera);
    if (hasEdges) this.smoother?.smooth();
    this.timer.end();
    this.inFlight.add();
  }

  get isBusy(): boolean {
    return this.inFlight.isFull;
  }

  get drawMs(): number {
    return this.timer.drawMs;
  }

  dispose(): void {
    this.canvas.removeEventListener('webglcontextlost', this.handleLost);
    this.canvas.removeEventListener('webglcontextrestored', this.handleRestored);
    this.smoother?.dispose();
    this.renderer.dispose();
    // The number of contexts is limited, and garbage collection is late.
    this.renderer.forceContextLoss();
    this.handleDisposed();
  }

  // three.js restores the context, and uploads everything again on the first frame after that.
  private readonly handleLost = (): void => this.listener.handleContextLost();
  private readonly handleRestored = (): void => {
    this.timer.reset();
    this.inFlight.reset();
    this.listener.handleContextRestored();
  };
}
