/**
 * Writes `dist/integrity.json`: for every file that a page loads by a tag or from the script, the value of an `integrity`
 * attribute, an import map or a `modulepreload` link.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { filesBelow } from './files.js';

const FOLDERS = ['chunks', 'embedded', 'workers', 'audio', 'vendor', 'avatars', 'models'];
const LOADED = /(\.min|\.worker|\.worklet|\.add-on|\.embedded)\.js$|^(chunks|vendor)\/.*\.js$|\.(glb|bin)$/;

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const found = (await Promise.all(FOLDERS.map((folder) => filesBelow(`dist/${folder}`))))
  .flat()
  .map((path) => relative('dist', path).split(sep).join('/'));
const names = ['spatius-avatar.min.js', 'spatius-avatar.iife.min.js', 'avatarkit.min.js', ...found.filter((name) => LOADED.test(name))];
const files = {};
for (const name of names)
  files[name] = `sha384-${createHash('sha384')
    .update(await readFile(`dist/${name}`))
    .digest('base64')}`;
await writeFile('dist/integrity.json', `${JSON.stringify({ version, files }, null, 2)}\n`);
