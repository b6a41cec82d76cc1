import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type Axe from 'axe-core';
import { CHANNEL_INDEX as C } from '../../src/shared/contracts/channels.js';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { voicePcm } from '../helpers/node/motion-server.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { SLOW, SLOW_TIMING, slowUnless } from '../helpers/node/slow.js';
import { wavOf } from '../helpers/node/wav-file.js';

let server: ServedDemo;
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});
// The face is what the lab shows. Software GL draws it: a phone has the smallest picture.
test.use({ avatarFile: 'built-in', viewport: { width: 360, height: 560 } });

interface MotionJson {
  fps: number;
  frames: number[][];
  visemeFrames: number[][];
}

async function openLab(page: Page): Promise<AvatarPage> {
  const avatar = await AvatarPage.openPath(page, server.url, '/lab/');
  await expect(page.getByRole('button', { name: 'Play' })).toBeEnabled({ timeout: 30_000 });
  return avatar;
}

const timeline = (page: Page) => page.getByRole('slider', { name: 'Position in the recording' });
const moment = async (page: Page): Promise<number> => Number(await timeline(page).getAttribute('aria-valuenow'));

/** Share of a row's pixels that are drawn, 0..1. */
async function drawnShare(page: Page, row: number): Promise<number> {
  return page
    .locator('#tracks canvas')
    .nth(row)
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      let drawn = 0;
      for (let at = 3; at < data.length; at += 4) if (data[at] > 0) drawn++;
      return (drawn * 4) / data.length;
    });
}

async function exported(page: Page): Promise<MotionJson> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'JSON' }).click()]);
  return JSON.parse(readFileSync(await download.path(), 'utf8')) as MotionJson;
}

/** Steps to a frame by keys. */
async function goToFrame(page: Page, frame: number): Promise<void> {
  await timeline(page).press('Home');
  for (let i = 0; i < Math.floor(frame / 50); i++) await timeline(page).press('PageUp');
  for (let i = 0; i < Math.floor((frame % 50) / 5); i++) await timeline(page).press('Shift+ArrowRight');
  for (let i = 0; i < frame % 5; i++) await timeline(page).press('ArrowRight');
  expect(await moment(page)).toBeCloseTo(frame / 50, 2);
}

/** The lower half of the face's middle, once it stands still. */
async function mouthPixels(page: Page): Promise<number[]> {
  await page.waitForTimeout(600);
  return page.evaluate(async () => {
    const avatar = document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar'];
    const picture = await createImageBitmap(await avatar.toBlob());
    const { width, height } = picture;
    const context = new OffscreenCanvas(width, height).getContext('2d')!;
    context.drawImage(picture, 0, 0);
    return Array.from(context.getImageData(width * 0.42, height * 0.6, width * 0.16, height * 0.2).data);
  });
}

const difference = (a: number[], b: number[]): number => a.reduce((sum, value, at) => sum + Math.abs(value - b[at]), 0) / a.length;

test('a clip is drawn, and plays at full speed and slowly under a moving playhead', { tag: '@timing' }, async ({ page }) => {
  const avatar = await openLab(page);
  for (let row = 1; row < (await page.locator('#tracks canvas').count()); row++) expect(await drawnShare(page, row)).toBeGreaterThan(0.01);
  expect(await moment(page)).toBe(0);
  const { frames } = await exported(page);
  await avatar.traceJaw();
  await page.getByRole('button', { name: 'Play' }).click();
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(1500)).toBeGreaterThan(0.01);
  await expect.poll(() => moment(page)).toBeGreaterThan(0.5);
  expect(await avatar.events()).toContain('conversation-motion server');
  // The face is the one of the curves: drawn at the moments that are heard. A busy page may release the pose of the start late.
  const drawn = (await avatar.takeTrace()).filter(({ mediaSeconds }) => mediaSeconds > 0.5);
  expect(drawn.length).toBeGreaterThan(3);
  for (const { mediaSeconds, jawOpen } of drawn) {
    const near = frames.slice(Math.floor(mediaSeconds * 50), Math.floor(mediaSeconds * 50) + 2).map((frame) => frame[C.jawOpen]);
    expect(jawOpen).toBeGreaterThan(Math.min(...near) - 0.02);
    expect(jawOpen).toBeLessThan(Math.max(...near) + 0.02);
  }
  const place = await page.locator('#playhead').evaluate((element: HTMLElement) => element.style.transform);
  await page.getByText('¼×').click();
  await avatar.traceJaw();
  const before = await moment(page);
  await expect.poll(() => moment(page)).toBeGreaterThan(before + 0.2);
  // Not at once: the words may just be pausing.
  await expect.poll(() => avatar.widestJaw()).toBeGreaterThan(0.05);
  expect(await page.locator('#playhead').evaluate((element: HTMLElement) => element.style.transform)).not.toBe(place);
  await page.getByRole('button', { name: 'Pause' }).click();
  const held = await moment(page);
  await page.waitForTimeout(300);
  expect(await moment(page)).toBe(held);
  await expect(page.locator('#message')).toBeEmpty();
});

test('the face shows the moment at the playhead: shut where lips press, open where the jaw is', async ({ page }) => {
  await openLab(page);
  const { fps, frames, visemeFrames } = await exported(page);
  expect(fps).toBe(50);
  expect(visemeFrames).toHaveLength(frames.length);
  const best = (rate: (frame: number[]) => number): number =>
    frames.reduce((top, frame, i) => (rate(frame) > rate(frames[top]) ? i : top), 0);
  const pressed = best((frame) => frame[C.mouthPressLeft] - 2 * Math.max(0, frame[C.jawOpen] - frame[C.mouthClose]));
  const open = best((frame) => frame[C.jawOpen] - frame[C.mouthClose] - frame[C.mouthPucker]);
  await goToFrame(page, pressed);
  const shut = await mouthPixels(page);
  await goToFrame(page, open);
  const wide = await mouthPixels(page);
  await goToFrame(page, pressed);
  const again = await mouthPixels(page);
  expect(difference(shut, wide)).toBeGreaterThan(3 * difference(shut, again) + 2);
  await expect(page.locator('#viseme')).toHaveText('PP');
});

test("a file of one's own is heard; style and comparison change the curves; keys play and zoom", SLOW, async ({ page }) => {
  const avatar = await openLab(page);
  const wav = wavOf(voicePcm(2), 16000);
  await page.locator('#file').setInputFiles({ name: 'own.wav', mimeType: 'audio/wav', buffer: wav });
  await expect(timeline(page)).toHaveAttribute('aria-valuemax', '2.00');
  const widest = (motion: MotionJson): number => Math.max(...motion.frames.map((frame) => frame[C.jawOpen]));
  const natural = widest(await exported(page));
  await page.getByLabel('Style').selectOption('calm');
  expect(widest(await exported(page))).toBeLessThan(0.9 * natural);
  const alone = await drawnShare(page, 4);
  await page.getByLabel('Compare with').selectOption('crisp');
  await expect.poll(() => drawnShare(page, 4)).toBeGreaterThan(alone);
  await timeline(page).press('Space');
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
  expect(await moment(page)).toBeCloseTo(2, 1);
  await page
    .locator('#file')
    .setInputFiles({ name: 'page.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('no sound at all '.repeat(99)) });
  await expect(page.locator('#message')).toContainText('cannot read');
});

test('the microphone is recorded and drawn', SLOW_TIMING, async ({ page }) => {
  await openLab(page);
  await page.getByRole('button', { name: 'Record' }).click();
  await page.waitForTimeout(2000);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect.poll(async () => Number(await timeline(page).getAttribute('aria-valuemax'))).toBeLessThan(4);
  expect(await drawnShare(page, 1)).toBeGreaterThan(0.01);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`assistive technology finds nothing wrong in the ${colorScheme} theme`, slowUnless(colorScheme === 'light'), async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await openLab(page);
    await page.addScriptTag({ path: axePath });
    const violations = await page.evaluate(async () => {
      const { axe } = window as unknown as { axe: typeof Axe };
      return (await axe.run()).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
      );
    });
    expect(violations).toEqual([]);
  });
}
