/**
 * Writes `custom-elements.json`, the README's table of attributes and `docs/reference.md` from the element's docstrings, and copies
 * examples from their files into the documents. Lists the decisions in their index.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { apiReference, withAttributes } from './api-tables.js';
import { withDecisions } from './decision-index.js';
import { documents, withExamples } from './doc-examples.js';
import { mustRunNode } from './run.js';

await mustRunNode(
  'node_modules/@custom-elements-manifest/analyzer/cem.js',
  'analyze',
  '--config',
  'scripts/custom-elements-manifest.config.js',
  '--quiet',
);
const manifest = JSON.parse(await readFile('custom-elements.json', 'utf8'));
await writeFile('README.md', withAttributes(await readFile('README.md', 'utf8'), manifest));
await writeFile('docs/reference.md', apiReference(manifest));
const decisions = 'docs/decisions/README.md';
await writeFile(decisions, await withDecisions(await readFile(decisions, 'utf8')));
for (const path of await documents()) await writeFile(path, await withExamples(await readFile(path, 'utf8')));
