/** Writes `custom-elements.json`, the README's tables and `docs/reference.md` from the element's docstrings, and examples in documents from their files. */
import { readFile, writeFile } from 'node:fs/promises';
import { apiReference, withApiTables } from './api-tables.js';
import { documents, withExamples } from './doc-examples.js';
import { mustRunNode } from './run.js';

await mustRunNode(
  'node_modules/@custom-elements-manifest/analyzer/cem.js',
  'analyze',
  '--config',
  'custom-elements-manifest.config.js',
  '--quiet',
);
const manifest = JSON.parse(await readFile('custom-elements.json', 'utf8'));
await writeFile('README.md', withApiTables(await readFile('README.md', 'utf8'), manifest));
await writeFile('docs/reference.md', apiReference(manifest));
for (const path of await documents()) await writeFile(path, await withExamples(await readFile(path, 'utf8')));
