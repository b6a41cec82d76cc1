import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { describe, it } from 'node:test';
import { assert } from 'chai';
import type { MotionServerOptions } from '../../../src/server/motion-server.js';
import { AvatarError } from '../../../src/shared/contracts/errors.js';
import { IngressClient, type RunningServer, startMotionServer, TEST_API_KEY, TEST_APP_ID } from '../../helpers/node/motion-server.js';

const STRONG = randomBytes(32).toString('base64url');

async function withServer(
  options: Partial<MotionServerOptions>,
  run: (running: RunningServer) => Promise<void>,
  host?: string,
): Promise<void> {
  const running = await startMotionServer(options, 0, host);
  try {
    await run(running);
  } finally {
    await running.close();
  }
}

/** `fetch` does not let the Host be set. */
function ask(
  url: string,
  method: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const attempt = request(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode!, body: text, headers: response.headers }));
    });
    attempt.on('error', reject);
    attempt.end(body);
  });
}

const tokenStatus = async (running: RunningServer, headers: Record<string, string> = {}): Promise<number> =>
  (await ask(`${running.url}/api/session-token`, 'POST', headers)).status;

describe('a Motion Server that other machines can reach', () => {
  const listening = (options: Partial<MotionServerOptions>): Promise<unknown> =>
    startMotionServer(options, 0, '0.0.0.0').then(
      (running) => running.close(),
      (error: unknown) => error,
    );

  it('does not start with a weak key, or without a decision who may have tokens', async () => {
    const weak = await listening({ tokenEndpoint: 'public' });
    assert.equal((weak as AvatarError).code, 'invalidConfiguration');
    assert.instanceOf(weak, AvatarError);
    assert.match(String(weak), /API key has less than 128 bits; make one with: node -p/);
    assert.notInclude(String(weak), TEST_API_KEY);
    assert.match(String(await listening({ apiKey: STRONG })), /not decided who may have tokens/);
    assert.match(String(await listening({ apiKey: STRONG, tokenSecret: 'short', tokenEndpoint: false })), /token secret has less/);
    assert.match(String(await listening({ apiKey: STRONG, previousApiKeys: ['old'], tokenEndpoint: false })), /API key has less/);
  });

  it('starts with a strong key and a decision', async () => {
    for (const tokenEndpoint of ['public', false, { authorize: () => true }] as const)
      assert.isUndefined(await listening({ apiKey: STRONG, tokenEndpoint }));
  });

  it('serves this network without either where that is asked for, and nobody behind a proxy', () =>
    withServer(
      { allowLocalNetwork: true },
      async (running) => {
        assert.equal(await tokenStatus(running, { host: '192.168.1.7:8080' }), 200);
        assert.equal(await tokenStatus(running, { host: '192.168.1.7:8080', 'x-forwarded-for': '203.0.113.5' }), 403);
      },
      '0.0.0.0',
    ));
});

describe('a Motion Server on loopback', () => {
  const FORWARDED: Record<string, string>[] = [
    { host: 'avatars.example.com' },
    { 'x-forwarded-for': '203.0.113.5' },
    { 'x-forwarded-proto': 'https' },
    { forwarded: 'for=203.0.113.5' },
  ];

  it('gives everything to this machine, as ever', () =>
    withServer({}, async (running) => {
      for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8080', 'app.localhost'])
        assert.equal(await tokenStatus(running, { host }), 200, host);
      await (await running.open()).close();
    }));

  it('gives no token and no session through a proxy until keys and a policy are set', () =>
    withServer({}, async (running) => {
      const token = await running.token();
      for (const headers of FORWARDED) {
        assert.equal(await tokenStatus(running, headers), 403, JSON.stringify(headers));
        const refused = await ask(`${running.url}/v1/console/session-tokens`, 'POST', { ...headers, 'x-api-key': TEST_API_KEY }, '{}');
        assert.equal(refused.status, 403);
        const url = `${running.ingressUrl}/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${token}`;
        const error: unknown = await IngressClient.connect(url, headers).catch((reason: unknown) => reason);
        assert.match(String(error), /403/);
        const probe = await ask(url.replace(/^ws/, 'http'), 'GET', headers);
        assert.deepEqual([probe.status, probe.body], [403, '{"message":"This server is not set up for clients of other machines"}\n']);
      }
    }));

  it('serves through a proxy once keys and a policy are set', () =>
    withServer({ apiKey: STRONG, tokenEndpoint: 'public' }, async (running) => {
      for (const headers of FORWARDED) {
        assert.equal(await tokenStatus(running, headers), 200);
        const url = `${running.ingressUrl}/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${await running.token()}`;
        await (await IngressClient.connect(url, headers)).close();
      }
    }));

  it('keeps serving through a proxy only with apps that are as strong', () =>
    withServer({ apiKey: STRONG, tokenEndpoint: 'public' }, async (running) => {
      running.server.setApps([{ appId: TEST_APP_ID, apiKey: 'weak' }]);
      assert.equal(await tokenStatus(running, FORWARDED[0]), 403);
    }));
});

describe('the built-in token endpoint', () => {
  it('asks `authorize`', () =>
    withServer({ tokenEndpoint: { authorize: (visitor) => visitor.headers.get('cookie') === 'login=1' } }, async (running) => {
      assert.equal(await tokenStatus(running), 403);
      assert.equal(await tokenStatus(running, { cookie: 'login=1' }), 200);
    }));

  it('can be left out, and pages are told so', () =>
    withServer({ tokenEndpoint: false }, async (running) => {
      assert.equal(await tokenStatus(running), 404);
      assert.isNull(((await (await fetch(`${running.url}/api/config`)).json()) as { tokenEndpoint: unknown }).tokenEndpoint);
    }));

  it('answers pages of the listed origins alone, and so does the upgrade', () =>
    withServer({ allowedOrigins: ['https://app.example'] }, async (running) => {
      const url = `${running.url}/api/session-token`;
      const good = await ask(url, 'POST', { origin: 'https://app.example' });
      assert.deepEqual(
        [good.status, good.headers['access-control-allow-origin'], good.headers.vary],
        [200, 'https://app.example', 'origin'],
      );
      const bad = await ask(url, 'POST', { origin: 'https://evil.example' });
      assert.deepEqual([bad.status, bad.headers['access-control-allow-origin']], [403, undefined]);
      // A server sends no origin.
      assert.equal((await ask(url, 'POST', {})).status, 200);
      const socket = `${running.ingressUrl}/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${await running.token()}`;
      await (await IngressClient.connect(socket, { origin: 'https://app.example' })).close();
      await (await IngressClient.connect(socket)).close();
      const error: unknown = await IngressClient.connect(socket, { origin: 'https://evil.example' }).catch((reason: unknown) => reason);
      assert.match(String(error), /403/);
    }));

  it('issues tokens for each of several apps, for the first where none is named', () =>
    withServer(
      {
        apps: [
          { appId: 'app_a', apiKey: 'key-a' },
          { appId: 'app_b', apiKey: 'key-b' },
        ],
      },
      async (running) => {
        const tokenOf = async (appId: string | null): Promise<[number, { sessionToken: string; error?: string }]> => {
          const { status, body } = await ask(
            `${running.url}/api/session-token`,
            'POST',
            {},
            appId === null ? '' : JSON.stringify({ appId }),
          );
          return [status, JSON.parse(body) as { sessionToken: string }];
        };
        const join = async (appId: string, token: string): Promise<unknown> =>
          (await IngressClient.connect(`${running.ingressUrl}/websocket?id=aria&appId=${appId}&sessionKey=${token}`)).close();
        await join('app_a', (await tokenOf(null))[1].sessionToken);
        await join('app_b', (await tokenOf('app_b'))[1].sessionToken);
        assert.match(String(await join('app_a', (await tokenOf('app_b'))[1].sessionToken).catch((reason: unknown) => reason)), /400/);
        const [status, { error }] = await tokenOf('app_c');
        assert.deepEqual([status, error], [400, 'app_id_mismatch']);
      },
    ));
});
