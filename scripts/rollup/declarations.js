/** Copies the declarations of the package's public modules, each beside its module. */
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const RELATIVE = /(?:from|import\(|^import)\s*["'](\.[^"']+)\.js["']/gm;

/** Copies from `build/src` to `dist` what the `types` of package.json's exports name, and what they import. */
export function copyDeclarations() {
  return {
    name: 'copy-declarations',
    writeBundle() {
      const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
      const waiting = Object.values(exports).flatMap(({ types }) => (types ? [types.replace(/^\.\/dist\//, '')] : []));
      const copied = new Set();
      for (let path = waiting.pop(); path; path = waiting.pop()) {
        if (copied.has(path)) continue;
        copied.add(path);
        // Those of the frameworks are hand-written.
        const source = [join('build/src', path), join('src', path)].find(existsSync);
        if (!source) throw new Error(`nothing declares ${path}`);
        const target = join('dist', path);
        mkdirSync(dirname(target), { recursive: true });
        cpSync(source, target);
        for (const [, name] of readFileSync(source, 'utf8').matchAll(RELATIVE))
          waiting.push(`${normalize(join(dirname(path), name))}.d.ts`);
      }
    },
  };
}
