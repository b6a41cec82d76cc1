/**
 * `npm run build`: everything a release holds: compiled modules, bundles, workers, avatars, the custom elements manifest.
 *
 * `-- --release` minifies in two passes instead of one; `--plain` not at all; `--start` makes what `npm start` serves first.
 * `scripts/dist-state.js` says what each holds.
 */
import { existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { copyAvatars, DEFAULT_AVATAR } from './avatar-cache.js';
import { beginBuild, LEVELS, recordBuild } from './dist-state.js';
import { filesBelow } from './files.js';
import { inParallel, mustRunNode } from './run.js';

const PASSES = { start: '0', plain: '0', full: '1', release: '2' };

const level = LEVELS.find((name) => process.argv.includes(`--${name}`)) ?? 'full';
process.env.MINIFIER_PASSES = PASSES[level];

const COMPILED = ['build/src', 'build/characters', 'build/test'];

/** The compiler leaves what it once made of a file that is gone; a test among it would still run. */
async function removeOrphans() {
  for (const path of (await Promise.all(COMPILED.map((folder) => filesBelow(folder, '.js')))).flat()) {
    const stem = path.slice('build/'.length, -'.js'.length);
    if (existsSync(`${stem}.ts`)) continue;
    await Promise.all(['.js', '.js.map', '.d.ts'].map((suffix) => rm(`build/${stem}${suffix}`, { force: true })));
  }
}

const sources = await beginBuild();
await rm('dist', { recursive: true, force: true });
await removeOrphans();
await mustRunNode('node_modules/typescript/bin/tsc', '-b');
// The longest first.
await inParallel([
  () => mustRunNode('scripts/rollup-group.js', 'page'),
  () => mustRunNode('scripts/rollup-group.js', 'render'),
  () => (level === 'start' ? copyAvatars([DEFAULT_AVATAR]) : copyAvatars()),
]);
// The weights lie beside the modules that fetch them, in the tests' tree as well.
for (const folder of ['dist', 'build/src']) await cp('models', `${folder}/models`, { recursive: true });
if (level !== 'start') {
  await mustRunNode('scripts/embed.js');
  await mustRunNode('scripts/integrity.js');
  await mustRunNode('scripts/manifest.js');
}
await recordBuild(level, sources);
// Complete even when a file is over its budget.
if (PASSES[level] > 0) await mustRunNode('scripts/sizes.js');
