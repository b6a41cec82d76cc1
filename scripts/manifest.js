/** Writes `custom-elements.json` and the README's API tables from the element's docstrings, and the README's examples from their files. */
import { readFile, writeFile } from 'node:fs/promises';
import { withApiTables } from './api-tables.js';
import { withExamples } from './readme-examples.js';
import { mustRunNode } from './run.js';

await mustRunNode('node_modules/@custom-elements-manifest/analyzer/cem.js', 'analyze', '--config', 'custom-elements-manifest.config.js', '--quiet');
const manifest = JSON.parse(await readFile('custom-elements.json', 'utf8'));
await writeFile('README.md', await withExamples(withApiTables(await readFile('README.md', 'utf8'), manifest)));
