import { readFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { foreignGlb } from '../helpers/node/foreign-glb.js';
import { ServedDemo } from '../helpers/node/served-demo.js';
import { SLOW } from '../helpers/node/slow.js';
import { vrmFrom } from '../helpers/vrm-files.js';

const page = new ServedDemo();
const cdn = new ServedDemo();

test.beforeAll(() => Promise.all([page.start(), cdn.start()]));
test.afterAll(() => Promise.all([page.kill(), cdn.kill()]));

/** An avatar that needs an add-on of the render worker, from each of the places the worker can come from. */
const shows = async (tab: Page, file: Buffer, script?: string, headers?: Record<string, string>): Promise<void> => {
  await tab.route(`${page.url}/theirs.glb`, (route) => route.fulfill({ body: file, contentType: 'model/gltf-binary' }));
  const avatar = await AvatarPage.open(tab, page.url, '<spatius-avatar id="avatar" src="/theirs.glb"></spatius-avatar>', script, headers);
  await avatar.waitForEvent('avatar', 'ready');
  expect((await avatar.events()).filter((event) => event.startsWith('error'))).toEqual([]);
  const share = await avatar.paintedShare();
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.9);
};

test("somebody else's avatar, the module from another origin", async ({ page: tab }) => {
  await shows(tab, await foreignGlb(), `<script type="module" src="${cdn.url}/dist/spatius-avatar.min.js"></script>`);
});

test("somebody else's avatar, the classic script from another origin", SLOW, async ({ page: tab }) => {
  await shows(tab, await foreignGlb(), `<script src="${cdn.url}/dist/spatius-avatar.iife.min.js"></script>`);
});

test("somebody else's avatar under a strict policy", async ({ page: tab }) => {
  const policy =
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'";
  await shows(tab, await foreignGlb(), undefined, { 'content-security-policy': policy });
});

test('a VRM, with expressions, springs and cel shading in an add-on', async ({ page: tab }) => {
  const file = Buffer.from(vrmFrom(await readFile('dist/avatars/aria.glb'), { version: 1 }));
  await shows(tab, file, `<script type="module" src="${cdn.url}/dist/spatius-avatar.min.js"></script>`);
  const info = await tab.evaluate(() => (document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar']).diagnose());
  expect(info.avatar?.format).toBe('vrm');
  expect(info.avatar?.approximatedChannels).toContain('jawOpen');
});
