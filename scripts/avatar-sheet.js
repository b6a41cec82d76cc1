/**
 * `npm run avatar:sheet [-- name…]`: contact sheets of the built-in avatar through the real loader, shader and camera, in
 * headless Chromium → test-results/avatar-sheet/<name>.png. To be looked at after every change to `src/face`.
 * Expects `npm run build`, or the compiled `src/render` and `dist/avatars/aria.glb`.
 */
import { createServer } from 'node:http';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { ARKIT_CHANNELS } from '../build/src/shared/channels.js';
import { CHROMIUM_FLAGS, ensureChromium } from './chromium.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = join(ROOT, 'test-results', 'avatar-sheet');
const TYPES = { '.js': 'text/javascript', '.html': 'text/html', '.glb': 'model/gltf-binary', '.json': 'application/json' };

const both = (channel, weight = 1) => ({ [`${channel}Left`]: weight, [`${channel}Right`]: weight });
const FACE = { x: 0, y: -0.016, size: 0.21 };
const CLOSE_EYES = { x: 0, y: 0, size: 0.13 };
const CLOSE_MOUTH = { x: 0, y: -0.055, size: 0.1 };

/** Weights by channel; head angles in radians; `turn` turns the whole model (degrees), `look` the eyes by their channels. */
const SHEETS = {
  views: {
    columns: 3,
    size: 480,
    cells: [0, 30, -30, 90, -90, 180].map((turn) => ({ label: `${turn}°`, turn })),
  },
  shapes: {
    columns: 9,
    size: 200,
    cells: ARKIT_CHANNELS.map((channel) => ({
      label: channel,
      turn: 18,
      frame: FACE,
      pose: channel === 'mouthClose' ? { jawOpen: 1, mouthClose: 1 } : channel === 'tongueOut' ? { jawOpen: 0.45, tongueOut: 1 } : { [channel]: 1 },
    })),
  },
  visemes: {
    columns: 5,
    size: 320,
    cells: Object.entries({
      rest: {},
      aa: { jawOpen: 0.65 },
      'm b p': { jawOpen: 0.15, mouthClose: 0.15, ...both('mouthPress', 0.6) },
      'f v': { mouthRollLower: 1, ...both('mouthUpperUp', 0.3), jawOpen: 0.06 },
      ee: { ...both('mouthStretch', 0.8), jawOpen: 0.15, ...both('mouthUpperUp', 0.2), ...both('mouthLowerDown', 0.3) },
      oo: { mouthPucker: 0.8, mouthFunnel: 0.3, jawOpen: 0.1 },
      oh: { mouthFunnel: 0.8, jawOpen: 0.35 },
      sh: { mouthFunnel: 0.5, jawOpen: 0.08, ...both('mouthUpperUp', 0.25), ...both('mouthLowerDown', 0.3) },
      th: { jawOpen: 0.25, tongueOut: 0.35, ...both('mouthLowerDown', 0.2) },
      smile: both('mouthSmile'),
      laugh: { ...both('mouthSmile', 0.9), jawOpen: 0.4, ...both('mouthUpperUp', 0.4), ...both('cheekSquint', 0.7), ...both('eyeSquint', 0.5) },
      sad: { ...both('mouthFrown'), browInnerUp: 1 },
      angry: { ...both('browDown'), ...both('eyeSquint', 0.6), ...both('noseSneer', 0.6), ...both('mouthPress', 0.5) },
      surprise: { jawOpen: 0.45, ...both('eyeWide'), browInnerUp: 0.8, ...both('browOuterUp', 0.8) },
      nod: { ...both('mouthSmile', 0.4), headPitch: 0.25, headYaw: 0.35, headRoll: 0.12 },
    }).map(([label, pose]) => ({ label, pose, turn: 12, frame: FACE })),
  },
  eyes: {
    columns: 4,
    size: 340,
    cells: [
      ...[0, 0.2, 0.4, 0.5, 0.6, 0.8, 1].map((weight) => ({ label: `blink ${weight}`, pose: both('eyeBlink', weight) })),
      { label: 'down', pose: both('eyeLookDown') },
      { label: 'up', pose: both('eyeLookUp') },
      { label: 'left', pose: { eyeLookOutLeft: 1, eyeLookInRight: 1 } },
      { label: 'squint', pose: both('eyeSquint') },
      { label: 'wide', pose: both('eyeWide') },
    ].map((cell) => ({ ...cell, turn: 10, frame: CLOSE_EYES })),
  },
  mouth: {
    columns: 4,
    size: 340,
    cells: Object.entries({
      rest: {},
      'jaw 0.3': { jawOpen: 0.3 },
      'jaw 0.8': { jawOpen: 0.8 },
      'closed on open jaw': { jawOpen: 1, mouthClose: 1 },
      press: both('mouthPress'),
      pucker: { mouthPucker: 1 },
      rolls: { mouthRollLower: 1, mouthRollUpper: 1, ...both('mouthPress', 0.5) },
      laugh: { ...both('mouthSmile', 0.9), jawOpen: 0.4, ...both('mouthUpperUp', 0.4) },
    }).map(([label, pose]) => ({ label, pose, turn: 20, frame: CLOSE_MOUTH })),
  },
};

const PAGE = `<!doctype html><canvas id="drawing"></canvas>
<script type="importmap">{"imports":{"three":"/node_modules/three/build/three.module.js","three/":"/node_modules/three/"}}</script>
<script type="module" src="/scripts/avatar-sheet.page.js"></script>`;

const server = createServer(async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
  try {
    const body = path === '/' ? PAGE : await readFile(join(ROOT, path));
    response.writeHead(200, { 'content-type': path === '/' ? 'text/html' : (TYPES[extname(path)] ?? 'application/octet-stream') }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

const browser = await chromium.launch({ executablePath: ensureChromium(), args: CHROMIUM_FLAGS });
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error.message));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => globalThis.drawSheet !== undefined, null, { timeout: 60_000 });
  await mkdir(OUTPUT, { recursive: true });
  const chosen = process.argv.slice(2);
  for (const [name, sheet] of Object.entries(SHEETS)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const url = await page.evaluate((wanted) => globalThis.drawSheet(wanted), sheet);
    await writeFile(join(OUTPUT, `${name}.png`), Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
    console.log(join('test-results', 'avatar-sheet', `${name}.png`));
  }
} finally {
  await browser.close();
  server.close();
}
