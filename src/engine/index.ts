/**
 * `spatius-avatar/engine`: speech → motion as numbers, for pages and workers. No DOM, no three.js, no sound.
 *
 *     await loadMouthModel();
 *     const engine = new MotionEngine({ sampleRateHz: 16000, withVisemes: true });
 *     const motion = engine.push(samples); // 50 frames a second, [frameCount, 58]
 */
import { isLeftBehind } from '../assets/left-behind.js';
import { useMouthWeights } from './mouth-weights.js';

export * from './exports.js';

/**
 * Fetches the weights of the trained mouth (330 kB). Engines created afterwards use them; others use a simpler mouth.
 *
 * @param source URL or bytes of `models/mouth.bin`. Default: the file of this package, fetched once.
 * @throws {AvatarError} `invalidConfiguration` if they cannot be loaded or are damaged.
 */
export function loadMouthModel(source?: string | URL | Uint8Array): Promise<void> {
  return useMouthWeights(async () => {
    if (source instanceof Uint8Array) return source;
    if (!source && isLeftBehind(import.meta.url, '/engine/index.js', '../models/mouth.bin', shippedUrl)) return embeddedWeights();
    const response = await fetch(source ?? shippedUrl());
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }, source === undefined);
}

const shippedUrl = () => new URL('../models/mouth.bin', import.meta.url);

/** The copy for bundlers that carry modules along but no files; see `embedded-files.ts`. */
async function embeddedWeights(): Promise<Uint8Array> {
  if (typeof __webpack_require__ === 'function' || import.meta.env?.PROD) throw new Error('the bundler has left models/mouth.bin behind');
  const { default: base64 } = await import('../embedded/mouth.bin.embedded.js');
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
