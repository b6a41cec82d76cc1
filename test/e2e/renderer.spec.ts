/** Which renderer draws, in a browser that has WebGL and WebGPU, both drawn by the CPU; without a WebGPU adapter its half is skipped. */
import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { gaussianHead } from '../helpers/gaussian-head.js';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { SLOW, slowUnless } from '../helpers/node/slow.js';
import { vrmFrom } from '../helpers/vrm-files.js';

test.use({
  launchOptions: async ({ launchOptions }, use) => {
    await use({ ...launchOptions, args: [...(launchOptions.args ?? []), '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] });
  },
});

let server: ServedDemo;
test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

const hasAdapter = ({ page }: AvatarPage): Promise<boolean> =>
  page.evaluate(async () => (await (navigator as { gpu?: GPU }).gpu?.requestAdapter()) != null);

/** What draws, what was wanted of it, and what is said of that. */
const drawing = ({ page }: AvatarPage) =>
  page.evaluate(async () => {
    const avatar = document.querySelector('spatius-avatar')!;
    const { renderer, stats, findings, errors } = await avatar.diagnose();
    const finding = findings.find(({ code }) => code === 'picture-not-by-webgpu');
    return {
      renderer,
      drawn: stats?.renderer,
      finding: finding?.words ?? null,
      errors: errors.map(({ code }) => code),
      canvases: avatar.shadowRoot!.querySelectorAll('canvas').length,
    };
  });

const FILES: Record<string, () => Promise<Uint8Array>> = {
  'A Gaussian head': async () => gaussianHead(),
  'A VRM': async () => vrmFrom(await readFile('dist/avatars/aria.glb'), { version: 1 }),
};

for (const [name, file] of Object.entries(FILES)) {
  test(`${name} that WebGPU is to draw is drawn by WebGL, and diagnose() says so`, slowUnless(name === 'A VRM'), async ({ page }) => {
    const body = Buffer.from(await file());
    await page.route('**/own.avatar', (route) => route.fulfill({ body }));
    const avatar = await AvatarPage.open(page, server.url, '');
    test.skip(!(await hasAdapter(avatar)), 'no WebGPU adapter here');
    await page.evaluate(
      () => (document.body.innerHTML = '<spatius-avatar id="avatar" renderer="webgpu" src="/own.avatar"></spatius-avatar>'),
    );
    await avatar.waitForEvent('avatar', 'ready');
    expect(await avatar.paintedShare()).toBeGreaterThan(0.05);
    const told = await drawing(avatar);
    expect(told).toMatchObject({ drawn: 'webgl', canvases: 1, errors: [], renderer: { wanted: 'webgpu' } });
    expect(told.finding).toContain('WebGPU cannot draw');
    expect(await avatar.events()).toEqual(['ready']);
  });
}

test('where the GPU is lost in mid-sentence, WebGL goes on with it', SLOW, async ({ page }) => {
  test.setTimeout(120_000);
  const avatar = await AvatarPage.open(page, server.url, '');
  test.skip(!(await hasAdapter(avatar)), 'no WebGPU adapter here');
  await page.evaluate(() => (document.body.innerHTML = '<spatius-avatar id="avatar" renderer="webgpu"></spatius-avatar>'));
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.speak('avatar', 25);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.forgetEvents();
  const cdp = await page.context().browser()!.newBrowserCDPSession();
  await cdp.send('Browser.crashGpuProcess').catch(() => undefined);
  await expect.poll(async () => (await drawing(avatar)).drawn, { timeout: 30_000 }).toBe('webgl');
  await avatar.traceJaw();
  await avatar.waitForEvent('avatar', 'conversation-state idle', 60_000);
  const frames = (await avatar.takeTrace()).filter(({ mediaSeconds }) => mediaSeconds > 0);
  expect(Math.max(...frames.map(({ jawOpen }) => jawOpen))).toBeGreaterThan(0.1);
  const told = await drawing(avatar);
  expect(told).toMatchObject({ canvases: 1, errors: [] });
  expect(told.finding).toContain('WebGL draws');
  expect((await avatar.events()).filter((event) => event.startsWith('conversation'))).toEqual(['conversation-state idle']);
});

test('auto draws with WebGL and loads nothing of WebGPU', async ({ page }) => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar"></spatius-avatar>');
  await avatar.waitForEvent('avatar', 'ready');
  expect(await drawing(avatar)).toMatchObject({ renderer: { wanted: 'auto', note: null }, drawn: 'webgl', canvases: 1 });
  expect(loaded.filter((url) => url.includes('webgpu'))).toEqual([]);
});
