/** `spatius-avatar/engine` in Node: the same, with the weights read from the disk. */
import { readFile } from 'node:fs/promises';
import { createSimdLinears } from '../motion/engine/simd-linears.js';
import { useMouthWeights } from './mouth-weights.js';

export * from './exports.js';

/**
 * Reads the weights of the trained mouth (330 kB). Engines made afterwards use them; those made without speak with a
 * simpler mouth.
 *
 * @param source Path, file URL or bytes of `models/mouth.bin`; by default the file of this package, read once.
 * @throws {AvatarError} `invalidConfiguration` when they cannot be had or are broken.
 */
export function loadMouthModel(source?: string | URL | Uint8Array): Promise<void> {
  return useMouthWeights(
    async () => (source instanceof Uint8Array ? source : readFile(source ?? new URL('../models/mouth.bin', import.meta.url))),
    source === undefined,
    createSimdLinears,
  );
}
