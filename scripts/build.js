/**
 * `npm run build`: everything a release holds: compiled modules, bundles, workers, avatars, the custom elements manifest.
 *
 * `-- --release` minifies in two passes instead of one; `--plain` not at all; `--start` makes what `npm start` serves first.
 * `scripts/dist-state.js` describes each.
 */
import { cp, rm } from 'node:fs/promises';
import { copyAvatars, DEFAULT_AVATAR } from './avatar-cache.js';
import { compile } from './compile.js';
import { beginBuild, LEVELS, recordBuild } from './dist-state.js';
import { inParallel, mustRunNode } from './run.js';

const PASSES = { start: '0', plain: '0', full: '1', release: '2' };

const level = LEVELS.find((name) => process.argv.includes(`--${name}`)) ?? 'full';
process.env.MINIFIER_PASSES = PASSES[level];

const sources = await beginBuild();
await rm('dist', { recursive: true, force: true });
if (!(await compile())) process.exit(1);
// The longest first.
await inParallel([
  () => mustRunNode('scripts/rollup-group.js', 'page'),
  () => mustRunNode('scripts/rollup-group.js', 'render'),
  () => (level === 'start' ? copyAvatars([DEFAULT_AVATAR]) : copyAvatars()),
]);
await cp('models', 'dist/models', { recursive: true });
if (level !== 'start') {
  await mustRunNode('scripts/embed.js');
  await mustRunNode('scripts/integrity.js');
  await mustRunNode('scripts/notices.js');
  await mustRunNode('scripts/manifest.js');
}
await recordBuild(level, sources);
// Complete even when a file is over its budget.
if (PASSES[level] > 0) await mustRunNode('scripts/sizes.js');
