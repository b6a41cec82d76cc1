/** Replaces `open-surface.ts`: WebGPU has no practical limit of contexts. */
import type { GraphicsFacts, StageCanvas } from '../renderer.js';
import type { Surface, SurfaceListener } from '../surface.js';
import { GpuSurface } from './gpu-surface.js';

/** @throws {AvatarError} `renderingFailed` without a device. */
export function openSurface(canvas: StageCanvas, facts: GraphicsFacts, listener: SurfaceListener): Surface {
  return new GpuSurface(canvas, facts, listener);
}
