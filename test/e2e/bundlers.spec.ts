import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, type Page } from '@playwright/test';
import { AvatarPage } from '../helpers/node/avatar-page.js';
import { PackedPackage } from '../helpers/node/packed-package.js';
import { StaticSite } from '../helpers/node/static-site.js';

const packed = new PackedPackage('bundlers');
test.beforeAll(() => packed.install());

async function speaks(tab: Page, site: StaticSite): Promise<void> {
  const avatar = await AvatarPage.openPath(tab, site.url, '/');
  await avatar.traceJaw();
  await avatar.speak('avatar', 1.5);
  await avatar.waitForEvent('avatar', 'conversation-state playing');
  expect(await avatar.loudness(500)).toBeGreaterThan(0.01);
  await avatar.waitForEvent('avatar', 'conversation-state idle');
  expect(await avatar.widestJaw()).toBeGreaterThan(0.1);
  expect((await avatar.events()).filter((event) => event.startsWith('error'))).toEqual([]);
  expect(await avatar.events()).toContain('conversation-motion local');
  expect(site.missing).toEqual([]);
}

for (const name of ['vite', 'webpack', 'esbuild-chunks', 'esbuild-classic', 'rollup']) {
  test(`${name} needs to be told nothing: the built page speaks`, async ({ page: tab }) => {
    test.setTimeout(180_000);
    const project = await packed.project(name, { 'main.js': "import 'spatius-avatar';\n", 'package.json': '{ "type": "module" }\n' });
    await promisify(execFile)(process.execPath, ['test/helpers/bundle.js', name, project]);
    const site = await StaticSite.open(join(project, name));
    try {
      await speaks(tab, site);
    } finally {
      await site.close();
    }
  });
}
