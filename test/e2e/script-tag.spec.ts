import { expect, test } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { ServedDemo } from '../helpers/node/served-demo.js';

const page = new ServedDemo();
const cdn = new ServedDemo();

test.beforeAll(() => Promise.all([page.start(), cdn.start()]));
test.afterAll(() => Promise.all([page.kill(), cdn.kill()]));

const speaks = async (avatar: AvatarPage): Promise<void> => {
  await avatar.waitForEvent('avatar', 'ready');
  await avatar.traceJaw();
  await avatar.speak('avatar', 2);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  expect((await avatar.events()).filter((event) => event.startsWith('error'))).toEqual([]);
};

test('a module from another origin brings its workers, worklet and avatar along', async ({ page: tab }) => {
  const script = `${cdn.url}/dist/spatius-avatar.min.js`;
  await speaks(await AvatarPage.open(tab, page.url, '<spatius-avatar id="avatar"></spatius-avatar>', `<script type="module" src="${script}"></script>`));
});

test('a classic script from another origin does so as well', async ({ page: tab }) => {
  const script = `${cdn.url}/dist/spatius-avatar.iife.min.js`;
  await speaks(await AvatarPage.open(tab, page.url, '<spatius-avatar id="avatar"></spatius-avatar>', `<script src="${script}"></script>`));
});

test('a strict policy is enough: own scripts and workers, no inline code', async ({ page: tab }) => {
  const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'";
  const avatar = await AvatarPage.open(tab, page.url, '<spatius-avatar id="avatar"></spatius-avatar>', undefined, {
    'content-security-policy': policy,
  });
  await speaks(avatar);
});
