/** `spatius-avatar/engine` in Node: reads the weights from disk. */
import { readFile } from 'node:fs/promises';
import { createSimdLinears } from '../motion/engine/simd-linears.js';
import { useMouthWeights } from './mouth-weights.js';

export * from './exports.js';

/**
 * Reads the weights of the trained mouth (330 kB). Engines created afterwards use them; others use a simpler mouth.
 *
 * @param source Path, file URL or bytes of `models/mouth.bin`; Default: the file of this package, read once.
 * @throws {AvatarError} `invalidConfiguration` if they cannot be loaded or are damaged.
 */
export function loadMouthModel(source?: string | URL | Uint8Array): Promise<void> {
  return useMouthWeights(
    async () => (source instanceof Uint8Array ? source : readFile(source ?? new URL('../models/mouth.bin', import.meta.url))),
    source === undefined,
    createSimdLinears,
  );
}
