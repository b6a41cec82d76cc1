/**
 * Built-in avatars are generated once and kept in `build/avatars/HASH`. The hash is of everything that decides their bytes: the code
 * of the generator with the modules of `src` that it imports, without comments and types, and the versions of the packages.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { inParallel } from './run.js';

export const AVATARS = ['aria', 'theo', 'nia'];
export const DEFAULT_AVATAR = AVATARS[0];
const ENTRY = 'characters/cli.ts';

/** Folder of the avatars of the current sources; it may not exist yet. */
export async function avatarFolder() {
  const { outputFiles, metafile } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    minify: true,
    write: false,
    metafile: true,
  });
  const lock = JSON.parse(await readFile('package-lock.json', 'utf8'));
  const packages = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports.map(({ path }) => path))
    .filter((path) => !path.startsWith('node:'))
    .sort();
  const hash = createHash('sha256').update(outputFiles[0].contents);
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

/** Renamed when complete: an interrupted run leaves no partial file, and concurrent runs do not disturb each other. */
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
