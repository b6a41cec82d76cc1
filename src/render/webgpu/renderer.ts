/** Replaces `renderer.ts` for WebGPU. */

import type { GraphicsFacts } from '../renderer.js';
import { openedGpu, openGpu } from './gpu.js';

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
