import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';

interface Manifest {
  modules: { declarations: { attributes?: { name: string; type?: { text: string } }[] }[] }[];
}

describe('custom-elements.json', () => {
  it('matches the docstrings', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'manifest-'));
    try {
      const cem = 'node_modules/@custom-elements-manifest/analyzer/cem.js';
      execFileSync(process.execPath, [
        cem,
        'analyze',
        '--config',
        'scripts/custom-elements-manifest.config.js',
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

  it('spells out the type of every attribute, so that editors complete its values', async () => {
    const manifest = JSON.parse(await readFile('custom-elements.json', 'utf8')) as Manifest;
    const attributes = manifest.modules.flatMap(({ declarations }) => declarations).flatMap((declaration) => declaration.attributes ?? []);
    const typeOf = (name: string) => attributes.find((attribute) => attribute.name === name)?.type?.text;
    const isSpeltOut = (type = '') => type.split(' | ').every((part) => /^('[\w-]+'|string|number|boolean|null)$/.test(part));
    assert.deepEqual(
      attributes.filter(({ type }) => !isSpeltOut(type?.text)),
      [],
    );
    assert.equal(typeOf('view'), "'portrait' | 'bust' | 'full'");
    assert.equal(typeOf('mode'), "'local' | 'direct' | 'backend' | 'livekit' | null");
    assert.equal(typeOf('renderer'), "'webgl' | 'webgpu' | 'auto'");
  });

  it('matches the tables of README.md and the reference', async () => {
    const { apiReference, withAttributes } = (await import(pathToFileURL('scripts/api-tables.js').href)) as {
      apiReference(manifest: unknown): string;
      withAttributes(readme: string, manifest: unknown): string;
    };
    const manifest: unknown = JSON.parse(await readFile('custom-elements.json', 'utf8'));
    const readme = await readFile('README.md', 'utf8');
    assert.equal(readme, withAttributes(readme, manifest), 'Run `npm run build` and commit README.md.');
    assert.equal(await readFile('docs/reference.md', 'utf8'), apiReference(manifest), 'Run `npm run build` and commit docs/reference.md.');
  });
});
