/** Which renderer was the faster one, measured once per session of a browser's tab. */
import type { Renderer } from '../workers/worker-api.js';

const KEY = 'spatius-avatar renderer';

/** Where a page may keep nothing, it is measured once per page. */
let ofPage: string | null = null;

function remembered(): string | null {
  try {
    return sessionStorage.getItem(KEY) ?? ofPage;
  } catch {
    return ofPage;
  }
}

export function isRendererDecided(): boolean {
  return remembered() !== null;
}

/** WebGL until something else was found to be faster. */
export function rememberedRenderer(): Renderer {
  return remembered() === 'webgpu' ? 'webgpu' : 'webgl';
}

export function rememberRenderer(renderer: Renderer): void {
  ofPage = renderer;
  try {
    sessionStorage.setItem(KEY, renderer);
  } catch {
    // The page's own memory has it.
  }
}
