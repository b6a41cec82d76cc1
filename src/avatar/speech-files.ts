/** Files that the first speech of a page needs, loaded before they are needed. */
import { asset } from '../assets/asset-urls.js';
import { Lazy } from '../shared/core/lazy.js';

/** Whether the visitor has asked the browser to use less data (`Save-Data`). */
export function isSavingData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}

/** Time until a page that is never idle counts as idle, ms. */
const IDLE_LIMIT_MS = 2000;
/** Instead of waiting for idle time, in browsers that cannot tell (Safari), ms. */
const IDLE_DELAY_MS = 200;

export function whenIdle(act: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(act, { timeout: IDLE_LIMIT_MS });
  else setTimeout(act, IDLE_DELAY_MS);
}

/**
 * Brings the playback worklet into the browser's cache, once. It is not added to an AudioContext yet: one that is made before the
 * visitor has touched the page gives a warning in the console, and one that runs keeps the audio device awake.
 */
export const workletInCache = new Lazy(async () => {
  const response = await fetch(await asset('audio/playback.worklet.js').locate());
  await response.arrayBuffer();
});
