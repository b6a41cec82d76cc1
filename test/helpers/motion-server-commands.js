/**
 * Lets browser tests start real Motion Servers, over a line that can be cut, and endpoints that answer what they are told.
 * Runs in the test runner; `test/helpers/browser/motion-server.ts` is the other end.
 */
import { createServer } from 'node:http';

const BUILD = new URL('../../build/', import.meta.url);
const load = (path) => import(new URL(path, BUILD).href);

export function motionServerCommands() {
  const things = new Map();
  let lastId = 0;
  const keep = (thing) => {
    things.set(++lastId, thing);
    return lastId;
  };

  const commands = {
    async 'start-motion-server'({ limits, tokenTtlSeconds } = {}) {
      const { startMotionServer, TEST_APP_ID } = await load('test/helpers/node/motion-server.js');
      const { FlakyLink } = await load('test/helpers/node/flaky-link.js');
      const running = await startMotionServer({ limits: { drainTimeoutMs: 50, ...limits }, ...(tokenTtlSeconds && { tokenTtlSeconds }) });
      const link = await FlakyLink.to(running.server.address.port);
      const close = async () => {
        await link.close();
        await running.close();
      };
      const url = `http://127.0.0.1:${link.port}`;
      return { id: keep({ link, close }), url, ingressUrl: `${url.replace('http', 'ws')}/v2/driveningress`, appId: TEST_APP_ID };
    },
    async 'issue-session-token'({ expiresInSeconds, appId }) {
      const { createSessionTokens } = await load('src/server/session-tokens.js');
      const { TEST_API_KEY, TEST_APP_ID } = await load('test/helpers/node/motion-server.js');
      return createSessionTokens(TEST_API_KEY).issue(appId ?? TEST_APP_ID, Math.floor(Date.now() / 1000) + expiresInSeconds);
    },
    /** `mode`: cut, freeze or mend. */
    async 'set-motion-server-line'({ id, mode }) {
      things.get(id).link[mode]();
      return true;
    },
    async 'start-endpoint'({ status, body, contentType }) {
      const server = createServer((request, response) => {
        response.writeHead(request.method === 'OPTIONS' ? 204 : status, {
          'content-type': contentType ?? 'application/json',
          'access-control-allow-origin': '*',
          'access-control-allow-headers': '*',
        });
        response.end(request.method === 'OPTIONS' ? undefined : body);
      });
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
      return { id: keep({ close }), url: `http://127.0.0.1:${server.address().port}/token` };
    },
    /**
     * A speech endpoint: answers with as many seconds of a voice as the text has words, as raw PCM that comes at
     * `pace` times real time. The text "no" is refused.
     */
    async 'start-speech-endpoint'({ pace }) {
      const { voicePcm } = await load('test/helpers/node/motion-server.js');
      const requests = [];
      const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
      const server = createServer(async (request, response) => {
        if (request.method === 'OPTIONS') return response.writeHead(204, headers).end();
        let body = '';
        for await (const piece of request) body += piece;
        const asked = { body: JSON.parse(body), isBrokenOff: false };
        requests.push(asked);
        response.on('close', () => (asked.isBrokenOff = !response.writableFinished));
        if (asked.body.text === 'no') {
          return response.writeHead(503, { ...headers, 'content-type': 'application/json' }).end('{"message":"no voice today"}');
        }
        response.writeHead(200, { ...headers, 'content-type': 'audio/pcm;rate=16000' });
        const pcm = voicePcm(asked.body.text.split(' ').length);
        const step = 3200;
        for (let at = 0; at < pcm.length && !response.destroyed; at += step) {
          response.write(pcm.subarray(at, at + step));
          await new Promise((resolve) => setTimeout(resolve, 100 / pace));
        }
        response.end();
      });
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
      return { id: keep({ close, requests }), url: `http://127.0.0.1:${server.address().port}/speech?key=secret` };
    },
    async 'speech-requests'({ id }) {
      return things.get(id).requests;
    },
    /**
     * The same files as the test runner's own server, from another origin that allows everybody. `/page?<module>` is a
     * page under `policy` that runs a module.
     */
    async 'start-other-origin'({ origin, policy }) {
      const paths = [];
      const server = createServer(async (request, response) => {
        paths.push(request.url);
        if (request.url.startsWith('/page?')) {
          const module = decodeURIComponent(request.url.slice('/page?'.length).split('#')[0]);
          response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy ?? '' });
          response.end(`<!doctype html><script type="module" src="${module}"></script>`);
          return;
        }
        const answer = await fetch(new URL(request.url, origin));
        const type = answer.headers.get('content-type') ?? 'text/plain';
        response.writeHead(answer.status, { 'content-type': type, 'access-control-allow-origin': '*' });
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
      return { id: keep({ close, paths }), url: `http://127.0.0.1:${server.address().port}` };
    },
    async 'requested-paths'({ id }) {
      return things.get(id).paths;
    },
    async stop({ id }) {
      await things.get(id)?.close();
      things.delete(id);
      return true;
    },
  };

  return {
    name: 'motion-server-commands',
    async executeCommand({ command, payload }) {
      return commands[command]?.(payload ?? {});
    },
    async serverStop() {
      await Promise.all([...things.values()].map((thing) => thing.close()));
    },
  };
}
