/**
 * Writes `dist/embedded/*.embedded.js`: each file that has a copy in `src/assets/embedded-files.ts`, as a module that exports it. Scripts
 * are exported as text, everything else in base64. `embedded-files.ts` loads them.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';

const table = await readFile('build/src/assets/embedded-files.js', 'utf8');
const names = [...table.matchAll(/'([^']+)': \(\) => import\(/g)].map(([, name]) => name);
if (names.length === 0) throw new Error('src/assets/embedded-files.ts names no files');

await rm('dist/embedded', { recursive: true, force: true });
await mkdir('dist/embedded', { recursive: true });
await Promise.all(
  names.map(async (name) => {
    const content = await readFile(`dist/${name}`, name.endsWith('.js') ? 'utf8' : 'base64');
    await writeFile(`dist/embedded/${basename(name, '.js')}.embedded.js`, `export default ${JSON.stringify(content)};\n`);
  }),
);
