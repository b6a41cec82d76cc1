/**
 * `npm run test:next` (`-- webpack` for the other bundler): installs `examples/next` with the packed package in `build/next`, builds it, and clicks it in a browser. Apart from
 * `npm test`, since Next.js alone is 340 MB. Expects `npm run build`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { chromium, expect } from '@playwright/test';
import { CHROMIUM_FLAGS, ensureChromium } from './chromium.js';

const folder = resolve('build/next');
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } });

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await cp('examples/next', folder, { recursive: true });
run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], '.');
const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const manifest = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
manifest.dependencies['spatius-avatar'] = `file:spatius-avatar-${version}.tgz`;
await writeFile(`${folder}/package.json`, JSON.stringify(manifest));
run('npm', ['install', '--no-audit', '--no-fund'], folder);
const bundlers = process.argv.slice(2);
for (const bundler of bundlers.length > 0 ? bundlers : ['turbopack']) {
  run('npx', ['next', 'build', `--${bundler}`], folder);
  await check(bundler);
}

/** Serves the build and uses it like a visitor. */
async function check(bundler) {
  const server = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'start', '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: CHROMIUM_FLAGS });
  try {
    const url = await new Promise((done, fail) => {
      server.stdout.on('data', (text) => {
        const found = /http:\/\/localhost:\d+/.exec(String(text));
        if (found) done(found[0]);
      });
      server.once('exit', (code) => fail(new Error(`next start ended with ${code}`)));
    });
    const html = await (await fetch(url)).text();
    if (!html.includes('<spatius-avatar')) throw new Error('the server has not rendered the tag');
    const page = await browser.newPage({ viewport: { width: 400, height: 500 } });
    const problems = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.addInitScript(() => addEventListener('avatar-ready', () => (document.title = 'ready'), { capture: true }));
    await page.goto(url);
    await expect(page).toHaveTitle('ready', { timeout: 60_000 });
    await page.getByRole('button', { name: 'Say hello' }).click();
    await expect(page.locator('output')).toHaveText('speaking', { timeout: 20_000 });
    await expect(page.locator('output')).toHaveText('quiet', { timeout: 20_000 });
    expect(problems).toEqual([]);
    console.log(`Next.js with ${bundler}: the avatar speaks`);
  } finally {
    server.kill();
    await browser.close();
  }
}
