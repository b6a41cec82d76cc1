/** `npm start`: builds what is missing or older than its sources, then serves Motion Server, tokens and demo. */
import { stat } from 'node:fs/promises';
import { filesBelow } from './files.js';
import { mustRunNode, runNode } from './run.js';

const CLI = 'dist/server/cli.js';
/** The last file of a build, which begins by removing it: where it is missing, a build was interrupted. */
const LAST_BUILT = 'dist/integrity.json';

async function isStale() {
  const built = await stat(LAST_BUILT).catch(() => null);
  if (!built) return true;
  const sources = [...(await filesBelow('src')), 'rollup.config.js', 'package.json'];
  const times = await Promise.all(sources.map(async (path) => (await stat(path)).mtimeMs));
  return Math.max(...times) > built.mtimeMs;
}

if (await isStale()) await mustRunNode('scripts/build.js');
process.exitCode = await runNode([CLI, 'serve', ...process.argv.slice(2)]);
