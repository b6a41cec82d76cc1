import { expect, type Page } from '@playwright/test';
import { changedTriangle, HOSTILE } from '../helpers/hostile-glb.js';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';

/** Longest pause in the drawing of a healthy avatar, ms: where a file is checked, and where only the watchdog ends it. */
const CHECKED_PAUSE_MS = 2000;
const WATCHED_PAUSE_MS = 25_000;

let server: ServedDemo;
test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

const SIZE = 'style="width: 120px; height: 120px; display: inline-block"';

/** A healthy avatar, and the requests that leave the page's own host. */
async function openHealthy(page: Page): Promise<{ avatar: AvatarPage; foreignRequests: string[] }> {
  const foreignRequests: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(server.url) && /^(https?|wss?):/.test(url)) foreignRequests.push(url);
  });
  const avatar = await AvatarPage.open(page, server.url, `<spatius-avatar id="healthy" ${SIZE}></spatius-avatar>`);
  await avatar.waitForEvent('healthy', 'ready');
  return { avatar, foreignRequests };
}

/** From now on notes the longest time without a new frame of the healthy avatar. */
async function watchPauses(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const healthy = document.getElementById('healthy') as HTMLElementTagNameMap['spatius-avatar'];
    let [frames, lastMs, longestMs] = [-1, performance.now(), 0];
    // A stage that is replaced counts from zero again.
    setInterval(async () => {
      const late = new Promise<null>((resolve) => setTimeout(resolve, 400, null));
      const drawn = (await Promise.race([healthy.stats().catch(() => null), late]))?.framesDrawn;
      const now = performance.now();
      if (drawn !== undefined && drawn > 0 && drawn !== frames) {
        frames = drawn;
        lastMs = now;
      }
      longestMs = Math.max(longestMs, now - lastMs);
      Object.assign(window, { longestPauseMs: longestMs });
    }, 100);
  });
  return () => page.evaluate(() => (window as unknown as { longestPauseMs: number }).longestPauseMs);
}

/** Adds an avatar of another file and waits for its error. */
async function addHostile(page: Page, file: Uint8Array, id: string): Promise<{ code: string; message: string }> {
  await page.route(`${server.url}/${id}.glb`, (route) => route.fulfill({ body: Buffer.from(file), contentType: 'model/gltf-binary' }));
  return page.evaluate(
    ([id, size]) =>
      new Promise((resolve) => {
        document.body.insertAdjacentHTML('beforeend', `<spatius-avatar id="${id}" src="/${id}.glb" ${size}></spatius-avatar>`);
        const element = document.getElementById(id)!;
        element.addEventListener('avatar-error', (event) => {
          const { error } = event as Event & { error: { code: string; message: string } };
          if (error.code === 'unsupportedAvatarAsset') resolve({ code: error.code, message: error.message });
        });
      }),
    [id, SIZE] as const,
  );
}

test('hostile files end in an error with the reason, beside an avatar that goes on, and call no host', async ({ page }) => {
  const { avatar, foreignRequests } = await openHealthy(page);
  const longestPause = await watchPauses(page);
  for (const [index, [, { file, error }]] of Object.entries(HOSTILE).entries()) {
    const { message } = await addHostile(page, file(), `hostile${index}`);
    expect(message).toMatch(error);
    await page.evaluate((id) => document.getElementById(id)?.remove(), `hostile${index}`);
  }
  expect(await longestPause()).toBeLessThan(CHECKED_PAUSE_MS);
  expect(foreignRequests).toEqual([]);
  expect((await avatar.events('healthy')).filter((event) => event.startsWith('error'))).toEqual([]);
});

test('a file that stops the render worker is refused after one restart, and the avatar beside it goes on', { tag: '@timing' }, async ({
  page,
}) => {
  test.slow();
  // No known file that passes the checks stops the renderer; this one has a name at which the test's renderer never ends.
  const guilty = changedTriangle(({ nodes }) => (nodes[0].name = 'freeze the renderer'));
  await page.route('**/workers/render.worker.js', async (route) => {
    const response = await route.fetch();
    const freeze = `{ const read = Blob.prototype.arrayBuffer; Blob.prototype.arrayBuffer = async function () {
      const bytes = await read.call(this);
      if (new TextDecoder().decode(bytes).includes('freeze the renderer')) for (;;);
      return bytes;
    }; }\n`;
    await route.fulfill({ response, body: freeze + (await response.text()) });
  });
  const { avatar } = await openHealthy(page);
  const longestPause = await watchPauses(page);
  const { message } = await addHostile(page, guilty, 'guilty');
  expect(message).toContain('the renderer stopped');
  await avatar.waitForEvent('healthy', 'ready');
  expect(await longestPause()).toBeLessThan(WATCHED_PAUSE_MS);
  expect((await avatar.events('healthy')).filter((event) => event === 'error workerFailed')).toHaveLength(1);
});
