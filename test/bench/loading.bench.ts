/**
 * How long the first picture and the first word of a page wait for the network: the same page with and without a delay added to every
 * request, in turns. Chromium, software GL, HTTP/1.1, nothing cached, the element in view. The difference is what the waves of requests
 * cost; the figures themselves hold the machine's own work as well.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import type { SpatiusAvatar } from '../../src/element/spatius-avatar.js';
import { figure, median, milliseconds, title } from './helpers/report.js';

const DELAY_MS = 150;
const REPEATS = Number(process.env.REPEATS ?? 5);
/** After `avatar-ready`, for the figures of a page that has had time to prepare speech. */
const WARM_MS = 3000;
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.html': 'text/html', '.glb': 'model/gltf-binary' };
const HTML = `<!doctype html><style>spatius-avatar{width:320px;height:320px}</style>
<script type="module" src="/dist/spatius-avatar.min.js"></script>
<spatius-avatar id="avatar"></spatius-avatar>
<script>
  globalThis.isReady = new Promise((resolve) => avatar.addEventListener('avatar-ready', () => resolve(performance.timeOrigin + performance.now())));
</script>`;

declare const isReady: Promise<number>;

interface Request {
  path: string;
  atMs: number;
}

interface Visit {
  /** First script's request to first picture, ms. */
  pictureMs: number;
  /** `speak()` to the first audible sample, ms. */
  wordMs: number;
  /** Those from the first script's on. */
  requests: Request[];
  requestsOfWord: Request[];
}

async function visit(browser: Browser, delayMs: number, warmMs: number): Promise<Visit> {
  const requests: Request[] = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path !== '/' && path !== '/favicon.ico') requests.push({ path, atMs: performance.timeOrigin + performance.now() });
    const body = path === '/' ? HTML : await readFile(`.${path}`).catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    const headers = {
      'content-type': TYPES[path === '/' ? '.html' : extname(path)] ?? 'application/octet-stream',
      'cache-control': 'max-age=600',
    };
    if (body === null) response.writeHead(404).end();
    else response.writeHead(200, headers).end(body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const readyMs = await page.evaluate(() => isReady);
    const untilReady = requests.filter(({ atMs }) => atMs <= readyMs);
    const pictureMs = readyMs - requests[0].atMs;
    if (warmMs > 0) await page.waitForTimeout(warmMs);
    const before = requests.length;
    const wordMs = await firstWord(page);
    return { pictureMs, wordMs, requests: untilReady, requestsOfWord: requests.slice(before) };
  } finally {
    await context.close();
    server.closeAllConnections();
    server.close();
  }
}

/** Speaks raw PCM, which needs no request of its own. */
function firstWord(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const element = document.querySelector('spatius-avatar') as SpatiusAvatar;
    const samples = Int16Array.from({ length: 32_000 }, (_, index) => 8000 * Math.sin(index / 8) * Math.sin(index / 900));
    const isPlaying = new Promise<void>((resolve) => {
      element.addEventListener('avatar-conversation-state', ({ state }) => state === 'playing' && resolve());
    });
    const startMs = performance.now();
    element.speak(samples, { sampleRateHz: 16_000 }).catch(() => undefined);
    await isPlaying;
    return performance.now() - startMs;
  });
}

/** Requests that could only leave after an earlier one was answered, counted by the longest chain: groups in time, a delay apart. */
function waves(requests: readonly Request[]): number {
  let count = 0;
  let endMs = -Infinity;
  for (const { atMs } of requests) {
    if (atMs < endMs) continue;
    count++;
    endMs = atMs + DELAY_MS;
  }
  return count;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH,
  args: [
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--autoplay-policy=no-user-gesture-required',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ],
});
try {
  await visit(browser, 0, 0);
  for (const [name, warmMs] of [
    ['at once after avatar-ready', 0],
    [`${WARM_MS / 1000} s after avatar-ready`, WARM_MS],
  ] as const) {
    const plain: Visit[] = [];
    const delayed: Visit[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      plain.push(await visit(browser, 0, warmMs));
      delayed.push(await visit(browser, DELAY_MS, warmMs));
    }
    const middle = (visits: Visit[], key: 'pictureMs' | 'wordMs') => median(visits.map((one) => one[key]));
    if (warmMs === 0) {
      title(`First picture of the built-in avatar, from the first script's request (median of ${REPEATS})`);
      figure('without a delay', milliseconds(middle(plain, 'pictureMs')));
      figure(`with ${DELAY_MS} ms added to each request`, milliseconds(middle(delayed, 'pictureMs')));
      figure('what the delay costs', milliseconds(middle(delayed, 'pictureMs') - middle(plain, 'pictureMs')), '≤ 350 ms');
      figure('waves of requests until then', String(waves(delayed[0].requests)), '2');
      for (const { path, atMs } of delayed[0].requests)
        console.log(`    ${(atMs - delayed[0].requests[0].atMs).toFixed(0).padStart(5)} ms ${path}`);
    }
    title(`First word, speak() ${name} (median of ${REPEATS})`);
    figure('without a delay', milliseconds(middle(plain, 'wordMs')));
    figure(`with ${DELAY_MS} ms added to each request`, milliseconds(middle(delayed, 'wordMs')));
    figure('what the delay costs', milliseconds(middle(delayed, 'wordMs') - middle(plain, 'wordMs')), '≤ 300 ms');
    figure('waves of requests for it', String(waves(delayed[0].requestsOfWord)), warmMs > 0 ? '0' : '1');
    for (const { path, atMs } of delayed[0].requestsOfWord)
      console.log(`    ${(atMs - delayed[0].requestsOfWord[0].atMs).toFixed(0).padStart(5)} ms ${path}`);
  }
} finally {
  await browser.close();
}
