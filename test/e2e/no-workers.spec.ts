import { expect, type Page } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';

let server: ServedDemo;
test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

const TAG = '<spatius-avatar id="avatar"></spatius-avatar>';
const NO_WORKERS = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; worker-src 'none'";

/** Speaks twice, interrupted once, and expects voice, moving lips and the finding that says where they are made. */
async function speaksOnThePage(avatar: AvatarPage): Promise<void> {
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.speak('avatar', 20);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.page.evaluate(() => void document.querySelector('spatius-avatar')!.interrupt());
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  await avatar.forgetEvents();
  await avatar.traceJaw();
  await avatar.speak('avatar', 3);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  expect((await avatar.events()).filter((event) => event.startsWith('error'))).toEqual([]);
  const codes = await avatar.page.evaluate(async () => {
    const { findings } = await document.querySelector('spatius-avatar')!.diagnose();
    return findings.map(({ code }) => code);
  });
  expect(codes).toEqual(expect.arrayContaining(['sound-on-page', 'picture-on-page']));
}

test('a page whose policy allows no workers speaks, and diagnose() says that the page does the work', async ({ page }) => {
  await speaksOnThePage(await AvatarPage.open(page, server.url, TAG, undefined, { 'content-security-policy': NO_WORKERS }));
});

test('a sandboxed frame of an opaque origin speaks', async ({ page }) => {
  await page.route(`${server.url}/framed`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><script type="module" src="/dist/spatius-avatar.min.js"></script>
        <style>spatius-avatar { display: block; width: 160px; height: 200px }</style><body>${TAG}`,
    }),
  );
  await AvatarPage.open(page, server.url, '<iframe sandbox="allow-scripts" src="/framed" width="200" height="240"></iframe>');
  const frame = page.frame({ url: `${server.url}/framed` })!;
  await frame.waitForFunction(() => customElements.get('spatius-avatar') !== undefined);
  expect(await frame.evaluate(() => origin)).toBe('null');
  const avatar = new AvatarPage(frame as unknown as Page);
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.traceJaw();
  await avatar.speak('avatar', 3);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  expect((await avatar.events()).filter((event) => event.startsWith('error'))).toEqual([]);
});

test('speech that cannot be made anywhere rejects with the reason, not as interrupted', async ({ page }) => {
  await page.route('**/motion.worker.js', (route) => route.abort());
  const avatar = await AvatarPage.open(page, server.url, TAG, undefined, { 'content-security-policy': NO_WORKERS });
  await avatar.waitForEvent('avatar', 'ready');
  const code = await page.evaluate(() =>
    document
      .querySelector('spatius-avatar')!
      .speak(new Int16Array(16_000), { sampleRateHz: 16_000 })
      .then(
        () => '',
        (error: { code: string }) => error.code,
      ),
  );
  expect(code).toBe('workerFailed');
});
