/** `npm run bench`: builds, then runs the benchmarks (all but the long ones, or those that are named) one after the other. */
import { basename } from 'node:path';
import { ensureChromium } from './chromium.js';
import { filesBelow } from './files.js';
import { mustRunNode, runNode } from './run.js';

const LONG = ['soak'];

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith('--'));
process.env.CHROMIUM_PATH = ensureChromium();
if (!words.includes('--no-build')) await mustRunNode('scripts/build.js');
for (const file of await filesBelow('build/test/bench', '.bench.js')) {
  const name = basename(file, '.bench.js');
  if (names.length > 0 ? !names.includes(name) : LONG.includes(name)) continue;
  const code = await runNode([file]);
  if (code !== 0) process.exitCode = code;
}
