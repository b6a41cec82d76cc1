/** A page in headless Chromium that draws poses of the built-in avatars with the real loader, shader and camera. */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { CHROMIUM_FLAGS, ensureChromium } from './chromium.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TYPES = { '.js': 'text/javascript', '.html': 'text/html', '.glb': 'model/gltf-binary', '.json': 'application/json' };

const PAGE = `<!doctype html><canvas id="drawing"></canvas>
<script type="importmap">{"imports":{"three":"/node_modules/three/build/three.module.js","three/":"/node_modules/three/"}}</script>
<script type="module" src="/scripts/compare.page.js"></script>
<script type="module" src="/scripts/drawing.page.js"></script>`;

async function answer(request, response) {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
  try {
    const body = path === '/' ? PAGE : await readFile(join(ROOT, path));
    response
      .writeHead(200, { 'content-type': path === '/' ? 'text/html' : (TYPES[extname(path)] ?? 'application/octet-stream') })
      .end(body);
  } catch {
    response.writeHead(404).end();
  }
}

const dataUrl = (png) => `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
const bytesOf = (url) => Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');

/**
 * @param {(draw: (sheet: object, type?: string, quality?: number) => Promise<Buffer>, comparison: object) => Promise<void>} work
 *   `draw` takes `{columns, size, cells}` as in `avatar-sheet.js` and returns an image file; `comparison.compare(a, b, size)` and
 *   `comparison.show(a, b, size, tile)` take two such PNG files and are those of `compare.page.js`.
 */
export async function withDrawingPage(work) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: CHROMIUM_FLAGS });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(error.message));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => globalThis.drawSheet !== undefined, null, { timeout: 60_000 });
    await work(
      async (sheet, type = 'image/png', quality = 1) => {
        const url = await page.evaluate(([wanted, kind, grade]) => globalThis.drawSheet(wanted, kind, grade), [sheet, type, quality]);
        return bytesOf(url);
      },
      {
        compare: (a, b, size) => page.evaluate((words) => globalThis.compareTiles(...words), [dataUrl(a), dataUrl(b), size]),
        show: async (a, b, size, tile) =>
          bytesOf(await page.evaluate((words) => globalThis.showDifference(...words), [dataUrl(a), dataUrl(b), size, tile])),
      },
    );
  } finally {
    await browser.close();
    server.close();
  }
}
