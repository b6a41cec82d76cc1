/** `npm start`: builds what is missing or older than its sources, then serves Motion Server, tokens and demo. */
import { stat } from 'node:fs/promises';
import { filesBelow } from './files.js';
import { mustRunNode, runNode } from './run.js';

const CLI = 'dist/server/cli.js';

async function isStale() {
  const built = await stat(CLI).catch(() => null);
  if (!built) return true;
  const sources = [...(await filesBelow('src')), 'rollup.config.js', 'package.json'];
  const times = await Promise.all(sources.map(async (path) => (await stat(path)).mtimeMs));
  return Math.max(...times) > built.mtimeMs;
}

if (await isStale()) await mustRunNode('scripts/build.js');
process.exitCode = await runNode([CLI, 'serve', ...process.argv.slice(2)]);
