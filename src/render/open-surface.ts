/**
 * Browsers allow a worker four WebGL contexts and drop the oldest for a fifth (a page has sixteen), so only the first stages of a
 * thread have their own context. The others draw on a shared one and copy each picture to their canvas.
 */
import { OwnSurface } from './own-surface.js';
import type { GraphicsFacts, StageCanvas } from './renderer.js';
import { SharedSurface } from './shared-surface.js';
import type { Surface, SurfaceListener } from './surface.js';

/** Together with the shared one these are all the contexts of a worker. */
const OWN_CONTEXTS = 3;

let ownCount = 0;

/** @throws {AvatarError} `renderingFailed` without WebGL 2. */
export function openSurface(canvas: StageCanvas, facts: GraphicsFacts, listener: SurfaceListener): Surface {
  if (ownCount >= OWN_CONTEXTS) return new SharedSurface(canvas, facts, listener);
  const surface = new OwnSurface(canvas, facts, listener, () => ownCount--);
  ownCount++;
  return surface;
}
