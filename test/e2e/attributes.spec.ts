import { expect } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';

let server: ServedDemo;
test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

const setAttribute = (avatar: AvatarPage, name: string, value: string | null): Promise<void> =>
  avatar.page.evaluate(
    ([attribute, text]) => {
      const element = document.getElementById('avatar')!;
      if (text === null) element.removeAttribute(attribute!);
      else element.setAttribute(attribute!, text!);
    },
    [name, value] as const,
  );

test('muted and volume count at once, while it speaks', { tag: '@timing' }, async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar" muted></spatius-avatar>');
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.speak('avatar', 20);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(500)).toBeLessThan(0.001);
  await setAttribute(avatar, 'muted', null);
  await expect.poll(() => avatar.loudness(400)).toBeGreaterThan(0.05);
  const loud = await avatar.loudness(600);
  await setAttribute(avatar, 'volume', '0.25');
  await expect.poll(() => avatar.loudness(400)).toBeLessThan(loud * 0.4);
  expect(await avatar.loudness(600)).toBeGreaterThan(loud * 0.1);
  expect((await avatar.events()).filter((event) => event.startsWith('error'))).toEqual([]);
});

test('a latency offset lets the face come later, even while it speaks', { tag: '@timing' }, async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar"></spatius-avatar>');
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.traceJaw();
  await avatar.speak('avatar', 8);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  /** When the speech began, by the face that is drawn, s. */
  const faceStart = async (): Promise<number> => {
    await page.waitForTimeout(1000);
    await avatar.takeTrace();
    await page.waitForTimeout(600);
    const starts = (await avatar.takeTrace())
      .filter(({ mediaSeconds }) => mediaSeconds > 0)
      .map(({ epochMs, mediaSeconds }) => epochMs / 1000 - mediaSeconds);
    return starts.sort((one, other) => one - other)[starts.length >> 1];
  };
  const before = await faceStart();
  await setAttribute(avatar, 'audio-latency-offset', '400');
  const delay = (await faceStart()) - before;
  expect(delay).toBeGreaterThan(0.2);
  expect(delay).toBeLessThan(0.6);
});

test.describe('a built-in avatar', () => {
  test.use({ avatarFile: 'built-in' });

  test('each view shows another part of the character, and a calm one is drawn too', async ({ page }) => {
    const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar" view="portrait" motion="calm"></spatius-avatar>');
    await avatar.waitForEvent('avatar', 'ready');
    const shares = [];
    for (const view of ['portrait', 'bust', 'full']) {
      await setAttribute(avatar, 'view', view);
      await page.waitForTimeout(800);
      shares.push(await avatar.paintedShare());
    }
    expect(Math.min(...shares)).toBeGreaterThan(0.05);
    expect(new Set(shares.map((share) => share.toFixed(3))).size).toBeGreaterThan(1);
  });
});

test('a poster is shown until the first frame', async ({ page }) => {
  let allow!: () => void;
  const allowed = new Promise<void>((resolve) => (allow = resolve));
  await page.route('**/avatars/*.glb', async (route) => {
    await allowed;
    await route.continue();
  });
  const svg = encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 5"><rect width="4" height="5" fill="teal"/></svg>',
  );
  const avatar = await AvatarPage.open(
    page,
    server.url,
    `<spatius-avatar id="avatar" poster="data:image/svg+xml,${svg}"></spatius-avatar>`,
  );
  const poster = page.locator('#avatar [part=poster-image]');
  await expect(poster).toBeVisible();
  await expect.poll(() => poster.evaluate((image) => getComputedStyle(image.closest('.poster')!).opacity)).toBe('1');
  allow();
  await avatar.waitForEvent('avatar', 'ready');
  await expect.poll(() => poster.evaluate((image) => getComputedStyle(image.closest('.poster')!).opacity)).toBe('0');
});

test('a lazy avatar far below is loaded when it is scrolled to, an eager one at once', async ({ page }) => {
  const loaded = (id: string): Promise<unknown> =>
    page.evaluate(async (name) => (await (document.getElementById(name) as HTMLElementTagNameMap['spatius-avatar']).diagnose()).avatar, id);
  const far = '<div style="height: 4000px"></div>';
  const avatar = await AvatarPage.open(
    page,
    server.url,
    `${far}<spatius-avatar id="avatar"></spatius-avatar><spatius-avatar id="eager" loading="eager"></spatius-avatar>`,
  );
  await expect.poll(() => loaded('eager'), { timeout: 30_000 }).not.toBeNull();
  expect(await loaded('avatar')).toBeNull();
  await page.evaluate(() => document.getElementById('avatar')!.scrollIntoView());
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.waitForEvent('eager', 'ready');
});

test('an avatar that is hidden while it speaks goes on, and is drawn again when it is shown', async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar"></spatius-avatar>');
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.speak('avatar', 5);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await setAttribute(avatar, 'style', 'display: none');
  expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
  await setAttribute(avatar, 'style', null);
  await avatar.traceJaw();
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
});

test('autostart connects by itself; without it nothing is asked of the server before speech', async ({ page }) => {
  const attributes = 'mode="direct" app-id="app_demo" token-endpoint="/api/session-token"';
  let requests = 0;
  await page.route('**/api/session-token', (route) => (requests++, route.continue()));
  const avatar = await AvatarPage.open(page, server.url, `<spatius-avatar id="avatar" ${attributes}></spatius-avatar>`);
  await avatar.waitForEvent('avatar', 'ready');
  expect(requests).toBe(0);
  await page.evaluate(
    (text) => document.body.insertAdjacentHTML('beforeend', `<spatius-avatar id="early" autostart ${text}></spatius-avatar>`),
    attributes,
  );
  await avatar.waitForEvent('early', 'connection-state connected');
});
