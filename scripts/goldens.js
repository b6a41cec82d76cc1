/**
 * `npm run goldens [-- avatar…]`: updates the reference pictures of the drawing tests. Use it only after a change that is meant
 * to be visible, and look at them before committing. Expects `npm run build`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BUILT_IN_AVATARS } from '../build/src/avatar/built-in-avatars.js';
import { withDrawingPage } from './drawing-page.js';
import { goldenPath, goldenSheet } from './golden-tiles.js';

const chosen = process.argv.slice(2);
await withDrawingPage(async (draw) => {
  for (const avatar of chosen.length > 0 ? chosen : BUILT_IN_AVATARS) {
    const path = goldenPath(avatar);
    await mkdir(dirname(path), { recursive: true });
    const picture = await draw(goldenSheet(avatar));
    await writeFile(path, picture);
    console.log(`${avatar}: ${(picture.length / 1000).toFixed(0)} kB`);
  }
});
