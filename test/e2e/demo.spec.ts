import { expect } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { voicePcm } from '../helpers/node/motion-server.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { SLOW, SLOW_TIMING } from '../helpers/node/slow.js';
import { wavOf } from '../helpers/node/wav-file.js';

let server: ServedDemo;

test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});
// Software GL draws the avatar: a phone has the smallest picture.
test.use({ viewport: { width: 360, height: 560 } });

const speechFile = { name: 'speech.wav', mimeType: 'audio/wav', buffer: wavOf(voicePcm(4, 24000), 24000) };

test.describe('the built-in avatars', () => {
  test.use({ avatarFile: 'built-in' });

  test('Speak: connects, sounds, moves the mouth, and comes to rest', async ({ page }) => {
    const avatar = await AvatarPage.openDemo(page, server.url);
    await avatar.waitForEvent('avatar', 'connection-state connected');
    await avatar.traceJaw();
    await page.getByRole('button', { name: 'Speak' }).click();
    await avatar.waitForEvent('avatar', 'conversation-state playing');
    await expect(page.getByText('Hello, and welcome!')).toBeVisible();
    expect(await avatar.loudness(1500)).toBeGreaterThan(0.01);
    await expect(page.getByText('right here in your browser.')).toBeVisible({ timeout: 15_000 });
    await avatar.waitForEvent('avatar', 'conversation-state idle');
    expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
    expect(await avatar.events()).toContain('conversation-motion server');
    expect(await avatar.events()).not.toContainEqual(expect.stringContaining('error'));
    await expect(page.locator('#skew')).toHaveText(/ms/);
    await expect(page.locator('#bandwidth')).toHaveText(/kB\/s/);
  });

  test('every face of the gallery loads, speaks, and stands in the code to copy', SLOW, async ({ page }) => {
    const avatar = await AvatarPage.openDemo(page, server.url);
    for (const name of ['Theo', 'Nia']) {
      await avatar.waitForEvent('avatar', 'ready');
      await avatar.forgetEvents();
      await page.getByText(name, { exact: true }).click();
      // Only a face in sight is drawn.
      await page.evaluate(() => scrollTo(0, 0));
      await avatar.waitForEvent('avatar', 'ready');
      await expect(page.locator('#code')).toContainText(`avatar-id="${name.toLowerCase()}"`);
    }
    await avatar.traceJaw();
    await page.getByRole('button', { name: 'Speak' }).click();
    await avatar.waitForEvent('avatar', 'conversation-state playing');
    await avatar.waitForEvent('avatar', 'conversation-state idle');
    expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
    expect(await avatar.events()).not.toContainEqual(expect.stringContaining('error'));
  });
});

test('a picked file is spoken, can be paused, resumed and interrupted', { tag: '@timing' }, async ({ page }) => {
  const avatar = await AvatarPage.openDemo(page, server.url);
  await page.locator('#file').setInputFiles(speechFile);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await page.locator('spatius-avatar').hover();
  await page.getByRole('button', { name: 'Pause' }).click();
  await avatar.waitForEvent('avatar', 'conversation-state paused');
  await avatar.becomesSilent();
  await avatar.forgetEvents();
  await page.getByRole('button', { name: 'Resume' }).click();
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness()).toBeGreaterThan(0.01);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await avatar.waitForEvent('avatar', 'conversation-state idle', 1000);
  await avatar.becomesSilent();
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeDisabled();
});

test('a file dropped on the page is spoken by the engine in the browser after a switch of mode', SLOW, async ({ page }) => {
  const avatar = await AvatarPage.openDemo(page, server.url);
  await page.getByText('This browser', { exact: true }).click();
  // Only a face in sight is drawn.
  await page.evaluate(() => scrollTo(0, 0));
  await avatar.traceJaw();
  const transfer = await page.evaluateHandle(
    ({ name, mimeType, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], name, { type: mimeType }));
      return dataTransfer;
    },
    { name: speechFile.name, mimeType: speechFile.mimeType, base64: speechFile.buffer.toString('base64') },
  );
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await expect(page.locator('#drop')).toBeVisible();
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await expect(page.locator('#drop')).toBeHidden();
  await avatar.waitForEvent('avatar', 'conversation-motion local');
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  await expect(page.locator('#code')).toContainText('mode="local"');
});

test('a file that is no audio is refused in words', async ({ page }) => {
  await AvatarPage.openDemo(page, server.url);
  const buffer = Buffer.from('<!doctype html><p>This is no sound at all.</p>'.repeat(20));
  await page.locator('#file').setInputFiles({ name: 'page.html', mimeType: 'text/html', buffer });
  await expect(page.locator('#message')).not.toBeEmpty();
});

test('the page can be used by keyboard alone', async ({ page }) => {
  const avatar = await AvatarPage.openDemo(page, server.url);
  await page.getByRole('button', { name: 'Speak' }).focus();
  await page.keyboard.press('Enter');
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  const stop = page.getByRole('button', { name: 'Stop', exact: true });
  const isReached = () => stop.evaluate((button) => button.getRootNode() instanceof Document && button === document.activeElement);
  for (let count = 0; count < 20 && !(await isReached()); count++) await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await avatar.waitForEvent('avatar', 'conversation-state idle', 2000);
});

test('the microphone: what is recorded is repeated', SLOW_TIMING, async ({ page }) => {
  const avatar = await AvatarPage.openDemo(page, server.url);
  const button = page.locator('#microphone');
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  // The browser's test microphone beeps once a second.
  await page.waitForTimeout(2500);
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(1500)).toBeGreaterThan(0.005);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  await expect(page.locator('#message')).toBeEmpty();
});

test('a live microphone is spoken while it runs, and the speech ends with it', { tag: '@timing' }, async ({ page }) => {
  const avatar = await AvatarPage.openDemo(page, server.url);
  const spoken = page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    setTimeout(() => stream.getTracks().forEach((track) => track.stop()), 3000);
    await (document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar']).speak(stream);
  });
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(1500)).toBeGreaterThan(0.005);
  await spoken;
  await avatar.waitForEvent('avatar', 'conversation-state idle');
});
