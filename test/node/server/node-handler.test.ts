import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { assert } from 'chai';
import express, { type ErrorRequestHandler, type Express } from 'express';

import { createTokenEndpoint, toNodeHandler } from '../../../src/server/index.js';
import { type RunningServer, startMotionServer, TEST_API_KEY, TEST_APP_ID } from '../../helpers/node/motion-server.js';

describe('A fetch-style handler', () => {
  let motion: RunningServer;
  let server: Server;
  const tokens = () => createTokenEndpoint({ apiKey: TEST_API_KEY, consoleUrl: `${motion.url}/v1/console` });

  before(async () => {
    motion = await startMotionServer();
  });
  after(() => motion.close());
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function listen(app: RequestListener): Promise<string> {
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/session-token`;
  }
  const ask = (url: string, body: object | null = { appId: TEST_APP_ID }, headers = { 'content-type': 'application/json' }) =>
    fetch(url, { method: 'POST', headers, ...(body && { body: JSON.stringify(body) }) });

  it('answers in Express, also where a parser has read the body before', async () => {
    const parsers: Record<string, (app: Express) => unknown> = {
      none: () => undefined,
      json: (app) => app.use(express.json()),
      text: (app) => app.use(express.text({ type: '*/*' })),
      raw: (app) => app.use(express.raw({ type: '*/*' })),
    };
    for (const [name, use] of Object.entries(parsers)) {
      const app = express();
      use(app);
      app.all('/api/session-token', toNodeHandler(tokens()));
      const url = await listen(app);
      const response = await ask(url);
      assert.equal(response.status, 200, name);
      assert.isString(((await response.json()) as { sessionToken: string }).sessionToken, name);
      assert.equal(response.headers.get('access-control-allow-origin'), '*');
      const other = await ask(url, null);
      assert.equal(other.status, 400, name);
      assert.deepEqual(await other.json(), { error: 'missing_app_id' });
      assert.equal((await fetch(url)).status, 405);
      assert.equal((await fetch(url, { method: 'OPTIONS' })).status, 204);
      server.close();
    }
  });

  it('reads the headers of the visitor, and leaves other paths to Express', async () => {
    const app = express();
    const authorize = (request: Request): boolean => request.headers.get('cookie') === 'visit=1';
    app.use('/api', toNodeHandler(createTokenEndpoint({ apiKey: TEST_API_KEY, consoleUrl: `${motion.url}/v1/console`, authorize })));
    app.get('/', (_, response) => void response.send('home'));
    const url = await listen(app);
    assert.equal((await ask(url)).status, 403);
    assert.equal((await ask(url, { appId: TEST_APP_ID }, { cookie: 'visit=1' } as never)).status, 200);
    assert.equal(await (await fetch(new URL('/', url))).text(), 'home');
  });

  it('hands its failures to the error handler of Express', async () => {
    const app = express();
    const messages: string[] = [];
    const report: ErrorRequestHandler = (error: Error, _request, response, _next) => {
      messages.push(error.message);
      response.status(503).send('later');
    };
    for (const [path, handler] of Object.entries({
      '/sync': () => {
        throw new Error('sync');
      },
      '/async': () => Promise.reject(new Error('async')),
    }))
      app.all(path, toNodeHandler(handler));
    app.use(report);
    const url = await listen(app);
    for (const path of ['/sync', '/async']) {
      const response = await fetch(new URL(path, url));
      assert.equal(response.status, 503);
      assert.equal(await response.text(), 'later');
    }
    assert.deepEqual(messages, ['sync', 'async']);
  });

  it('answers in a plain server of Node, which has no error handler', async () => {
    const url = await listen(toNodeHandler(tokens()));
    assert.equal((await ask(url)).status, 200);
    server.close();
    const failing = await listen(toNodeHandler(() => Promise.reject(new Error('hidden'))));
    const response = await fetch(failing);
    assert.equal(response.status, 500);
    assert.notInclude(await response.text(), 'hidden');
  });
});
