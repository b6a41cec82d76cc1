import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { type TextureFile, texturedSquare } from '../helpers/glb-files.js';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { slowUnless } from '../helpers/node/slow.js';

let server: ServedDemo;

test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

const STRICT =
  "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'";
const ktx2 = async (kind: string): Promise<TextureFile> => ({
  bytes: await readFile(`test/fixtures/red-green.${kind}.ktx2`),
  mimeType: 'image/ktx2',
});

/** A page whose own policy the workers have, too. */
async function open(tab: Page, file: Uint8Array, policy = STRICT): Promise<AvatarPage> {
  await tab.route(`${server.url}/theirs.glb`, (route) => route.fulfill({ body: Buffer.from(file), contentType: 'model/gltf-binary' }));
  await tab.route('**/render.worker.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
  });
  return AvatarPage.open(tab, server.url, '<spatius-avatar id="avatar" src="/theirs.glb"></spatius-avatar>', undefined, {
    'content-security-policy': policy,
  });
}

/** Colours of the picture's left and right half. */
async function halves(avatar: AvatarPage): Promise<[number[], number[]]> {
  await avatar.waitForEvent('avatar', 'ready');
  return avatar.page.evaluate(async () => {
    const picture = await createImageBitmap(await (document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar']).toBlob());
    const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!;
    context.drawImage(picture, 0, 0);
    const at = (share: number) => [
      ...context.getImageData(Math.round(picture.width * share), Math.round(picture.height / 2), 1, 1).data.subarray(0, 3),
    ];
    return [at(0.35), at(0.65)];
  });
}

function expectRedAndGreen([left, right]: [number[], number[]]): void {
  expect(left[0]).toBeGreaterThan(left[1] + 50);
  expect(right[1]).toBeGreaterThan(right[0] + 50);
}

for (const type of ['png', 'jpeg', 'webp'] as const) {
  test(`${type} textures need nothing of a strict policy`, slowUnless(type === 'png'), async ({ page: tab }) => {
    const base64 = await tab.evaluate(async (format) => {
      const context = new OffscreenCanvas(16, 16).getContext('2d')!;
      for (const [left, color] of [
        [0, 'rgb(220 20 20)'],
        [8, 'rgb(20 200 40)'],
      ] as const) {
        context.fillStyle = color;
        context.fillRect(left, 0, 8, 16);
      }
      const blob = await context.canvas.convertToBlob({ type: `image/${format}`, quality: 1 });
      return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
    }, type);
    expectRedAndGreen(await halves(await open(tab, texturedSquare({ bytes: Buffer.from(base64, 'base64'), mimeType: `image/${type}` }))));
  });
}

for (const kind of ['etc1s', 'uastc']) {
  test(
    `KTX2 textures (${kind}) are shown where the policy allows WebAssembly, and needs no eval`,
    slowUnless(kind === 'etc1s'),
    async ({ page: tab }) => {
      const policy = STRICT.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'");
      expectRedAndGreen(await halves(await open(tab, texturedSquare(await ktx2(kind)), policy)));
    },
  );
}

/** The error of an avatar that cannot be shown. */
async function errorOf(avatar: AvatarPage): Promise<{ code: string; message: string }> {
  await avatar.page.waitForFunction(() => window.avatarEvents.avatar?.some((event) => event.startsWith('error')));
  const { errors } = await avatar.page.evaluate(() =>
    (document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar']).diagnose(),
  );
  return errors.at(-1)!;
}

test('KTX2 where WebAssembly is forbidden: the error says what to allow', async ({ page: tab }) => {
  const { code, message } = await errorOf(await open(tab, texturedSquare(await ktx2('etc1s'))));
  expect(code).toBe('renderingFailed');
  expect(message).toContain("'wasm-unsafe-eval'");
});

test('damaged textures are told of by name', async ({ page: tab }) => {
  const { bytes } = await ktx2('etc1s');
  const policy = STRICT.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'");
  const broken = await errorOf(await open(tab, texturedSquare({ bytes: bytes.subarray(0, 120), mimeType: 'image/ktx2' }), policy));
  expect(broken.code).toBe('unsupportedAvatarAsset');
  const other = await tab.context().newPage();
  const png = await errorOf(await open(other, texturedSquare({ bytes: new Uint8Array(64), mimeType: 'image/png' })));
  expect(png.code).toBe('unsupportedAvatarAsset');
  expect(png.message).toContain('halves');
});
