import { expect } from '@playwright/test';
import { createSessionTokens } from '../../src/server/session-tokens.js';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { type RunningServer, startMotionServer, TEST_API_KEY, TEST_APP_ID } from '../helpers/node/motion-server.js';
import { test } from '../helpers/node/served-test.js';
import { SLOW } from '../helpers/node/slow.js';

let server: RunningServer;
test.beforeAll(async () => void (server = await startMotionServer()));
test.afterAll(() => server.close());

const tokenThatEnds = (secondsFromNow: number): Promise<string> =>
  createSessionTokens(TEST_API_KEY).issue(TEST_APP_ID, Math.round(Date.now() / 1000) + secondsFromNow);
const avatarWith = (attributes: string): string =>
  `<spatius-avatar id="avatar" mode="direct" app-id="${TEST_APP_ID}" ${attributes}></spatius-avatar>`;
const tokenEndpoint = 'token-endpoint="/api/session-token"';
const errorsOf = async (avatar: AvatarPage): Promise<string[]> => (await avatar.events()).filter((event) => event.startsWith('error'));

test('an endpoint that gives out an expired token first: a fresh one is fetched and nobody notices', async ({ page }) => {
  const expired = await tokenThatEnds(-60);
  let requests = 0;
  await page.route('**/api/session-token', (route) =>
    ++requests === 1 ? route.fulfill({ json: { sessionToken: expired } }) : route.continue(),
  );
  const avatar = await AvatarPage.open(page, server.url, avatarWith(tokenEndpoint));
  await avatar.speak('avatar', 1);
  await avatar.waitForEvent('avatar', 'conversation-motion server');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(requests).toBe(2);
  expect(await errorsOf(avatar)).toEqual([]);
});

test('a token that runs out while the avatar is connected is replaced when the connection is', SLOW, async ({ page }) => {
  const expired = await tokenThatEnds(2);
  let requests = 0;
  await page.route('**/api/session-token', (route) =>
    ++requests === 1 ? route.fulfill({ json: { sessionToken: expired } }) : route.continue(),
  );
  const avatar = await AvatarPage.open(page, server.url, avatarWith(`autostart ${tokenEndpoint}`));
  await avatar.waitForEvent('avatar', 'connection-state connected');
  await page.waitForTimeout(2500);
  await page.evaluate(() => (document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar']).close());
  await avatar.forgetEvents();
  await avatar.speak('avatar', 1);
  await avatar.waitForEvent('avatar', 'conversation-motion server');
  expect(requests).toBe(2);
  expect(await errorsOf(avatar)).toEqual([]);
});

test('a fixed token that has expired is told of, sound goes on, and a new one connects', async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, avatarWith(`session-token="${await tokenThatEnds(-60)}"`));
  await avatar.speak('avatar', 2);
  await avatar.waitForEvent('avatar', 'error sessionTokenExpired');
  await avatar.waitForEvent('avatar', 'connection-state failed');
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  await avatar.forgetEvents();
  const token = await server.token();
  await page.evaluate((fresh) => document.getElementById('avatar')!.setAttribute('session-token', fresh), token);
  await avatar.waitForEvent('avatar', 'connection-state connected');
  await avatar.speak('avatar', 1);
  await avatar.waitForEvent('avatar', 'conversation-motion server');
});

test('a new token does not disturb a connection that stands', async ({ page }) => {
  const avatar = await AvatarPage.open(page, server.url, avatarWith(`autostart session-token="${await server.token()}"`));
  await avatar.waitForEvent('avatar', 'connection-state connected');
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.speak('avatar', 3);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.forgetEvents();
  await page.evaluate(
    async (fresh) => {
      const element = document.getElementById('avatar') as HTMLElementTagNameMap['spatius-avatar'];
      element.sessionToken = fresh;
      await element.updateComplete;
    },
    await tokenThatEnds(3600),
  );
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect((await avatar.events()).filter((event) => !event.startsWith('conversation'))).toEqual([]);
});
