/**
 * `npm start`: serves Motion Server, tokens and demo. Where `dist` is missing or older than its sources, it is built first without
 * being minified and with the default avatar alone; the other avatars are generated while the page is served.
 */

import { existsSync } from 'node:fs';
import { AVATARS, copyAvatars } from './avatar-cache.js';
import { isFresh } from './dist-state.js';
import { mustRunNode, runNode } from './run.js';

const CLI = 'dist/server/cli.js';

if (!(await isFresh('start'))) await mustRunNode('scripts/build.js', '--start');
const missing = AVATARS.filter((name) => !existsSync(`dist/avatars/${name}.glb`));
if (missing.length > 0) {
  console.log(`The avatars ${missing.join(' and ')} are being generated; until that is done, a page that asks for them gets 404.`);
  copyAvatars(missing).then(
    () => console.log(`The avatars ${missing.join(' and ')} are there.`),
    (error) => console.error(String(error)),
  );
}
process.exitCode = await runNode([CLI, 'serve', ...process.argv.slice(2)]);
