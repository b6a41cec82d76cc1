import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { PackedPackage } from '../helpers/node/packed-package.js';
import { slowUnless } from '../helpers/node/slow.js';
import { StaticSite } from '../helpers/node/static-site.js';

const packed = new PackedPackage('examples');
test.beforeAll(() => packed.install());

/** Copies an example beside the packed package and builds it as its `npm run build` would. @returns The site's folder. */
async function build(name: string): Promise<string> {
  const folder = join(packed.folder, name);
  await cp(`examples/${name}`, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  if (name === 'html') {
    await cp(join(packed.folder, 'node_modules/spatius-avatar'), join(folder, 'node_modules/spatius-avatar'), { recursive: true });
    return folder;
  }
  await promisify(execFile)(process.execPath, [resolve('node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error'], { cwd: folder });
  return join(folder, 'dist');
}

for (const name of ['html', 'react', 'vue', 'svelte']) {
  test(`the ${name} example speaks when it is clicked, and changes its character`, slowUnless(name === 'html'), async ({ page }) => {
    test.setTimeout(150_000);
    const site = await StaticSite.open(await build(name));
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    // What is missing is told by the site.
    page.on(
      'console',
      (message) => message.type() === 'error' && !message.text().startsWith('Failed to load resource') && problems.push(message.text()),
    );
    try {
      // Software GL draws it.
      await page.setViewportSize({ width: 400, height: 500 });
      await page.addInitScript(() => {
        addEventListener(
          'avatar-ready',
          () => (document.documentElement.dataset.ready = String(Number(document.documentElement.dataset.ready ?? 0) + 1)),
          { capture: true },
        );
      });
      await page.goto(site.url);
      const html = page.locator('html');
      await expect(html).toHaveAttribute('data-ready', '1', { timeout: 30_000 });
      await page.getByRole('button', { name: 'Say hello' }).click();
      await expect(page.locator('output')).toHaveText('speaking', { timeout: 15_000 });
      await expect(page.locator('output')).toHaveText('quiet', { timeout: 15_000 });
      await page.getByLabel('Character').selectOption('theo');
      await expect(page.locator('spatius-avatar')).toHaveAttribute('avatar-id', 'theo');
      await expect(html).toHaveAttribute('data-ready', '2', { timeout: 30_000 });
      expect(problems).toEqual([]);
      expect(site.missing).toEqual([]);
    } finally {
      await site.close();
    }
  });
}
