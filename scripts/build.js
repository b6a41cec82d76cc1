/** Everything a release holds: compiled modules, bundles, workers, avatars, the custom elements manifest. */
import { existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { filesBelow } from './files.js';
import { mustRunNode } from './run.js';

/** The compiler leaves what it once made of a file that is gone; a test among it would still run. */
async function removeOrphans() {
  for (const path of await filesBelow('build', '.js')) {
    const stem = path.slice('build/'.length, -'.js'.length);
    if (existsSync(`${stem}.ts`)) continue;
    await Promise.all(['.js', '.js.map', '.d.ts'].map((suffix) => rm(`build/${stem}${suffix}`, { force: true })));
  }
}

await rm('dist', { recursive: true, force: true });
await removeOrphans();
await mustRunNode('node_modules/typescript/bin/tsc', '-b');
await mustRunNode('node_modules/rollup/dist/bin/rollup', '-c', '--silent');
// The weights lie beside the modules that fetch them, in the tests' tree as well.
for (const folder of ['dist', 'build/src']) await cp('models', `${folder}/models`, { recursive: true });
await mustRunNode('scripts/build-avatars.js');
await mustRunNode('scripts/embed.js');
await mustRunNode('scripts/integrity.js');
await mustRunNode('scripts/manifest.js');
await mustRunNode('scripts/sizes.js');
