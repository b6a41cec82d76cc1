/** Another renderer in the place of the one that draws; where no WebGPU is, WebGL takes the place of WebGL, by the same way. */
import { expect } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { SLOW_TIMING } from '../helpers/node/slow.js';

let server: ServedDemo;
test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

/** What is in the shadow of the tag, and what went wrong. */
const shown = ({ page }: AvatarPage) =>
  page.evaluate(async () => {
    const avatar = document.querySelector('spatius-avatar')!;
    const { stats, errors } = await avatar.diagnose();
    return {
      drawn: stats?.renderer,
      errors: errors.map(({ code }) => code),
      canvases: avatar.shadowRoot!.querySelectorAll('canvas').length,
    };
  });

test('another renderer takes over in the middle of speech, without a gap in it', { tag: '@timing' }, async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar" renderer="webgl"></spatius-avatar>');
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.speak('avatar', 10);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.forgetEvents();
  await page.evaluate(() => {
    const element = document.querySelector('spatius-avatar')!;
    Object.assign(globalThis, { canvasBefore: element.shadowRoot!.querySelector('canvas') });
    element.renderer = 'webgpu';
  });
  await page.waitForFunction(() => {
    const canvas = document.querySelector('spatius-avatar')!.shadowRoot!.querySelector('canvas');
    return canvas !== (globalThis as { canvasBefore?: unknown }).canvasBefore;
  });
  await avatar.traceJaw();
  expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  const frames = (await avatar.takeTrace()).filter(({ mediaSeconds }) => mediaSeconds > 0);
  expect(frames.length).toBeGreaterThan(10);
  // Speech that was on its way before, shown where it is heard.
  expect(Math.max(...frames.map(({ jawOpen }) => jawOpen))).toBeGreaterThan(0.1);
  expect(frames.map(({ round }) => round)).toEqual(frames.map(() => 1));
  expect(await avatar.events()).toEqual(['conversation-state idle']);
  expect((await shown(avatar)).canvases).toBe(1);
});

test('a renderer that is changed and changed back leaves one stage, and a new src is what it shows', SLOW_TIMING, async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar" renderer="webgl"></spatius-avatar>');
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.forgetEvents();
  await page.evaluate(async () => {
    const element = document.querySelector('spatius-avatar')!;
    element.renderer = 'webgpu';
    await element.updateComplete;
    element.avatarId = 'theo';
    await element.updateComplete;
    element.renderer = 'webgl';
    await element.updateComplete;
    element.renderer = 'webgpu';
    await element.updateComplete;
    element.renderer = 'webgl';
  });
  await avatar.waitForEvent('avatar', 'ready');
  await expect.poll(async () => (await shown(avatar)).drawn).toBe('webgl');
  expect((await shown(avatar)).errors).toEqual([]);
  expect(await avatar.paintedShare()).toBeGreaterThan(0.1);
});
