import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { assert } from 'chai';

import { packageFolder } from '../../../src/server/package-folder.js';

const STATIC_IMPORT = /(?:^|\n)\s*(?:import|export)\s+(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/g;

/** Every module that is loaded with one: packages by name, own files by path. */
async function loadedWith(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, target] of (await readFile(file, 'utf8')).matchAll(STATIC_IMPORT)) {
    if (target!.startsWith('.')) await loadedWith(join(dirname(file), target!), seen);
    else seen.add(target!);
  }
  return seen;
}

describe('spatius-avatar/server-sdk', () => {
  it('loads neither the Motion Server nor its packages nor, before it is needed, the Opus encoder', async () => {
    const source = join(packageFolder(), 'build/src');
    const loaded = [...(await loadedWith(join(source, 'server-sdk/index.js')))];
    const packages = loaded.filter((name) => !name.startsWith('/') && !name.startsWith('node:'));
    assert.sameMembers(packages, ['ws', '@bufbuild/protobuf', '@bufbuild/protobuf/codegenv2', '@bufbuild/protobuf/wire']);
    const outside = loaded.filter((name) => name.startsWith(source)).map((name) => name.slice(source.length + 1));
    assert.isEmpty(outside.filter((name) => !/^(shared|motion\/protocol|server-sdk)\//.test(name)));
  });

  it('is where package.json says, once it is built', async () => {
    const { exports } = JSON.parse(await readFile(join(packageFolder(), 'package.json'), 'utf8')) as {
      exports: Record<string, { node: string; types: string }>;
    };
    const entry = exports['./server-sdk'];
    const built = (await import(join(packageFolder(), entry.node))) as Record<string, unknown>;
    const source = (await import(join(packageFolder(), 'build/src/server-sdk/index.js'))) as object;
    assert.sameMembers(Object.keys(built), Object.keys(source));
    assert.include(await readFile(join(packageFolder(), entry.types), 'utf8'), 'newAvatarSession');
  });
});
