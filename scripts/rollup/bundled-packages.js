/** Notes which packages go into the files of `dist`; `scripts/notices.js` writes their licences. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** One file for each build, so that builds can run in several processes. */
export const NOTES = 'build/bundled-packages';

const PACKAGE = /^\0?(.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** @param name Of the build. */
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
