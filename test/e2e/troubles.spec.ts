import { expect, type Page } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { FlakyLink } from '../helpers/node/flaky-link.js';
import { voicePcm } from '../helpers/node/motion-server.js';
import { ServedDemo } from '../helpers/node/served-demo.js';
import { test } from '../helpers/node/served-test.js';
import { slowUnless } from '../helpers/node/slow.js';

/** The chunk that `say()` loads. */
const SPEECH_SCRIPT = '**/chunks/speech-*';

const server = new ServedDemo();

test.beforeEach(() => server.start());
test.afterEach(() => server.kill());

const direct = (attributes = ''): string =>
  `<spatius-avatar id="avatar" mode="direct" app-id="app_demo" token-endpoint="/api/session-token" ${attributes}></spatius-avatar>`;

/** Why `start()` was refused: code and words, or '' when it was not. */
const refusalOf = (page: Page): Promise<string> =>
  page.evaluate(() =>
    document
      .querySelector('spatius-avatar')!
      .start()
      .then(
        () => '',
        ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
      ),
  );

test.describe('a token endpoint in trouble costs the motion, not the sound', () => {
  const answers = {
    'that refuses': { status: 401, contentType: 'application/json', body: '{"message":"who are you"}' },
    'that answers with a page': { status: 200, contentType: 'text/html', body: '<!doctype html><title>Login</title>' },
    'that is down': null,
  };
  for (const [kind, answer] of Object.entries(answers)) {
    test(`an endpoint ${kind}`, slowUnless(kind === 'that refuses'), async ({ page }) => {
      await page.route('**/api/session-token', (route) => (answer ? route.fulfill(answer) : route.abort('connectionrefused')));
      const avatar = await AvatarPage.open(page, server.url, direct('connect-timeout="3000"'));
      await avatar.speak('avatar', 2);
      await avatar.waitForEvent('avatar', 'conversation-state playing');
      expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
      await avatar.waitForEvent('avatar', 'conversation-state idle');
      await avatar.waitForEvent('avatar', 'connection-state failed');
      const events = await avatar.events();
      expect(events).toContain('error tokenRequestFailed');
      expect(events).toContain('conversation-motion none');
    });
  }
});

test('a server that is killed in mid-sentence: sound goes on, state and event say so, and it heals', { tag: '@timing' }, async ({
  page,
}) => {
  const avatar = await AvatarPage.open(page, server.url, direct());
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.speak('avatar', 6);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'connection-state connected');
  await avatar.forgetEvents();
  await server.kill();
  await avatar.waitForEvent('avatar', 'connection-state connecting');
  expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect((await avatar.events()).some((event) => event.startsWith('error websocketClosed'))).toBe(true);
  await server.start();
  await avatar.waitForEvent('avatar', 'connection-state connected');
  await avatar.forgetEvents();
  await avatar.speak('avatar', 1);
  await avatar.waitForEvent('avatar', 'conversation-motion server');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
});

test.describe('the first speech begins', () => {
  /** ms from `speak()` to the sound, and what had been reported of its motion then. */
  const firstSound = async (page: Page): Promise<{ ms: number; motion: string | null }> => {
    const pcm = Buffer.from(voicePcm(3)).toString('base64');
    return page.evaluate(
      (base64) =>
        new Promise<{ ms: number; motion: string | null }>((resolve, reject) => {
          const avatar = document.querySelector('spatius-avatar')!;
          let motion: string | null = null;
          avatar.addEventListener('avatar-conversation-motion', (event) => (motion = event.motion));
          const beganAt = performance.now();
          avatar.addEventListener('avatar-conversation-state', ({ state }) => {
            if (state === 'playing') resolve({ ms: performance.now() - beganAt, motion });
          });
          avatar
            .speak(
              Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
              { sampleRateHz: 16000 },
            )
            .catch(reject);
        }),
      pcm,
    );
  };
  const serverAt = (port: number): string => `server-url="ws://127.0.0.1:${port}/v2/driveningress"`;
  async function closedPort(): Promise<number> {
    const link = await FlakyLink.to(1);
    await link.close();
    return link.port;
  }

  test('at once where the port is closed, and the state is failed only at the limit', { tag: '@timing' }, async ({ page }) => {
    const avatar = await AvatarPage.open(page, server.url, direct(`${serverAt(await closedPort())} connect-timeout="4000"`));
    await avatar.waitForEvent('avatar', 'ready');
    const { ms, motion } = await firstSound(page);
    console.log(`first sound at a closed port: ${Math.round(ms)} ms`);
    expect(motion).toBe('none');
    expect(ms).toBeLessThan(2500);
    expect(await avatar.events()).not.toContain('connection-state failed');
    await avatar.waitForEvent('avatar', 'connection-state failed');
    await avatar.waitForEvent('avatar', 'conversation-state idle');
  });

  test('together with the face where connecting takes 1.5 s', { tag: '@timing' }, async ({ page }) => {
    // Four ways: the upgrade and its answer, the configuration and its confirmation.
    const link = await FlakyLink.to(Number(new URL(server.url).port), 375);
    try {
      const avatar = await AvatarPage.open(page, server.url, direct(serverAt(link.port)));
      await avatar.waitForEvent('avatar', 'ready');
      const { ms, motion } = await firstSound(page);
      console.log(`first sound over a slow connection: ${Math.round(ms)} ms`);
      expect(motion).toBe('server');
      expect(ms).toBeGreaterThan(1500);
    } finally {
      await link.close();
    }
  });

  test('without the face after start-timeout, and the face joins', { tag: '@timing' }, async ({ page }) => {
    const link = await FlakyLink.to(Number(new URL(server.url).port), 500);
    try {
      const avatar = await AvatarPage.open(page, server.url, direct(`${serverAt(link.port)} start-timeout="300"`));
      await avatar.waitForEvent('avatar', 'ready');
      const { motion } = await firstSound(page);
      expect(motion).toBe('none');
      await avatar.waitForEvent('avatar', 'conversation-motion server');
    } finally {
      await link.close();
    }
  });
});

test('a server that is absent: sound alone once the limit has passed', async ({ page }) => {
  const absent = 'server-url="ws://127.0.0.1:9/v2/driveningress" connect-timeout="1200"';
  const avatar = await AvatarPage.open(page, server.url, direct(absent));
  await avatar.speak('avatar', 2);
  await avatar.waitForEvent('avatar', 'conversation-motion none');
  await avatar.waitForEvent('avatar', 'connection-state failed');
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.events()).toContain('error connectTimeout');
});

test('an absent server with fallback="local": the face goes on from the engine in the browser', async ({ page }) => {
  const absent = 'server-url="ws://127.0.0.1:9/v2/driveningress" connect-timeout="1200" fallback="local"';
  const avatar = await AvatarPage.open(page, server.url, direct(absent));
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.traceJaw();
  await avatar.speak('avatar', 3);
  await avatar.waitForEvent('avatar', 'conversation-motion local');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
});

test('raw PCM in trouble has a code each', async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar"></spatius-avatar>');
  const codes = await page.evaluate(async () => {
    const element = document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar'];
    const attempt = (act: () => unknown): string => {
      try {
        act();
        return 'none';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const wav = new Uint8Array(1044);
    wav.set(new TextEncoder().encode('RIFF\0\0\0\0WAVEfmt '));
    const header = attempt(() => element.send(wav));
    element.interrupt();
    element.sampleRate = 12345;
    await element.updateComplete;
    const rate = attempt(() => element.send(new Uint8Array(640)));
    element.sampleRate = 16000;
    await element.updateComplete;
    const odd = attempt(() => element.send(new Uint8Array(6401).fill(7), true));
    return { header, rate, odd };
  });
  expect(codes).toEqual({ header: 'invalidAudioInput', rate: 'unsupportedSampleRate', odd: 'none' });
  await avatar.waitForEvent('avatar', 'error invalidAudioInput');
  await avatar.waitForEvent('avatar', 'conversation-state playing');
});

test('a script that cannot be had is told of, troubles nobody later, and is asked for again', async ({ page }) => {
  const thrown: string[] = [];
  page.on('pageerror', ({ message }) => thrown.push(message));
  await page.route(SPEECH_SCRIPT, (route) => route.abort());
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar" speech-endpoint="/speech"></spatius-avatar>');
  const say = () =>
    page.evaluate(async () => {
      const element = document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar'];
      const refusal = await element.say('hello').then(
        () => null,
        ({ message }: Error) => message,
      );
      element.interrupt();
      return refusal;
    });
  expect(await say()).toMatch(/script of the avatar/);
  await avatar.waitForEvent('avatar', 'error connectionFailed');
  await page.waitForTimeout(200);
  expect(thrown).toEqual([]);
  // Once the network is back, the script is asked for again. There is no endpoint here, which is the next thing that say() meets.
  await page.unroute(SPEECH_SCRIPT);
  await expect.poll(say, { timeout: 15_000 }).not.toMatch(/script of the avatar/);
});

test('a mode that there is not is told in words', async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar" mode="telepathy"></spatius-avatar>');
  await avatar.waitForEvent('avatar', 'error invalidConfiguration');
  expect(await refusalOf(page)).toMatch(/^invalidConfiguration: mode="telepathy" is not known\. Use .*"local"/);
});

test('livekit without a room is refused when it starts, in words that name what is missing', async ({ page }) => {
  await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar" mode="livekit"></spatius-avatar>');
  expect(await refusalOf(page)).toMatch(/^invalidConfiguration: .*livekit-url.*livekit-token-endpoint.*room/);
});

test('an avatar file that is none shows the error with its button, and the button helps', async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, '<spatius-avatar id="avatar" src="/dist/index.js"></spatius-avatar>');
  const retry = page.getByRole('button', { name: 'Try again' });
  await expect(retry).toBeVisible();
  await page.evaluate(() => document.getElementById('avatar')!.removeAttribute('src'));
  await avatar.waitForEvent('avatar', 'ready');
  await expect(retry).toBeHidden();
});
