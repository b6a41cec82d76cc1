/**
 * WebGPU draws what WebGL draws, before edges are smoothed: a mean ΔE of at most 0.3, at most 0.5 % of the pixels visibly different
 * (ΔE above 6). Each in a browser of its own; where no WebGPU adapter can be had, its half is skipped.
 */
import { existsSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { BUILT_IN_AVATARS } from '../../src/avatar/built-in-avatars.js';
import { CHANNEL_INDEX as C } from '../../src/shared/contracts/channels.js';
import { RendererPage } from '../helpers/node/renderer-page.js';

const MAX_MEAN_DELTA_E = 0.3;
const MAX_DIFFERING_SHARE = 0.005;

/** Morphs, skinning and lids at once; shut eyes, since blinks come when they come. */
const POSE = {
  [C.jawOpen]: 0.5,
  [C.mouthFunnel]: 0.4,
  [C.eyeBlinkLeft]: 1,
  [C.eyeBlinkRight]: 1,
  [C.browInnerUp]: 0.8,
  [C.headYaw]: 0.35,
  [C.headPitch]: 0.1,
};

let webgl: RendererPage;
let webgpu: RendererPage;

test.beforeAll(async () => {
  webgl = await RendererPage.open('webgl');
  webgpu = await RendererPage.open('webgpu');
});
test.afterAll(() => Promise.all([webgl?.close(), webgpu?.close()]));

test('WebGPU and WebGL draw the same picture of every built-in avatar', async () => {
  test.skip(!(await webgpu.canReadWebGpu), 'no WebGPU adapter here, or its pictures cannot be read');
  test.setTimeout(180_000);
  for (const avatar of BUILT_IN_AVATARS) {
    const url = `/dist/avatars/${avatar}.glb`;
    const gl = await webgl.show('webgl', url, POSE);
    const gpu = await webgpu.show('webgpu', url, POSE);
    expect([gl.stats.renderer, gpu.stats.renderer, gpu.obstacle]).toEqual(['webgl', 'webgpu', null]);
    expect(gpu.stats.drawMs).toBeGreaterThan(0);
    const { meanDeltaE, differingShare } = await webgl.compare(gl, gpu);
    expect(meanDeltaE, avatar).toBeLessThan(MAX_MEAN_DELTA_E);
    expect(differingShare, avatar).toBeLessThan(MAX_DIFFERING_SHARE);
    // What the comparison is worth.
    if (avatar === 'aria') expect((await webgl.compare(gpu, await webgl.show('webgl', url, null))).differingShare).toBeGreaterThan(0.02);
  }
});

test("WebGPU draws three.js's own materials as WebGL does", async () => {
  const path = `${process.env.SPATIUS_ASSETS ?? '../shared/assets'}/avatars/brunette-t.glb`;
  test.skip(
    !existsSync(path) || !(await webgpu.canReadWebGpu),
    'no such avatar, or no WebGPU adapter here, or its pictures cannot be read',
  );
  test.setTimeout(180_000);
  const serve = async ({ page }: RendererPage) =>
    page.route('**/brunette.glb', (route) => route.fulfill({ path, contentType: 'model/gltf-binary' }));
  await Promise.all([serve(webgl), serve(webgpu)]);
  const { meanDeltaE, differingShare } = await webgl.compare(
    await webgl.show('webgl', '/brunette.glb', null),
    await webgpu.show('webgpu', '/brunette.glb', null),
  );
  expect(meanDeltaE).toBeLessThan(MAX_MEAN_DELTA_E);
  expect(differingShare).toBeLessThan(MAX_DIFFERING_SHARE);
});

test('where there is no WebGPU, WebGL draws and diagnose() says why', async () => {
  const report = await webgl.page.evaluate(async () => {
    const avatar = document.createElement('spatius-avatar');
    avatar.setAttribute('renderer', 'webgpu');
    avatar.setAttribute('loading', 'eager');
    const isReady = new Promise((resolve) => avatar.addEventListener('avatar-ready', resolve, { once: true }));
    document.body.append(avatar);
    await isReady;
    const { renderer, stats } = await avatar.diagnose();
    const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
    avatar.remove();
    return { renderer, drawn: stats?.renderer, loadedTwin: loaded.some((name) => name.includes('render-webgpu')) };
  });
  expect(report).toEqual({
    renderer: { wanted: 'webgpu', note: expect.stringMatching(/no adapter/) },
    drawn: 'webgl',
    loadedTwin: false,
  });
});

test('a renderer nobody knows is told, and auto draws', async () => {
  const told = await webgl.page.evaluate(async () => {
    const avatar = document.createElement('spatius-avatar');
    avatar.setAttribute('renderer', 'opengl');
    avatar.setAttribute('loading', 'eager');
    const code = new Promise((resolve) => avatar.addEventListener('avatar-error', ({ error }) => resolve(error.code), { once: true }));
    const isReady = new Promise((resolve) => avatar.addEventListener('avatar-ready', () => resolve('ready'), { once: true }));
    document.body.append(avatar);
    const answers = await Promise.all([code, isReady]);
    avatar.remove();
    return answers;
  });
  expect(told).toEqual(['invalidConfiguration', 'ready']);
});

test('a GPU that is lost is told to who shows the picture', async () => {
  test.skip(!(await webgpu.canReadWebGpu), 'no WebGPU adapter here, or its pictures cannot be read');
  await webgpu.page.evaluate(() => void Object.assign(globalThis, { keepsStage: true }));
  await webgpu.show('webgpu', '/dist/avatars/aria.glb', null, 64);
  const cdp = await webgpu.page.context().browser()!.newBrowserCDPSession();
  await cdp.send('Browser.crashGpuProcess').catch(() => undefined);
  await expect
    .poll(() => webgpu.page.evaluate(() => (globalThis as { deviceLost?: string }).deviceLost ?? ''), { timeout: 15_000 })
    .not.toBe('');
});
