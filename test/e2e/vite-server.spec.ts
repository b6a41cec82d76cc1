import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { BundledPage, MAIN } from '../helpers/node/bundled-page.js';
import { PackedPackage } from '../helpers/node/packed-package.js';
import { RoomServer } from '../helpers/node/room-server.js';
import { ServedDemo } from '../helpers/node/served-demo.js';
import { ServedProcess } from '../helpers/node/served-process.js';
import { SLOW } from '../helpers/node/slow.js';

const VITE = resolve('node_modules/vite/bin/vite.js');
const PAGE = `<!doctype html>
<style>spatius-avatar { display: block; width: 160px; height: 200px }</style>
<body><spatius-avatar id="avatar"></spatius-avatar><script type="module" src="./main.js"></script>
`;
const packed = new PackedPackage('vite-server');
const server = new ServedDemo();
let rooms: RoomServer;
test.beforeAll(async () => {
  [rooms] = await Promise.all([RoomServer.start(), packed.install(), server.start()]);
});
test.afterAll(() => Promise.all([rooms.close(), server.kill()]));

/** Vite merges what it serves in development (`dev`), unless it is told not to (`unmerged`); `preview` serves what it has built. */
const WAYS: Readonly<Record<string, { command: string; config: string }>> = {
  dev: { command: 'dev', config: 'export default {};\n' },
  unmerged: { command: 'dev', config: "export default { optimizeDeps: { exclude: ['spatius-avatar'] } };\n" },
  preview: { command: 'preview', config: 'export default {};\n' },
};

for (const [name, { command, config }] of Object.entries(WAYS)) {
  test(`a page of Vite's server speaks and brings every add-on: ${name}`, SLOW, async ({ page }) => {
    test.setTimeout(240_000);
    const project = await packed.project('.', {
      'main.js': MAIN,
      'index.html': PAGE,
      'package.json': '{ "type": "module" }\n',
      [`${name}.config.js`]: config,
    });
    if (command === 'preview')
      await promisify(execFile)(process.execPath, [
        VITE,
        'build',
        project,
        '--config',
        join(project, `${name}.config.js`),
        '--logLevel',
        'error',
      ]);
    const vite = new ServedProcess(
      (port) => ({
        args: [VITE, command, project, '--config', join(project, `${name}.config.js`), '--host', '127.0.0.1', '--port', String(port)],
        env: {},
      }),
      /Local:.*http:\/\/[^:]+:(\d+)/,
    );
    await vite.start();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on(
      'response',
      (response) =>
        response.status() >= 400 &&
        response.url().startsWith(vite.url) &&
        !response.url().endsWith('favicon.ico') &&
        problems.push(`${response.status()} ${response.url()}`),
    );
    try {
      const avatar = await BundledPage.open(page, vite.url);
      await avatar.speaks();
      await avatar.speaksBy(server);
      await avatar.showsForeignAvatars(true);
      await avatar.computes();
      await avatar.joins(rooms);
      expect(problems).toEqual([]);
    } finally {
      await vite.kill();
    }
  });
}
