/**
 * `npm run goldens [-- avatar…]`: takes the pictures anew that drawing is compared with. Look at them before they are
 * committed, and only after a change that was meant to be seen. Expects `npm run build`.
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
