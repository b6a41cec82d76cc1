/** Which packages the files of `dist` contain: `scripts/notices.js` writes their licences, `scripts/release.js` lists them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { filesBelow } from '../files.js';

/** One file per build, so that builds can run in several processes. */
const NOTES = 'build/bundled-packages';

/** Packages whose own files contain what they depend on. */
const BUNDLES = ['livekit-client', '@pixiv/three-vrm'];

const PACKAGE = /^\0?(.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** @param name Name of the build. */
export function noteBundledPackages(name) {
  return {
    name: 'note-bundled-packages',
    writeBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap(({ modules = {} }) => Object.entries(modules));
      const folders = modules.flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? (PACKAGE.exec(id)?.[1] ?? []) : []));
      mkdirSync(NOTES, { recursive: true });
      writeFileSync(
        join(NOTES, `${name.replaceAll(/[\\/]/g, '-')}.json`),
        JSON.stringify([...new Set(folders.map((folder) => folder.split(sep).join('/')))]),
      );
    },
  };
}

/** All of them. @returns For each its folder and its `package.json`. */
export async function bundledPackages() {
  const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
  const folders = [...new Set((await filesBelow(NOTES, '.json')).flatMap(read))];
  if (folders.length === 0) throw new Error('nothing is known of bundled packages; build first');
  const found = new Map();
  // The list grows while it is read.
  for (const folder of folders) {
    const manifest = read(join(folder, 'package.json'));
    found.set(`${manifest.name}@${manifest.version}`, { folder, manifest });
    if (!BUNDLES.includes(manifest.name)) continue;
    const places = (name) => [join(folder, 'node_modules', name), join('node_modules', name)];
    folders.push(...Object.keys(manifest.dependencies).map((name) => places(name).find(existsSync)));
  }
  return [...found.values()];
}
