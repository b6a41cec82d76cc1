/**
 * Built-in avatars are generated once and kept in `build/avatars/HASH`. The hash is of everything that decides their bytes: the
 * generator's sources, the modules of `src` that it imports, and the lock file's entries of the packages that it imports.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join, normalize, relative, sep } from 'node:path';
import { inParallel } from './run.js';

export const AVATARS = ['aria', 'theo', 'nia'];
export const DEFAULT_AVATAR = AVATARS[0];
const ENTRY = 'characters/cli.ts';
const IMPORT = /from '([^']+)'/g;

/** The sources of the generator, following its imports. @returns `{ files, packages }`, both sorted. */
async function sourcesOf(entry) {
  const files = new Map();
  const packages = new Set();
  const waiting = [entry];
  for (let path = waiting.pop(); path; path = waiting.pop()) {
    if (files.has(path)) continue;
    const text = await readFile(path, 'utf8');
    files.set(path, text);
    for (const [, specifier] of text.matchAll(IMPORT)) {
      if (specifier.startsWith('.')) waiting.push(normalize(join(path, '..', specifier)).replace(/\.js$/, '.ts'));
      else if (!specifier.startsWith('node:')) packages.add(specifier);
    }
  }
  return { files: [...files].sort(([a], [b]) => (a < b ? -1 : 1)), packages: [...packages].sort() };
}

/** Folder of the avatars that the current sources make; it may not exist yet. */
export async function avatarFolder() {
  const { files, packages } = await sourcesOf(ENTRY);
  const lock = JSON.parse(await readFile('package-lock.json', 'utf8'));
  const hash = createHash('sha256');
  for (const [path, text] of files) hash.update(`${relative('.', path).split(sep).join('/')}\0${text}\0`);
  for (const name of packages) hash.update(`${name}@${lock.packages[`node_modules/${name}`]?.version}\0`);
  return `build/avatars/${hash.digest('hex').slice(0, 16)}`;
}

/** Generates those that the cache lacks, each in a process of its own. Expects the compiled generator. @returns The folder. */
export async function ensureAvatars(names = AVATARS) {
  const folder = await avatarFolder();
  const missing = names.filter((name) => !existsSync(`${folder}/${name}.glb`));
  await inParallel(missing.map((name) => () => generate(folder, name)));
  return folder;
}

/** Renamed when it is complete: an interrupted run leaves no half file, and two runs at once do not disturb each other. */
async function generate(folder, name) {
  const unfinished = `${folder}/${name}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['build/characters/cli.js', unfinished, name], { stdio: 'inherit' });
      child.on('error', reject);
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`avatar ${name} could not be generated`))));
    });
    await rename(`${unfinished}/${name}.glb`, `${folder}/${name}.glb`);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Copies avatars from the cache to `dist/avatars`, generating what is missing. */
export async function copyAvatars(names = AVATARS) {
  const folder = await ensureAvatars(names);
  await mkdir('dist/avatars', { recursive: true });
  await Promise.all(names.map((name) => cp(`${folder}/${name}.glb`, `dist/avatars/${name}.glb`)));
}
