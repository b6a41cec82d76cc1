/** The twin of `open-surface.ts`: WebGPU has no limit of contexts that a page would meet. */
import type { GraphicsFacts, StageCanvas } from '../renderer.js';
import type { Surface, SurfaceListener } from '../surface.js';
import { GpuSurface } from './gpu-surface.js';

/** @throws {AvatarError} `renderingFailed` without a device. */
export function openSurface(canvas: StageCanvas, facts: GraphicsFacts, listener: SurfaceListener): Surface {
  return new GpuSurface(canvas, facts, listener);
}
