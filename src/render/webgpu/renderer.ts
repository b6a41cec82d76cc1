/** The twin of `renderer.ts` where WebGPU draws. */
import { openGpu, openedGpu } from './gpu.js';
import type { GraphicsFacts } from '../renderer.js';

export { pngOf } from '../picture.js';
export type { GraphicsFacts, StageCanvas } from '../renderer.js';

export function probeGraphics(): GraphicsFacts {
  return { isSoftware: openedGpu().isSoftware };
}

/** Settles when a stage can be made. */
export function canDraw(): Promise<boolean> {
  return openGpu().then(
    () => true,
    () => false,
  );
}
