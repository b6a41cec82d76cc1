import { expect, type Page, test } from '@playwright/test';
import type { SpatiusAvatar } from '../../src/element/spatius-avatar.js';
import { HeldSite } from '../helpers/node/held-site.js';

const html = (attributes = ''): string => `<!doctype html><style>spatius-avatar { display: block; width: 160px; height: 160px }</style>
<script type="module" src="/dist/spatius-avatar.min.js"></script>
<spatius-avatar id="avatar" ${attributes}></spatius-avatar>
<script>
  globalThis.ready = new Promise((resolve) => avatar.addEventListener('avatar-ready', () => resolve(true)));
  globalThis.playing = new Promise((resolve) => avatar.addEventListener('avatar-conversation-state', ({ state }) => state === 'playing' && resolve(true)));
  globalThis.errors = [];
  avatar.addEventListener('avatar-error', ({ error }) => errors.push(error.message));
</script>`;

declare const ready: Promise<boolean>;
declare const playing: Promise<boolean>;
declare const errors: string[];

/** What `speak()` needs besides the page's script: code, motion worker, worklet, weights. */
const SPEECH = [
  /^\/dist\/chunks\/speech-/,
  /^\/dist\/workers\/motion\.worker\.js$/,
  /^\/dist\/audio\/playback\.worklet\.js$/,
  /^\/dist\/models\/mouth\.bin$/,
];

let site: HeldSite;
test.afterEach(() => site.close());

async function open(page: Page, attributes?: string): Promise<void> {
  site = await HeldSite.open(html(attributes));
  await page.goto(site.url, { waitUntil: 'commit' });
}

async function showAvatar(page: Page): Promise<void> {
  await site.answerWave();
  await site.answerWave();
  expect(await page.evaluate(() => ready)).toBe(true);
}

/** Speaks raw PCM, which needs no request of its own. */
const speak = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const samples = Int16Array.from({ length: 32_000 }, (_, index) => 8000 * Math.sin(index / 8));
    void (document.querySelector('spatius-avatar') as SpatiusAvatar).speak(samples, { sampleRateHz: 16_000 });
  });

test('shows the built-in avatar after two waves of requests', async ({ page }) => {
  await open(page);
  expect(await site.answerWave()).toEqual(['/dist/spatius-avatar.min.js']);
  expect(await site.answerWave()).toEqual([
    '/dist/avatars/aria.glb',
    expect.stringMatching(/^\/dist\/chunks\/avatar-/),
    '/dist/workers/render.worker.js',
  ]);
  expect(await page.evaluate(() => ready)).toBe(true);
  expect(await page.evaluate(() => errors)).toEqual([]);
});

test('asks for all that speech needs at once when the page is idle, and for nothing when it speaks', async ({ page }) => {
  await open(page);
  await showAvatar(page);
  const wave = await site.answerWave();
  for (const file of SPEECH) expect(wave.filter((path) => file.test(path))).toHaveLength(1);
  expect(wave).toHaveLength(SPEECH.length);
  expect(await site.answerWave(1000)).toEqual([]);
  await speak(page);
  expect(await page.evaluate(() => playing)).toBe(true);
  expect(site.held).toEqual([]);
});

test('loads nothing of speech with preload="none" until it speaks, then all in one wave', async ({ page }) => {
  await open(page, 'preload="none"');
  await showAvatar(page);
  expect(await site.answerWave(1500)).toEqual([]);
  await speak(page);
  const wave = await site.answerWave();
  for (const file of SPEECH) expect(wave.filter((path) => file.test(path))).toHaveLength(1);
  expect(await page.evaluate(() => playing)).toBe(true);
  expect(site.held).toEqual([]);
});

test('loads nothing of speech while the visitor saves data', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  await open(page);
  await showAvatar(page);
  expect(await site.answerWave(1500)).toEqual([]);
});

test('loads no weights where a Motion Server makes the motion', async ({ page }) => {
  await open(page, 'mode="direct" token-endpoint="/token"');
  await showAvatar(page);
  const wave = await site.answerWave();
  expect(wave.filter((path) => path.endsWith('mouth.bin'))).toEqual([]);
  expect(wave.filter((path) => path.endsWith('motion.worker.js'))).toHaveLength(1);
});

test('takes the file of `src` in the second wave as well, and reports one that is missing once', async ({ page }) => {
  await open(page, 'src="/dist/avatars/none.glb"');
  await site.answerWave();
  expect(await site.answerWave()).toContain('/dist/avatars/none.glb');
  await site.answerWave();
  await expect.poll(() => page.evaluate(() => errors)).toEqual([expect.stringContaining('status 404')]);
});
