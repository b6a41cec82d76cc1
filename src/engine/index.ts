/**
 * `spatius-avatar/engine`: speech → motion as numbers, for pages and workers. No DOM, no three.js, no sound.
 *
 *     await loadMouthModel();
 *     const engine = new MotionEngine({ sampleRateHz: 16000, withVisemes: true });
 *     const motion = engine.push(samples); // 50 frames a second, [frameCount, 58]
 */
import { useMouthWeights } from './mouth-weights.js';

export * from './exports.js';

/**
 * Fetches the weights of the trained mouth (220 kB). Engines made afterwards use them; those made without speak with a
 * simpler mouth.
 *
 * @param source Address or bytes of `models/mouth.bin`; by default the file beside this package, fetched once.
 * @throws {AvatarError} `invalidConfiguration` when they cannot be had or are broken.
 */
export function loadMouthModel(source?: string | URL | Uint8Array): Promise<void> {
  return useMouthWeights(async () => {
    if (source instanceof Uint8Array) return source;
    const response = await fetch(source ?? new URL('../models/mouth.bin', import.meta.url));
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }, source === undefined);
}
