import type { Camera, Scene, WebGLRenderer } from 'three';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { DrawTimer } from './draw-timer.js';
import { EdgeSmoother } from './edge-smoother.js';
import { FramesInFlight } from './frames-in-flight.js';
import type { AvatarModel } from './loaders/avatar-model.js';
import { createRenderer, type GraphicsFacts, prepareAvatar, type StageCanvas, sisterOf } from './renderer.js';
import type { Surface, SurfaceListener } from './surface.js';

/** The shared context of this thread, as large as the largest stage on it. */
class SharedContext {
  readonly canvas: OffscreenCanvas;
  readonly renderer: WebGLRenderer;
  readonly timer: DrawTimer;
  private readonly surfaces = new Set<SharedSurface>();

  constructor(canvas: StageCanvas, facts: GraphicsFacts) {
    this.canvas = sisterOf(canvas) as OffscreenCanvas;
    this.renderer = createRenderer(this.canvas, facts);
    this.renderer.setScissorTest(true);
    this.timer = new DrawTimer(this.renderer.getContext() as WebGL2RenderingContext);
    const tell = (say: (listener: SurfaceListener) => void) => () => this.surfaces.forEach(({ listener }) => say(listener));
    const events: EventTarget = this.canvas;
    events.addEventListener(
      'webglcontextlost',
      tell((listener) => listener.handleContextLost()),
    );
    events.addEventListener(
      'webglcontextrestored',
      tell((listener) => listener.handleContextRestored()),
    );
    events.addEventListener('webglcontextrestored', () => {
      this.timer.reset();
      this.surfaces.forEach(({ inFlight }) => inFlight.reset());
    });
  }

  add(surface: SharedSurface): void {
    this.surfaces.add(surface);
  }

  /** @returns True if it was the last one, and this context was disposed of. */
  remove(surface: SharedSurface): boolean {
    this.surfaces.delete(surface);
    if (this.surfaces.size > 0) {
      this.fit();
      return false;
    }
    this.renderer.dispose();
    this.renderer.forceContextLoss();
    return true;
  }

  /** Call when the size of a surface changes. */
  fit(): void {
    const sizes = [...this.surfaces];
    const width = Math.max(1, ...sizes.map(({ pixelWidth }) => pixelWidth));
    const height = Math.max(1, ...sizes.map(({ pixelHeight }) => pixelHeight));
    if (width !== this.canvas.width || height !== this.canvas.height) this.renderer.setSize(width, height, false);
  }
}

let shared: SharedContext | null = null;

/** A canvas whose pictures are drawn on the shared context and copied to it. */
export class SharedSurface implements Surface {
  readonly kind = 'webgl';
  readonly listener: SurfaceListener;
  pixelWidth = 0;
  pixelHeight = 0;
  readonly inFlight: FramesInFlight;
  private readonly canvas: OffscreenCanvas;
  private readonly picture: OffscreenCanvasRenderingContext2D;
  private readonly context: SharedContext;
  private readonly smoother: EdgeSmoother | null;

  /** @throws {AvatarError} `renderingFailed` without WebGL 2. */
  constructor(canvas: StageCanvas, facts: GraphicsFacts, listener: SurfaceListener) {
    this.listener = listener;
    this.canvas = canvas as OffscreenCanvas;
    const picture = this.canvas.getContext('2d');
    if (!picture) throw new AvatarError(ErrorCode.renderingFailed, 'This browser provides no 2D context');
    // Each picture replaces the previous one, transparent pixels included.
    picture.globalCompositeOperation = 'copy';
    this.picture = picture;
    this.context = shared ??= new SharedContext(canvas, facts);
    this.context.add(this);
    this.inFlight = new FramesInFlight(this.renderer.getContext() as WebGL2RenderingContext);
    this.smoother = facts.isSoftware ? new EdgeSmoother(this.renderer) : null;
  }

  get renderer(): WebGLRenderer {
    return this.context.renderer;
  }

  prepare(avatar: AvatarModel, camera: Camera, scene: Scene): Promise<void> {
    return prepareAvatar(this.renderer, avatar, camera, scene);
  }

  resize(width: number, height: number, pixelRatio: number): void {
    this.pixelWidth = this.canvas.width = Math.max(1, Math.floor(width * pixelRatio));
    this.pixelHeight = this.canvas.height = Math.max(1, Math.floor(height * pixelRatio));
    // A new size resets the settings of the context.
    this.picture.globalCompositeOperation = 'copy';
    this.context.fit();
  }

  render(scene: Scene, camera: Camera, hasEdges: boolean): void {
    const { picture, pixelWidth: width, pixelHeight: height, context } = this;
    const { renderer, canvas, timer } = context;
    renderer.setViewport(0, 0, width, height);
    renderer.setScissor(0, 0, width, height);
    timer.begin();
    renderer.render(scene, camera);
    if (hasEdges) this.smoother?.smooth();
    timer.end();
    // WebGL's origin is at the bottom, that of pictures at the top.
    picture.drawImage(canvas, 0, canvas.height - height, width, height, 0, 0, width, height);
    this.inFlight.add();
  }

  get isBusy(): boolean {
    return this.inFlight.isFull;
  }

  get drawMs(): number {
    return this.context.timer.drawMs;
  }

  dispose(): void {
    this.smoother?.dispose();
    if (this.context.remove(this)) shared = null;
  }
}
