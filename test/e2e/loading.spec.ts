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

const SCRIPT = /spatius-avatar\.min\.js$/;
/** What the first picture needs besides the page's script. */
const PICTURE = [/chunks\/avatar-/, /render\.worker\.js$/, /aria\.glb$/];
const WORKLET = /playback\.worklet\.js$/;
const WEIGHTS = /mouth\.bin$/;
const MOTION_WORKER = /motion\.worker\.js$/;
/** What `speak()` needs. */
const SPEECH = [/chunks\/speech-/, /chunks\/sounds-/, MOTION_WORKER, WORKLET, WEIGHTS];

let site: HeldSite;
test.afterEach(() => site.close());

async function open(page: Page, attributes?: string): Promise<void> {
  site = await HeldSite.open(html(attributes));
  await page.goto(site.url, { waitUntil: 'commit' });
  await site.holds(SCRIPT);
  await site.answer();
}

async function showAvatar(page: Page): Promise<void> {
  await site.holds(...PICTURE);
  await site.answer();
  expect(await page.evaluate(() => ready)).toBe(true);
}

/** Speaks raw PCM, which needs no request of its own. */
const speak = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const samples = Int16Array.from({ length: 32_000 }, (_, index) => 8000 * Math.sin(index / 8));
    void (document.querySelector('spatius-avatar') as SpatiusAvatar).speak(samples, { sampleRateHz: 16_000 });
  });

/** Resolves when the page has been idle, after what it does then. */
const idle = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise((resolve) => requestIdleCallback(() => setTimeout(resolve, 500), { timeout: 3000 })));

const matching = (path: RegExp): string[] => site.requested.filter((requested) => path.test(requested));

test('shows the built-in avatar after two waves of requests', async ({ page }) => {
  await open(page);
  await showAvatar(page);
  for (const path of PICTURE) expect(matching(path)).toHaveLength(1);
  expect(await page.evaluate(() => errors)).toEqual([]);
});

test('requests all that speech needs in one wave when the page is idle, and nothing when it speaks', async ({ page }) => {
  await open(page);
  await showAvatar(page);
  await site.holds(...SPEECH);
  await site.answer();
  await idle(page);
  await speak(page);
  expect(await page.evaluate(() => playing)).toBe(true);
  expect(site.held).toEqual([]);
  for (const path of SPEECH) expect(matching(path)).toHaveLength(1);
});

test('requests nothing of speech with preload="none" until it speaks, then all in one wave', async ({ page }) => {
  await open(page, 'preload="none"');
  await showAvatar(page);
  await idle(page);
  for (const path of SPEECH) expect(matching(path)).toEqual([]);
  await speak(page);
  await site.holds(...SPEECH);
  await site.answer();
  expect(await page.evaluate(() => playing)).toBe(true);
  for (const path of SPEECH) expect(matching(path)).toHaveLength(1);
});

test('requests nothing of speech while the visitor saves data', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  await open(page);
  await showAvatar(page);
  await idle(page);
  for (const path of SPEECH) expect(matching(path)).toEqual([]);
});

test('requests no mouth model where a Motion Server computes the motion', async ({ page }) => {
  await open(page, 'mode="direct" token-endpoint="/token"');
  await showAvatar(page);
  await site.holds(MOTION_WORKER, WORKLET);
  await site.answer();
  await idle(page);
  expect(matching(WEIGHTS)).toEqual([]);
});

test('requests the file of `src` in the second wave as well, and reports one that is missing once', async ({ page }) => {
  await open(page, 'src="/dist/avatars/none.glb"');
  await site.holds(PICTURE[0], PICTURE[1], /none\.glb$/);
  await site.answer();
  await site.holds(/loader\.worker\.js$/);
  await site.answer();
  // The loader worker requests it again, to report why it cannot be had.
  await site.holds(/none\.glb$/);
  await site.answer();
  await expect.poll(() => page.evaluate(() => errors)).toEqual([expect.stringContaining('status 404')]);
});
