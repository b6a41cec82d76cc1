/**
 * Whether `dist` fits its sources. A build removes the record first and writes it last, with a hash of its sources: a `dist` that is
 * older than them, or of an interrupted build, has none that fits.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { filesBelow } from './files.js';

const RECORD = 'build/dist.json';
const FOLDERS = ['src', 'characters', 'models', 'scripts/rollup'];
const FILES = [
  'package.json',
  'package-lock.json',
  'rollup.config.js',
  'tsconfig.base.json',
  ...['avatar-cache', 'build', 'embed', 'integrity', 'rollup-group'].map((name) => `scripts/${name}.js`),
];

/**
 * How complete a build is; each includes those before it.
 *
 * - `start`: what `npm start` serves: not minified, the default avatar alone
 * - `plain`: every file, not minified
 * - `full`: minified in one pass
 * - `release`: minified in two passes
 */
export const LEVELS = ['start', 'plain', 'full', 'release'];

async function sourceHash() {
  const paths = [...FILES, ...(await Promise.all(FOLDERS.map((folder) => filesBelow(folder)))).flat()];
  const hash = createHash('sha256');
  for (const path of paths)
    hash
      .update(`${path}\0`)
      .update(await readFile(path))
      .update('\0');
  return hash.digest('hex');
}

/** Whether `dist` is at least as complete as `level` and made of the current sources. */
export async function isFresh(level) {
  if (!existsSync('dist/index.js') || !existsSync('dist/avatars')) return false;
  const record = await readFile(RECORD, 'utf8').then(JSON.parse, () => null);
  return record !== null && LEVELS.indexOf(record.level) >= LEVELS.indexOf(level) && record.sources === (await sourceHash());
}

/** Call before a build; `recordBuild` writes its result after the build. */
export async function beginBuild() {
  await rm(RECORD, { force: true });
  return sourceHash();
}

export async function recordBuild(level, sources) {
  await mkdir('build', { recursive: true });
  await writeFile(RECORD, JSON.stringify({ level, sources }));
}
