import type { Camera, Scene } from 'three';
import {
  LinearSRGBColorSpace,
  type Material,
  Mesh,
  NeutralToneMapping,
  NoToneMapping,
  type Object3D,
  SRGBColorSpace,
  WebGPURenderer,
} from 'three/webgpu';
import type { AvatarModel } from '../loaders/avatar-model.js';
import type { GraphicsFacts, StageCanvas } from '../renderer.js';
import type { Surface, SurfaceListener } from '../surface.js';
import { openedGpu } from './gpu.js';

/** A canvas that WebGPU draws on. */
export class GpuSurface implements Surface {
  readonly kind = 'webgpu';
  /** Browsers with WebGPU throttle frames themselves. */
  readonly isBusy = false;
  drawMs = Number.NaN;

  private readonly renderer: WebGPURenderer;
  private readonly device: GPUDevice;
  private readonly starting: Promise<unknown>;
  private isMeasuring = false;
  private isDisposed = false;

  /** @throws {AvatarError} `renderingFailed` without a device. */
  constructor(canvas: StageCanvas, facts: GraphicsFacts, listener: SurfaceListener) {
    this.device = openedGpu().device;
    this.renderer = new WebGPURenderer({
      canvas: canvas as OffscreenCanvas,
      device: this.device,
      alpha: true,
      antialias: !facts.isSoftware,
      stencil: false,
    });
    this.renderer.setClearColor(0x000000, 0);
    this.renderer.onDeviceLost = () => undefined;
    this.starting = this.renderer.init();
    // Set by `prepare`.
    this.starting.catch(() => undefined);
    void this.device.lost.then(({ message }) => {
      if (!this.isDisposed) listener.handleDeviceLost(message || 'the GPU was taken away');
    });
  }

  async prepare(avatar: AvatarModel, camera: Camera, scene: Scene): Promise<void> {
    await this.starting;
    // The lean shader outputs display colours; three.js's own materials need another pass over the picture for that.
    const hasOthers = isToneMapped(avatar.root);
    this.renderer.toneMapping = hasOthers ? NeutralToneMapping : NoToneMapping;
    this.renderer.outputColorSpace = hasOthers ? SRGBColorSpace : LinearSRGBColorSpace;
    await this.renderer.compileAsync(avatar.root, camera, scene);
  }

  resize(width: number, height: number, pixelRatio: number): void {
    this.renderer.setPixelRatio(pixelRatio);
    this.renderer.setSize(width, height, false);
  }

  render(scene: Scene, camera: Camera): void {
    const startMs = performance.now();
    this.renderer.render(scene, camera);
    if (this.isMeasuring) return;
    this.isMeasuring = true;
    void this.device.queue.onSubmittedWorkDone().then(() => {
      this.isMeasuring = false;
      this.drawMs = performance.now() - startMs;
    });
  }

  dispose(): void {
    this.isDisposed = true;
    // It can only end after it has started.
    void this.starting.then(() => this.renderer.dispose()).catch(() => undefined);
  }
}

/** True when a material leaves tone mapping to the renderer. */
function isToneMapped(root: Object3D): boolean {
  let isFound = false;
  root.traverse((object) => {
    if (object instanceof Mesh && (object.material as Material).toneMapped) isFound = true;
  });
  return isFound;
}
