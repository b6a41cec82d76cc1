import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';

describe('custom-elements.json', () => {
  it('is what the docstrings say', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'manifest-'));
    try {
      const cem = 'node_modules/@custom-elements-manifest/analyzer/cem.js';
      execFileSync(process.execPath, [
        cem,
        'analyze',
        '--config',
        'custom-elements-manifest.config.js',
        '--quiet',
        '--outdir',
        relative('.', folder),
      ]);
      const committed = JSON.parse(await readFile('custom-elements.json', 'utf8'));
      const fresh = JSON.parse(await readFile(join(folder, 'custom-elements.json'), 'utf8'));
      assert.deepEqual(committed, fresh, 'Run `npm run build` and commit custom-elements.json.');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is what the tables of README.md and the reference say', async () => {
    const { apiReference, withApiTables } = (await import(pathToFileURL('scripts/api-tables.js').href)) as {
      apiReference(manifest: unknown): string;
      withApiTables(readme: string, manifest: unknown): string;
    };
    const manifest: unknown = JSON.parse(await readFile('custom-elements.json', 'utf8'));
    const readme = await readFile('README.md', 'utf8');
    assert.equal(readme, withApiTables(readme, manifest), 'Run `npm run build` and commit README.md.');
    assert.equal(await readFile('docs/reference.md', 'utf8'), apiReference(manifest), 'Run `npm run build` and commit docs/reference.md.');
  });
});
