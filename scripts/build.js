/** Everything a release holds: compiled modules, bundles, workers, avatars, the custom elements manifest. */
import { rm } from 'node:fs/promises';
import { mustRunNode } from './run.js';

await rm('dist', { recursive: true, force: true });
await mustRunNode('node_modules/typescript/bin/tsc', '-b');
await mustRunNode('node_modules/rollup/dist/bin/rollup', '-c', '--silent');
await mustRunNode('scripts/build-avatars.js');
await mustRunNode('scripts/manifest.js');
await mustRunNode('scripts/sizes.js');
