import { expect, type Page } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import type { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';

let server: ServedDemo;
test.beforeAll(({ servedDemo }) => {
  server = servedDemo;
});

const LOCAL = '<spatius-avatar id="avatar" motion="calm"></spatius-avatar>';

/** Speaks a live source in the page and stores the result in `window.outcome`. */
function speakLive(page: Page, kind: 'element' | 'stream' | 'silent stream', sound?: 'delayed' | 'elsewhere'): Promise<void> {
  return page.evaluate(
    async ([kind, sound]) => {
      const avatar = document.querySelector('spatius-avatar')!;
      const own = new AudioContext();
      const state = window as unknown as { outcome: string; endStream(): void };
      state.outcome = 'speaking';
      let source: MediaStream | HTMLMediaElement;
      if (kind === 'element') {
        source = new Audio('/speech/welcome-en.mp3');
        await source.play();
      } else {
        const destination = own.createMediaStreamDestination();
        source = destination.stream;
        const buffer = own.createBufferSource();
        buffer.buffer = await own.decodeAudioData(await (await fetch('/speech/welcome-en.mp3')).arrayBuffer());
        buffer.connect(destination);
        buffer.start(own.currentTime + 0.5);
        if (kind === 'silent stream') destination.stream.getTracks().forEach((track) => track.stop());
        state.endStream = () => destination.stream.getTracks().forEach((track) => track.stop());
      }
      avatar.speakLive(source, sound && { sound }).then(
        () => (state.outcome = 'ended'),
        ({ code }: { code: string }) => (state.outcome = code),
      );
    },
    [kind, sound] as const,
  );
}

const outcome = (page: Page) => page.evaluate(() => (window as unknown as { outcome: string }).outcome);

test('an audio element is heard through the avatar, with the face in time, and to its end', { tag: '@timing' }, async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, LOCAL);
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.traceJaw();
  await speakLive(page, 'element');
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(2000)).toBeGreaterThan(0.01);
  await avatar.waitForEvent('avatar', 'conversation-state idle', 40_000);
  expect(await outcome(page)).toBe('ended');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  const stats = await page.evaluate(() => document.querySelector('spatius-avatar')!.stats());
  // The motion is there when its sound is: nearly no frame was drawn without it.
  expect(stats.starvedFrames / stats.framesDrawn).toBeLessThan(0.1);
  expect(stats.skewP95Ms).toBeLessThan(100);
  expect(await avatar.events()).not.toContainEqual(expect.stringContaining('error'));
});

test('a stream that is played elsewhere moves the face without a sound, also while the page is blocked', { tag: '@timing' }, async ({
  page,
}) => {
  const avatar = await AvatarPage.open(page, server.url, LOCAL);
  await avatar.waitForEvent('avatar', 'ready');
  await speakLive(page, 'stream');
  await avatar.waitForEvent('avatar', 'conversation-motion local');
  expect(await avatar.loudness(1000)).toBe(0);
  await avatar.traceJaw();
  await page.evaluate(() => {
    for (const end = performance.now() + 1500; performance.now() < end; );
  });
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  await page.evaluate(() => (window as unknown as { endStream(): void }).endStream());
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await outcome(page)).toBe('ended');
});

test('in direct mode the browser listens too; speech takes over and a dead stream is refused', { tag: '@timing' }, async ({ page }) => {
  const direct = 'mode="direct" app-id="app_demo" token-endpoint="/api/session-token"';
  const avatar = await AvatarPage.open(page, server.url, `<spatius-avatar id="avatar" ${direct}></spatius-avatar>`);
  await avatar.waitForEvent('avatar', 'ready');
  await speakLive(page, 'stream', 'delayed');
  await avatar.waitForEvent('avatar', 'conversation-motion local');
  expect(await avatar.loudness(2000)).toBeGreaterThan(0.01);
  await avatar.speak('avatar', 1);
  await avatar.waitForEvent('avatar', 'conversation-motion server');
  expect(await outcome(page)).toBe('aborted');
  await speakLive(page, 'silent stream');
  await expect.poll(() => outcome(page)).toBe('noAudio');
});
