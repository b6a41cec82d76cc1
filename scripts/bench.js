/** `npm run bench`: builds, then runs every benchmark (or those whose names are given) one after the other. */
import { basename } from 'node:path';
import { ensureChromium } from './chromium.js';
import { filesBelow } from './files.js';
import { mustRunNode, runNode } from './run.js';

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith('--'));
process.env.CHROMIUM_PATH = ensureChromium();
if (!words.includes('--no-build')) await mustRunNode('scripts/build.js');
for (const file of await filesBelow('build/test/bench', '.bench.js')) {
  if (names.length > 0 && !names.includes(basename(file, '.bench.js'))) continue;
  const code = await runNode([file]);
  if (code !== 0) process.exitCode = code;
}
