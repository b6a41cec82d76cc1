/** A built-in avatar as somebody else's file: without the parameters of our own shader. */
import { readFile } from 'node:fs/promises';
import { type GlbDocument, readGlb, writeGlb } from '../../../src/motion/files/glb-container.js';

export async function foreignGlb(): Promise<Buffer> {
  const file = readGlb(await readFile('dist/avatars/aria.glb'));
  for (const material of (file.document as GlbDocument & { materials: { extras?: object }[] }).materials) delete material.extras;
  return Buffer.from(writeGlb(file));
}
