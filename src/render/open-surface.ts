/**
 * Browsers give a worker four WebGL contexts and take the oldest away for a fifth (a page has sixteen), so only the first
 * few stages of a thread draw on a context of their own. All others draw on one that they share, and copy each picture to
 * their canvas.
 */
import { OwnSurface } from './own-surface.js';
import type { GraphicsFacts, StageCanvas } from './renderer.js';
import { SharedSurface } from './shared-surface.js';
import type { Surface, SurfaceListener } from './surface.js';

/** With the shared one these are all the contexts that a worker has. */
const OWN_CONTEXTS = 3;

let ownCount = 0;

/** @throws {AvatarError} `renderingFailed` without WebGL 2. */
export function openSurface(canvas: StageCanvas, facts: GraphicsFacts, listener: SurfaceListener): Surface {
  if (ownCount >= OWN_CONTEXTS) return new SharedSurface(canvas, facts, listener);
  const surface = new OwnSurface(canvas, facts, listener, () => ownCount--);
  ownCount++;
  return surface;
}
