import { expect } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';

let server: ServedDemo;

test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

test('two avatars on a page speak at once; one that is removed leaves the other speaking', { tag: '@timing' }, async ({ page }) => {
  const avatar = await AvatarPage.open(
    page,
    server.url,
    '<spatius-avatar id="one"></spatius-avatar><spatius-avatar id="two"></spatius-avatar>',
  );
  await avatar.waitForEvent('one', 'ready');
  await avatar.waitForEvent('two', 'ready');
  await avatar.speak('one', 5);
  await avatar.speak('two', 5);
  await avatar.waitForEvent('one', 'conversation-state playing');
  await avatar.waitForEvent('two', 'conversation-state playing');
  await page.evaluate(() => document.getElementById('one')!.remove());
  await page.waitForTimeout(200);
  expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
  await avatar.waitForEvent('two', 'conversation-state idle');
});

test('an avatar that is removed falls silent and ends its workers; put back, it speaks again', async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar"></spatius-avatar>');
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.speak('avatar', 5);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(page.workers().length).toBe(2);
  const element = await page.evaluateHandle(() => {
    const found = document.getElementById('avatar')!;
    found.remove();
    return found;
  });
  await expect.poll(() => page.workers().length).toBe(0);
  expect(await avatar.loudness()).toBeLessThan(0.001);
  await avatar.forgetEvents();
  await page.evaluate((found) => document.body.append(found), element);
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.speak('avatar', 1);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
});

test('avatars that come, speak and go leave nothing behind', async ({ page }) => {
  await AvatarPage.open(page, server.url, '');
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  async function left(name: string): Promise<number> {
    await cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await cdp.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === name)!.value;
  }
  const comeAndGo = () =>
    page.evaluate(async () => {
      const avatar = document.createElement('spatius-avatar');
      const ready = new Promise((resolve) => avatar.addEventListener('avatar-ready', resolve, { once: true }));
      document.body.append(avatar);
      await ready;
      await avatar.speak(new Float32Array(4000), { sampleRateHz: 16_000 });
      avatar.remove();
    });
  // The last ones of a row keep their sound until the context wakes again: the same number of them is compared.
  for (let count = 0; count < 4; count++) await comeAndGo();
  // The worklet of the last one has to have run out.
  await page.waitForTimeout(1500);
  const nodes = await left('Nodes');
  const audioHandlers = await left('AudioHandlers');
  const listeners = await left('JSEventListeners');
  for (let count = 0; count < 4; count++) await comeAndGo();
  await expect.poll(() => left('Nodes'), { timeout: 10_000 }).toBeLessThanOrEqual(nodes);
  await expect.poll(() => left('AudioHandlers'), { timeout: 10_000 }).toBeLessThanOrEqual(audioHandlers);
  await expect.poll(() => left('JSEventListeners'), { timeout: 10_000 }).toBeLessThanOrEqual(listeners);
});

test('an avatar that is moved goes on speaking', async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar"></spatius-avatar><div id="other"></div>');
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.speak('avatar', 3);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await page.evaluate(() => document.getElementById('other')!.append(document.getElementById('avatar')!));
  expect(await avatar.loudness(400)).toBeGreaterThan(0.01);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect((await avatar.events()).filter((event) => event === 'ready').length).toBe(1);
});

test('an avatar without a size waits for one; speech needs no picture', async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar" style="display: none"></spatius-avatar>');
  await avatar.speak('avatar', 1);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.events()).not.toContain('ready');
  await page.evaluate(() => (document.getElementById('avatar')!.style.display = 'inline-block'));
  await avatar.waitForEvent('avatar', 'ready');
});

test('new audio interrupts what is said; settings may change meanwhile', async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar"></spatius-avatar>');
  await avatar.speak('avatar', 5);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.forgetEvents();
  await page.evaluate(async () => {
    const element = document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar'];
    element.setAttribute('muted', '');
    element.setAttribute('view', 'bust');
    element.setAttribute('motion', 'calm');
    await element.updateComplete;
  });
  await avatar.becomesSilent();
  await avatar.speak('avatar', 1);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect((await avatar.events()).filter((event) => event.startsWith('error'))).toEqual([]);
});

test('the bar of controls stops speech and shows the volume', async ({ page }) => {
  const avatar = await AvatarPage.open(
    page,
    server.url,
    '<spatius-avatar id="avatar" controls style="width: 320px" volume="0.8"></spatius-avatar>',
  );
  const stop = page.getByRole('button', { name: 'Stop', exact: true });
  await expect(page.getByRole('slider', { name: 'Volume' })).toHaveValue('0.8');
  await expect(stop).toBeDisabled();
  await avatar.speak('avatar', 5);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await page.locator('spatius-avatar').hover();
  await page.getByRole('button', { name: 'Pause' }).click();
  await avatar.waitForEvent('avatar', 'conversation-state paused');
  await stop.click();
  await avatar.waitForEvent('avatar', 'conversation-state idle', 2000);
});
