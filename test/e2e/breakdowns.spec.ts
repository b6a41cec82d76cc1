import { expect, type Page } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { slowUnless, TIMING } from '../helpers/node/slow.js';

declare global {
  interface Window {
    startedWorkers: { name: string; worker: Worker }[];
  }
}

let server: ServedDemo;
test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

/** Keeps the page's workers where a test can reach them. */
function keepWorkers(): void {
  window.startedWorkers = [];
  const NativeWorker = window.Worker;
  window.Worker = class extends NativeWorker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      window.startedWorkers.push({ name: options?.name ?? '', worker: this });
    }
  };
}

/** What a browser does to a worker that has used up its memory. */
function killWorker(page: Page, name: string): Promise<void> {
  return page.evaluate((wanted) => {
    const { worker } = window.startedWorkers.findLast((started) => started.name === wanted)!;
    worker.terminate();
    worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
  }, name);
}

for (const name of ['render', 'motion']) {
  test(
    `a ${name} worker that dies in mid-sentence is replaced, and the avatar speaks again`,
    slowUnless(name === 'render', TIMING),
    async ({ page }) => {
      await page.addInitScript(keepWorkers);
      const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar"></spatius-avatar>');
      await avatar.waitForEvent('avatar', 'ready');
      await avatar.speak('avatar', 8);
      await avatar.waitForEvent('avatar', 'conversation-state playing');
      await avatar.forgetEvents();
      await killWorker(page, name);
      await avatar.waitForEvent('avatar', 'error workerFailed');
      await avatar.waitForEvent('avatar', 'ready');
      await avatar.traceJaw();
      await avatar.forgetEvents();
      await avatar.speak('avatar', 1.5);
      await avatar.waitForEvent('avatar', 'conversation-state playing');
      expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
      await avatar.waitForEvent('avatar', 'conversation-state idle');
      expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
      await expect.poll(() => page.workers().length).toBe(2);
    },
  );
}

test('a graphics context that is lost in mid-sentence comes back; the sound goes on meanwhile', { tag: '@timing' }, async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar"></spatius-avatar>');
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.speak('avatar', 6);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.forgetEvents();
  for (const worker of page.workers()) {
    await worker.evaluate(() => {
      if (self.name !== 'render') return;
      const prototype = WebGL2RenderingContext.prototype;
      const draw = prototype.drawElements;
      prototype.drawElements = function (this: WebGL2RenderingContext, ...parameters) {
        prototype.drawElements = draw;
        draw.apply(this, parameters);
        const loss = this.getExtension('WEBGL_lose_context')!;
        loss.loseContext();
        setTimeout(() => loss.restoreContext(), 700);
      };
    });
  }
  await expect(page.locator('#avatar [part=canvas]')).toBeAttached();
  expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.traceJaw();
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  expect(await avatar.paintedShare()).toBeGreaterThan(0.1);
});
