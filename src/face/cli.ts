/** Writes built-in avatars, all or those named: `node build/src/face/cli.js <folder> [name…]`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAvatar } from './build-avatar.js';
import { CHARACTERS } from './character.js';
import { writeGlb } from './glb.js';

const [folder, ...names] = process.argv.slice(2);
if (!folder) throw new Error('usage: cli.js <output folder> [name…]');
await mkdir(folder, { recursive: true });
for (const character of CHARACTERS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const started = performance.now();
  const avatar = buildAvatar(character);
  const bytes = await writeGlb(avatar);
  const path = join(folder, `${character.name}.glb`);
  await writeFile(path, bytes);
  const triangles = avatar.parts.map(({ part }) => `${part.name} ${part.triangles.length / 3}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${path}: ${(bytes.length / 1000).toFixed(0)} kB in ${seconds} s; triangles: ${triangles.join(', ')}\n`);
}
