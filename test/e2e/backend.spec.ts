/** The whole chain as processes: example backend → Server SDK → Motion Server → relay → element. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { expect, type Page } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { FlakyLink } from '../helpers/node/flaky-link.js';
import { ServedDemo } from '../helpers/node/served-demo.js';
import { ServedProcess } from '../helpers/node/served-process.js';
import { test } from '../helpers/node/served-test.js';
import { SLOW_TIMING } from '../helpers/node/slow.js';
import { measureSync, syllables, watchSync } from '../helpers/node/sync-probe.js';
import { wavOf } from '../helpers/node/wav-file.js';

const KEYS = { SPATIUS_API_KEY: 'key-of-this-test', SPATIUS_APP_ID: 'app_backend' };
/** A drawn frame is the mouth of its moment; software GL on a busy machine draws few of them. */
const SYNC_SECONDS = 0.16;

const motion = new ServedDemo(KEYS);
const backend = new ServedProcess((port) => ({
  args: ['demo/backend/server.js'],
  env: { ...KEYS, PORT: String(port), SPATIUS_SERVER_URL: motion.url },
}));

test.beforeAll(async () => {
  await motion.start();
  await backend.start();
});
test.afterAll(() => Promise.all([backend.kill(), motion.kill()]));
test.use({ viewport: { width: 360, height: 560 } });

const listener = (client: string, attributes = '', relayUrl = `/relay?client=${client}`): string =>
  `<spatius-avatar id="avatar" mode="backend" relay-url="${relayUrl}" autostart ${attributes}></spatius-avatar>`;

async function open(page: Page, client: string, attributes = '', relayUrl?: string): Promise<AvatarPage> {
  const avatar = await AvatarPage.open(page, backend.url, listener(client, attributes, relayUrl));
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.waitForEvent('avatar', 'connection-state connected');
  return avatar;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Lets the backend say a WAV file to a client, all at once, or with two seconds in advance at the pace of speech. */
async function say(client: string, pcm: Uint8Array, isPaced = false): Promise<void> {
  const wav = wavOf(pcm, 16_000);
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const begunMs = performance.now();
      const bytesPerMs = 32;
      for (let at = 0; at < wav.length; ) {
        const end = isPaced ? Math.floor(((performance.now() - begunMs + 2000) * bytesPerMs) / 2) * 2 : wav.length;
        controller.enqueue(new Uint8Array(wav.subarray(at, end)));
        at = end;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      controller.close();
    },
  });
  const response = await fetch(`${backend.url}/api/sound?client=${client}`, { method: 'POST', body, duplex: 'half' } as RequestInit);
  expect(response.ok).toBe(true);
}

test('the example page says a clip: sound and a moving mouth, then rest', { tag: '@timing' }, async ({ page }) => {
  const avatar = await AvatarPage.openDemo(page, backend.url);
  await avatar.waitForEvent('avatar', 'connection-state connected');
  await avatar.traceJaw();
  await page.getByRole('button', { name: 'Welcome' }).click();
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(1500)).toBeGreaterThan(0.01);
  await expect(page.locator('#caption')).toHaveText(/web component/);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  expect(await avatar.events()).toContain('conversation-motion server');
  expect(await avatar.events()).not.toContainEqual(expect.stringContaining('error'));
});

test('the example page says a text, where there is an engine to say it', SLOW_TIMING, async ({ page }) => {
  const { engine } = (await (await fetch(`${backend.url}/api/config`)).json()) as { engine: string | null };
  const avatar = await AvatarPage.openDemo(page, backend.url);
  await avatar.waitForEvent('avatar', 'connection-state connected');
  if (!engine) {
    await expect(page.getByRole('button', { name: 'Say it' })).toBeDisabled();
    return;
  }
  await page.getByLabel('Text', { exact: true }).fill('One, two, three.');
  await page.getByRole('button', { name: 'Say it' }).click();
  await avatar.waitForEvent('avatar', 'conversation-motion server');
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
});

test('sound and face are in sync', { tag: '@timing' }, async ({ page }) => {
  const avatar = await open(page, 'sync');
  await watchSync(avatar);
  await say('sync', syllables(6));
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  const { lagSeconds, fit } = await measureSync(avatar);
  expect(fit).toBeGreaterThan(0.5);
  expect(Math.abs(lagSeconds)).toBeLessThan(SYNC_SECONDS);
});

test('an interrupt in mid-turn is silence at once, the backend stops, and the next turn is heard', { tag: '@timing' }, async ({ page }) => {
  const avatar = await open(page, 'interrupt');
  const first = say('interrupt', syllables(20), true).catch(() => undefined);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await page.evaluate(() => document.querySelector('spatius-avatar')!.interrupt());
  await avatar.waitForEvent('avatar', 'conversation-state idle', 2000);
  await avatar.becomesSilent();
  await expect(async () => expect(backend.output).toContain('turn interrupted')).toPass();
  await avatar.forgetEvents();
  await say('interrupt', syllables(2));
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.events()).toContain('conversation-motion server');
  await first;
});

test('a second turn takes the place of the first', { tag: '@timing' }, async ({ page }) => {
  const avatar = await open(page, 'second');
  const first = say('second', syllables(30), true).catch(() => undefined);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.forgetEvents();
  await say('second', syllables(2));
  await avatar.waitForEvent('avatar', 'conversation-motion server');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  await first;
});

test('a Motion Server that is restarted between turns gives the next one its face', { tag: '@timing' }, async ({ page }) => {
  const avatar = await open(page, 'restart');
  await say('restart', syllables(1.5));
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  await motion.kill();
  await motion.start();
  await avatar.forgetEvents();
  await avatar.traceJaw();
  await say('restart', syllables(2));
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.events()).toContain('conversation-motion server');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
});

test('without a Motion Server the turn is heard as sound alone, and the page is told', { tag: '@timing' }, async ({ page }) => {
  const avatar = await open(page, 'faceless');
  await motion.kill();
  try {
    await say('faceless', syllables(2));
    await avatar.waitForEvent('avatar', 'conversation-motion none');
    await avatar.waitForEvent('avatar', 'conversation-state playing');
    await avatar.waitForEvent('avatar', 'conversation-state idle');
    expect(await avatar.events()).toContain('error serverError');
  } finally {
    await motion.start();
  }
});

test('without a Motion Server and with fallback="local" the face is made in the browser', SLOW_TIMING, async ({ page }) => {
  const avatar = await open(page, 'local', 'fallback="local"');
  await avatar.traceJaw();
  await motion.kill();
  try {
    const pcm = syllables(3);
    await say('local', pcm);
    await avatar.waitForEvent('avatar', 'conversation-motion local');
    await avatar.waitForEvent('avatar', 'conversation-state playing');
    const begunMs = Date.now();
    await avatar.waitForEvent('avatar', 'conversation-state idle');
    // All of the speech is heard, and the face goes with it.
    expect(Date.now() - begunMs).toBeGreaterThan(2000);
    expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  } finally {
    await motion.start();
  }
});

test(
  'a page whose connection is lost in mid-turn goes on in sync, and another page does not notice',
  SLOW_TIMING,
  async ({ page, context }) => {
    const link = await FlakyLink.to(Number(new URL(backend.url).port));
    try {
      const other = await open(page, 'steady');
      // The last page is in front: one behind another may not be drawn.
      const slow = await open(await context.newPage(), 'shaky', '', `ws://127.0.0.1:${link.port}/relay?client=shaky`);
      await slow.page.bringToFront();
      await watchSync(slow);
      await other.forgetEvents();
      const speaking = Promise.all([say('shaky', syllables(14), true), say('steady', syllables(14), true)]);
      await slow.waitForEvent('avatar', 'conversation-state playing');
      await page.waitForTimeout(1500);
      link.cut();
      await slow.waitForEvent('avatar', 'connection-state connecting');
      // Until all that it had in advance is heard, and longer than a client may be behind.
      await page.waitForTimeout(4500);
      link.mend();
      await speaking;
      await slow.waitForEvent('avatar', 'conversation-state idle');
      await other.waitForEvent('avatar', 'conversation-state idle');
      const { lagSeconds, fit } = await measureSync(slow);
      expect(fit).toBeGreaterThan(0.4);
      expect(Math.abs(lagSeconds)).toBeLessThan(SYNC_SECONDS);
      expect(await slow.events()).toContain('playback-stall true');
      expect((await slow.events()).filter((event) => event === 'conversation-state playing')).toHaveLength(1);
      expect(await other.events()).not.toContainEqual(expect.stringMatching(/error|connection/));
      expect((await other.events()).filter((event) => event === 'conversation-state playing')).toHaveLength(1);
    } finally {
      await link.close();
    }
  },
);

test('a page that comes in the middle of a turn hears it from now on, in sync', SLOW_TIMING, async ({ page, context }) => {
  const first = await open(await context.newPage(), 'late');
  const speaking = say('late', syllables(10), true);
  await first.waitForEvent('avatar', 'conversation-state playing');
  await first.page.close();
  const avatar = await AvatarPage.open(
    page,
    backend.url,
    '<spatius-avatar id="avatar" mode="backend" relay-url="/relay?client=late" loading="eager"></spatius-avatar>',
  );
  await avatar.waitForEvent('avatar', 'ready');
  await watchSync(avatar);
  await page.evaluate(() => document.querySelector('spatius-avatar')!.start());
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await speaking;
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  const { lagSeconds, fit } = await measureSync(avatar);
  expect(fit).toBeGreaterThan(0.4);
  expect(Math.abs(lagSeconds)).toBeLessThan(SYNC_SECONDS);
});

test('the connection states of a backend that is absent, comes, and goes', { tag: '@timing' }, async ({ page }) => {
  const link = await FlakyLink.to(Number(new URL(backend.url).port));
  try {
    link.cut();
    const url = `ws://127.0.0.1:${link.port}/relay?client=states`;
    const avatar = await AvatarPage.open(page, backend.url, listener('states', 'connect-timeout="700"', url));
    await avatar.waitForEvent('avatar', 'connection-state connecting');
    await avatar.waitForEvent('avatar', 'connection-state failed');
    link.mend();
    await avatar.waitForEvent('avatar', 'connection-state connected');
    await avatar.forgetEvents();
    link.cut();
    await avatar.waitForEvent('avatar', 'connection-state connecting');
    link.mend();
    await avatar.waitForEvent('avatar', 'connection-state connected');
    await page.evaluate(() => document.querySelector('spatius-avatar')!.close());
    await avatar.waitForEvent('avatar', 'connection-state disconnected');
    const codes = await page.evaluate(async () => {
      const element = document.querySelector('spatius-avatar')!;
      const code = (reason: unknown): string => (reason as { code: string }).code;
      const spoken = await element.speak(new Uint8Array(320)).then(() => 'none', code);
      try {
        element.send(new Uint8Array(320));
        return [spoken, 'none'];
      } catch (reason) {
        return [spoken, code(reason)];
      }
    });
    expect(codes).toEqual(['networkLayerNotAvailable', 'networkLayerNotAvailable']);
  } finally {
    await link.close();
  }
});

test('a page that is blocked misses nothing of a turn that begins meanwhile', { tag: '@timing' }, async ({ page }) => {
  const avatar = await open(page, 'blocked');
  await avatar.traceJaw();
  const blocked = page.evaluate(() => {
    for (const end = performance.now() + 2500; performance.now() < end; );
  });
  await say('blocked', syllables(2));
  await blocked;
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  // It was over before the page could do anything about it.
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
});

test('the ten lines of the README: a backend that says what it is given', SLOW_TIMING, async ({ page }) => {
  const port = await freePort();
  const env = { ...process.env, ...KEYS, PORT: String(port), SPATIUS_SERVER_URL: motion.url };
  const child = spawn(process.execPath, ['demo/backend/ten-lines.js'], { stdio: 'inherit', env });
  try {
    const html = (await readFile('demo/backend/ten-lines.html', 'utf8'))
      .replace('http://localhost:8080', motion.url)
      .replace('ws://localhost:8765', `ws://127.0.0.1:${port}`);
    const [, script, element] = /(<script.*<\/script>)\s*(<spatius-avatar.*>)/s.exec(html)!;
    const avatar = await AvatarPage.open(page, motion.url, element!.replace('<spatius-avatar', '<spatius-avatar id="avatar"'), script);
    await avatar.waitForEvent('avatar', 'connection-state connected');
    const answer = fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: syllables(2) as BodyInit });
    await avatar.waitForEvent('avatar', 'conversation-motion server');
    await avatar.waitForEvent('avatar', 'conversation-state playing');
    await avatar.waitForEvent('avatar', 'conversation-state idle');
    expect(await (await answer).text()).toBe('complete');
  } finally {
    child.kill();
  }
});

test('the example backend ends in order', { tag: '@timing' }, async () => {
  expect(await backend.stop()).toBe(0);
});
