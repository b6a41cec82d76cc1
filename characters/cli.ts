/**
 * Writes avatars: `node build/characters/cli.js <folder> [name | variant.json …]`. Without names: all built-in ones. A JSON file
 * contains a `Variant`.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAvatar } from './build-avatar.js';
import type { Character } from './character.js';
import { CHARACTERS } from './character.js';
import { writeGlb } from './glb.js';
import type { Variant } from './variant.js';
import { characterFromVariant } from './variant.js';

const [folder, ...names] = process.argv.slice(2);
if (!folder) throw new Error('usage: cli.js <output folder> [name…]');
await mkdir(folder, { recursive: true });
async function characterNamed(name: string): Promise<Character> {
  if (name.endsWith('.json')) return characterFromVariant(JSON.parse(await readFile(name, 'utf8')) as Variant);
  const character = CHARACTERS.find((candidate) => candidate.name === name);
  if (!character) throw new Error(`no character "${name}"`);
  return character;
}
for (const character of names.length === 0 ? CHARACTERS : await Promise.all(names.map(characterNamed))) {
  const started = performance.now();
  const avatar = buildAvatar(character);
  const bytes = await writeGlb(avatar);
  const path = join(folder, `${character.name}.glb`);
  await writeFile(path, bytes);
  const triangles = avatar.parts.map(({ part }) => `${part.name} ${part.triangles.length / 3}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${path}: ${(bytes.length / 1000).toFixed(0)} kB in ${seconds} s; triangles: ${triangles.join(', ')}\n`);
}
