import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, type Page, test } from '@playwright/test';
import { build } from 'esbuild';
import type { SpatiusAvatar } from '../../src/index.js';
import { PackedPackage } from '../helpers/node/packed-package.js';
import { StaticSite } from '../helpers/node/static-site.js';

/** A page that server and browser render alike. */
const APP = `
import { createElement as h, useRef, useState } from 'react';
import { Avatar } from 'spatius-avatar/react';

// A property that the server's HTML cannot hold, and that makes an avatar load anew.
const NAMES = globalThis.location?.search === '?late' ? null : { Mund_auf: 'jawOpen' };
const TRANSFORM = { x: 0.1 };

export function App() {
  const avatar = useRef(null);
  const [heard, setHeard] = useState([]);
  const [isMuted, setMuted] = useState(true);
  const [isShown, setShown] = useState(true);
  const hear = ({ type, currentTarget }) => setHeard((list) => [...list, type + (currentTarget === avatar.current ? '' : ' elsewhere')]);
  const tag = h(
    Avatar,
    {
      ref: avatar, avatarId: 'aria', loading: 'eager', muted: isMuted, controls: false, volume: 0.5, sampleRate: 24000, channelNames: NAMES,
      transform: TRANSFORM, poster: null, className: 'guide', style: { width: 160, height: 200, display: 'block' }, id: 'avatar',
      onAvatarReady: hear, onAvatarError: hear, onAvatarConversationState: hear, onClick: () => setHeard((list) => [...list, 'click']),
    },
    h('b', null, 'Aria'),
  );
  return h('main', null,
    isShown && tag,
    h('button', { onClick: () => avatar.current.speak(new Float32Array(8000), { sampleRateHz: 16000 }) }, 'speak'),
    h('button', { onClick: () => setMuted(!isMuted) }, 'mute'),
    h('button', { onClick: () => setShown(false) }, 'remove'),
    h('output', null, heard.join()),
  );
}`;

const SERVER = `
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { App } from './app.js';
process.stdout.write(renderToString(createElement(App)));`;

/** With \`?late\`, the avatar is there before React is. */
const CLIENT = `
import { createElement } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { App } from './app.js';
const avatar = document.querySelector('spatius-avatar');
if (location.search === '?late') await new Promise((resolve) => avatar.addEventListener('avatar-ready', resolve, { once: true }));
hydrateRoot(document.querySelector('#root'), createElement(App), { onRecoverableError: (error) => { throw error; } });
document.title = 'hydrated';`;

const packed = new PackedPackage('react');
let html: string;
let site: StaticSite;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  await packed.install();
  const folder = await packed.project('app', {
    'app.js': APP,
    'server.js': SERVER,
    'client.js': CLIENT,
    'package.json': '{ "type": "module" }\n',
  });
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['server.js'], { cwd: folder });
  expect(stderr).toBe('');
  html = stdout;
  const outdir = join(folder, 'site');
  // The development build of React reports what differs between server and browser.
  const define = { 'process.env.NODE_ENV': '"development"' };
  const options = { bundle: true, splitting: true, format: 'esm', define, outdir } as const;
  await build({ absWorkingDir: folder, entryPoints: ['client.js'], ...options, logLevel: 'error' });
  await writeFile(
    join(outdir, 'index.html'),
    `<!doctype html><link rel="icon" href="data:," /><div id="root">${html}</div><script type="module" src="client.js"></script>`,
  );
  site = await StaticSite.open(outdir);
});
test.afterAll(() => site.close());
test.afterEach(() => expect(site.missing).toEqual([]));

/** Opens the page and collects its errors. */
async function open(page: Page, query = ''): Promise<string[]> {
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`${site.url}/${query}`);
  await expect(page).toHaveTitle('hydrated', { timeout: 60_000 });
  return problems;
}

test('React on a server renders the component with its settings as attributes', () => {
  const tag = /<spatius-avatar[^>]*>/.exec(html)![0];
  for (const part of [
    'avatar-id="aria"',
    'loading="eager"',
    'muted=""',
    'volume="0.5"',
    'sample-rate="24000"',
    'class="guide"',
    'id="avatar"',
  ])
    expect(tag).toContain(part);
  expect(tag).not.toMatch(/controls|poster|on-?avatar|channel-?names/i);
  expect(html).toContain('<b>Aria</b>');
});

test('handlers of the component fire on a server-rendered tag, and its props reach the element', async ({ page }) => {
  const problems = await open(page);
  const output = page.locator('output');
  await expect(output).toHaveText('avatar-ready', { timeout: 60_000 });
  const avatar = page.locator('spatius-avatar');
  const read = () =>
    avatar.evaluate(({ avatarId, muted, controls, volume, sampleRate, channelNames, transform }: SpatiusAvatar) => ({
      avatarId,
      muted,
      controls,
      volume,
      sampleRate,
      channelNames,
      transform,
    }));
  const settings = {
    avatarId: 'aria',
    controls: false,
    volume: 0.5,
    sampleRate: 24000,
    channelNames: { Mund_auf: 'jawOpen' },
    transform: { x: 0.1 },
  };
  expect(await read()).toEqual({ ...settings, muted: true });
  await page.getByText('mute').click();
  expect(await read()).toEqual({ ...settings, muted: false });
  await page.getByText('mute').click();
  // The visitor's choice, until the page changes its own.
  await avatar.evaluate((element: SpatiusAvatar) => (element.volume = 0.1));
  await page.getByText('mute').click();
  expect(await read()).toEqual({ ...settings, muted: false, volume: 0.1 });
  await page.getByText('speak').click();
  await expect(output).toHaveText('avatar-ready,avatar-conversation-state,avatar-conversation-state', { timeout: 20_000 });
  await avatar.click();
  await expect(output).toHaveText(/,click$/);
  await page.getByText('remove').click();
  await expect(avatar).toHaveCount(0);
  expect(problems).toEqual([]);
});

test('onAvatarReady fires once where the avatar was shown before React started', async ({ page }) => {
  const problems = await open(page, '?late');
  await expect(page.locator('output')).toHaveText('avatar-ready');
  await page.getByText('mute').click();
  await expect(page.locator('output')).toHaveText('avatar-ready');
  expect(problems).toEqual([]);
});
