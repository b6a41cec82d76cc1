import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { BundledPage, MAIN } from '../helpers/node/bundled-page.js';
import { PackedPackage } from '../helpers/node/packed-package.js';
import { RoomServer } from '../helpers/node/room-server.js';
import { ServedDemo } from '../helpers/node/served-demo.js';
import { slowUnless } from '../helpers/node/slow.js';
import { StaticSite } from '../helpers/node/static-site.js';

const packed = new PackedPackage('bundlers');
const server = new ServedDemo();
let rooms: RoomServer;
test.beforeAll(async () => {
  [rooms] = await Promise.all([RoomServer.start(), packed.install(), server.start()]);
});
test.afterAll(() => Promise.all([rooms.close(), server.kill()]));

/** Words that stand in one file of the package each, once, and live through being minified or written as text. */
const WORDS = {
  'workers/render.worker.js': 'WebGLAttributes: Unsupported buffer data format',
  'workers/render-webgpu.worker.js': 'There is no WebGPU device',
  'workers/motion.worker.js': 'The Motion Server stopped answering.',
  'workers/splats.add-on.js': 'unsupported kind of accessor',
  'workers/loader.worker.js': 'meshopt in.glb out.glb',
  'workers/draco.add-on.js': 'a mesh that is compressed with Draco is damaged',
  'workers/ktx2.add-on.js': 'KTX2File',
};

/** Those without a copy: they come with a bundler that carries files, others leave them to `setAssetUrls`. */
const LARGE = ['workers/render-webgpu.worker.js', 'workers/ktx2.add-on.js', 'workers/draco.add-on.js'];
const CARRIERS = ['vite', 'webpack'];
/** One that carries files and one that does not. */
const ALWAYS = ['vite', 'esbuild-classic'];
const TESTED_IN_FULL = 'vite';

for (const name of ['vite', 'webpack', 'esbuild-chunks', 'esbuild-classic', 'rollup']) {
  const isCarrier = CARRIERS.includes(name);
  test.describe(`${name} needs no configuration`, slowUnless(ALWAYS.includes(name)), () => {
    let folder: string;
    let site: StaticSite;

    test.beforeAll(async () => {
      test.setTimeout(180_000);
      const project = await packed.project(name, { 'main.js': MAIN, 'package.json': '{ "type": "module" }\n' });
      await promisify(execFile)(process.execPath, ['test/helpers/bundle.js', name, project]);
      folder = join(project, name);
      site = await StaticSite.open(folder);
    });
    test.afterAll(() => site.close());
    test.afterEach(() => expect(site.missing).toEqual([]));

    test('no file of the package is written twice', async () => {
      const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
      const files = await Promise.all(entries.map(({ parentPath, name: file }) => readFile(join(parentPath, file), 'latin1')));
      expect(new Set(files).size).toBe(files.length);
      const copies = Object.entries(WORDS).map(([path, words]) => [
        path,
        files.reduce((sum, text) => sum + text.split(words).length - 1, 0),
      ]);
      const expected = Object.keys(WORDS).map((path) => [path, isCarrier || !LARGE.includes(path) ? 1 : 0]);
      expect(Object.fromEntries(copies)).toEqual(Object.fromEntries(expected));
    });

    test('the built page speaks', async ({ page }) => {
      const avatar = await BundledPage.open(page, site.url);
      await avatar.speaks();
    });

    test('a Motion Server, every add-on, the engine and rooms are within reach', slowUnless(name === TESTED_IN_FULL), async ({ page }) => {
      test.setTimeout(180_000);
      const avatar = await BundledPage.open(page, site.url);
      await avatar.speaksBy(server);
      await avatar.showsForeignAvatars(isCarrier);
      await avatar.computes();
      await avatar.joins(rooms);
      if (!isCarrier) await avatar.needsAssetUrls();
    });
  });
}
