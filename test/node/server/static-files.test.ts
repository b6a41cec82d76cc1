import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { assert } from 'chai';

import { type RunningServer, startMotionServer } from '../../helpers/node/motion-server.js';

/** A GET of exactly this path: `fetch` would tidy it up first. */
function get(url: string, path: string): Promise<{ status: number; body: string }> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path }, (response) => {
      let body = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => (body += part))
        .on('end', () => resolve({ status: response.statusCode!, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('the files a Motion Server serves', () => {
  let folder: string;
  let running: RunningServer;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spatius-avatar-'));
    mkdirSync(join(folder, 'demo/deep'), { recursive: true });
    mkdirSync(join(folder, 'dist/avatars'), { recursive: true });
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    writeFileSync(join(folder, 'demo/index.html'), '<p>demo');
    writeFileSync(join(folder, 'demo/.env'), 'secret');
    writeFileSync(join(folder, 'demo/deep/a b.js'), '1');
    writeFileSync(join(folder, 'dist/index.js'), 'export {}');
    writeFileSync(join(folder, 'dist/avatars/bob.glb'), 'glTF');
    writeFileSync(join(folder, 'dist/thing.wasm'), '');
    symlinkSync(join(folder, 'secret.txt'), join(folder, 'demo/link.txt'));
    running = await startMotionServer({ demoFolder: join(folder, 'demo'), distFolder: join(folder, 'dist') });
  });
  after(async () => {
    await running.close();
    rmSync(folder, { recursive: true });
  });

  it('are the demo at / and the package at /dist, with the types browsers insist on', async () => {
    const typeOf = async (path: string): Promise<string> => {
      const response = await fetch(running.url + path);
      assert.equal(response.status, 200, path);
      return response.headers.get('content-type')!;
    };
    assert.equal(await typeOf('/'), 'text/html; charset=utf-8');
    assert.equal(await typeOf('/deep/a%20b.js'), 'text/javascript; charset=utf-8');
    assert.equal(await typeOf('/dist/index.js'), 'text/javascript; charset=utf-8');
    assert.equal(await typeOf('/dist/avatars/bob.glb'), 'model/gltf-binary');
    assert.equal(await typeOf('/dist/thing.wasm'), 'application/wasm');
    assert.equal(await (await fetch(`${running.url}/`)).text(), '<p>demo');
  });

  it('may be loaded by pages of other origins below /dist only', async () => {
    const shared = (await fetch(`${running.url}/dist/index.js`)).headers;
    assert.equal(shared.get('access-control-allow-origin'), '*');
    assert.equal(shared.get('cross-origin-resource-policy'), 'cross-origin');
    assert.isNull((await fetch(`${running.url}/`)).headers.get('access-control-allow-origin'));
  });

  it('are answered with 304 while unchanged, without a body to HEAD, and not at all to POST', async () => {
    const first = await fetch(`${running.url}/dist/index.js`);
    const again = await fetch(`${running.url}/dist/index.js`, { headers: { 'if-none-match': first.headers.get('etag')! } });
    assert.equal(again.status, 304);
    const head = await fetch(`${running.url}/dist/index.js`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '9', '']);
    assert.equal((await fetch(`${running.url}/`, { method: 'POST' })).status, 405);
  });

  it('never come from outside the folder, from dot files or through links', async () => {
    for (const path of [
      '/../secret.txt',
      '/deep/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e%2fsecret.txt',
      '/..%5csecret.txt',
      '/dist/../secret.txt',
      '/dist/..%2f..%2fsecret.txt',
      '/dist/%2e%2e/secret.txt',
      '//secret.txt',
      `/${join(folder, 'secret.txt')}`,
      '/link.txt',
      '/.env',
      '/%2eenv',
      '/secret.txt%00.js',
      '/%',
      '/%ff',
      '/deep',
      '/nothing.js',
    ]) {
      const { status, body } = await get(running.url, path);
      assert.include([400, 404], status, path);
      assert.notInclude(body, 'secret', path);
    }
  });

  it('tell a page what it must know', async () => {
    assert.deepEqual(await (await fetch(`${running.url}/api/config`)).json(), {
      appId: 'app_test',
      avatarId: 'aria',
      avatars: ['aria', 'bob'],
      tokenEndpoint: '/api/session-token',
      serverUrl: '/v2/driveningress',
    });
  });

  it('may be missing altogether', async () => {
    const bare = await startMotionServer({ demoFolder: join(folder, 'none'), distFolder: join(folder, 'none') });
    assert.equal((await fetch(`${bare.url}/`)).status, 404);
    assert.equal((await fetch(`${bare.url}/healthz`)).status, 200);
    await bare.close();
  });
});
