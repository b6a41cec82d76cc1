import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { assert } from 'chai';

import { createTokenEndpoint, type TokenEndpointOptions } from '../../../src/server/token-endpoint.js';
import { IngressClient, type RunningServer, startMotionServer, TEST_API_KEY, TEST_APP_ID } from '../../helpers/node/motion-server.js';

interface Seen {
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A console of somebody else, which answers as it is told. */
class ForeignConsole {
  readonly seen: Seen[] = [];
  answer: (response: ServerResponse) => void = () => {};
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request
      .on('data', (part: Buffer) => (body += part.toString()))
      .on('end', () => {
        this.seen.push({ url: request.url!, headers: request.headers, body });
        this.answer(response);
      });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/console`;
  }

  replies(status: number, body: unknown, headers: Record<string, string> = {}): void {
    this.answer = (response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const ask = (appId?: string): Request =>
  new Request('http://localhost/api/session-token', { method: 'POST', ...(appId !== undefined && { body: JSON.stringify({ appId }) }) });

const read = async (response: Response): Promise<[number, Record<string, string>]> => [
  response.status,
  (await response.json()) as Record<string, string>,
];

describe('the token endpoint', () => {
  const foreign = new ForeignConsole();
  let consoleUrl: string;
  before(async () => void (consoleUrl = await foreign.start()));
  after(() => foreign.stop());
  afterEach(() => void foreign.seen.splice(0));

  const endpoint = (options: Partial<TokenEndpointOptions> = {}): ((request: Request) => Promise<Response>) =>
    createTokenEndpoint({ apiKey: 'very-secret', appId: 'app_a', consoleUrl, timeoutMs: 300, ...options });

  it('gives a token that opens a session, from our own console, over HTTP', async () => {
    const running: RunningServer = await startMotionServer();
    const handler = createTokenEndpoint({
      apiKey: TEST_API_KEY,
      appId: TEST_APP_ID,
      consoleUrl: `${running.url}/v1/console/`,
      ttlSeconds: 120,
    });
    const [status, body] = await read(await handler(ask()));
    assert.equal(status, 200);
    assert.equal(body.expiresAt, body.expiredAt);
    assert.closeTo(Date.parse(body.expiresAt) - Date.now(), 120_000, 3000);
    const client = await IngressClient.connect(
      `${running.ingressUrl}/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${body.sessionToken}`,
    );
    await client.close();
    await running.close();
  });

  it('is served at /api/session-token, never stored, for pages of any origin', async () => {
    const running = await startMotionServer();
    const response = await fetch(`${running.url}/api/session-token`, { method: 'POST', body: JSON.stringify({ appId: TEST_APP_ID }) });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    const preflight = await fetch(`${running.url}/api/session-token`, { method: 'OPTIONS' });
    assert.equal(preflight.status, 204);
    assert.include(preflight.headers.get('access-control-allow-headers'), 'content-type');
    assert.equal((await fetch(`${running.url}/api/session-token`)).status, 405);
    await running.close();
  });

  it('sends the key, the app id and the expiry to the console, and nothing of them back', async () => {
    foreign.replies(200, { sessionToken: 't1' });
    const [, body] = await read(await endpoint()(ask()));
    assert.deepEqual(Object.keys(body), ['sessionToken', 'session_token', 'expiresAt', 'expiredAt']);
    const [seen] = foreign.seen;
    assert.equal(seen!.url, '/v1/console/session-tokens');
    assert.equal(seen!.headers['x-api-key'], 'very-secret');
    const sent = JSON.parse(seen!.body) as { appId: string; expireAt: number };
    assert.equal(sent.appId, 'app_a');
    assert.closeTo(sent.expireAt, Date.now() / 1000 + 3300, 3);
  });

  it('finds the token in every shape that consoles have used', async () => {
    for (const body of [
      { sessionToken: 't' },
      { sessionKey: 't' },
      { token: 't' },
      { data: { sessionToken: 't' } },
      { data: { sessionKey: 't' } },
      { data: { token: 't' } },
      { code: 0, message: 'ok', data: { token: 't' } },
      { sessionToken: 't', errors: [] },
    ]) {
      foreign.replies(200, body);
      const [status, answer] = await read(await endpoint()(ask()));
      assert.deepEqual([status, answer.sessionToken], [200, 't'], JSON.stringify(body));
    }
  });

  it('answers 502 with the reason when the console refuses, also with status 200', async () => {
    const errors = [{ id: '1', status: 401, code: 'UNAUTHENTICATED', title: 'Unauthenticated', detail: 'bad key very-secret' }];
    for (const [status, body] of [
      [401, { errors }],
      [200, { errors }],
      [500, { error: 'internal', message: 'bad key very-secret' }],
      [403, '<html>Forbidden</html>'],
    ] as const) {
      foreign.replies(status, body);
      const [ownStatus, answer] = await read(await endpoint()(ask()));
      assert.deepEqual([ownStatus, answer.error], [502, 'session_token_request_failed'], JSON.stringify(body));
      assert.include(answer.detail, `status ${status}`);
      assert.notInclude(JSON.stringify(answer), 'very-secret');
    }
  });

  it('answers 502 for HTML, an empty answer, no token, and far too long an answer', async () => {
    const failure = async (body: unknown, status = 200): Promise<string | undefined> => {
      foreign.replies(status, body);
      const [ownStatus, answer] = await read(await endpoint()(ask()));
      assert.equal(ownStatus, 502);
      return answer.error;
    };
    assert.equal(await failure('<!doctype html><p>Sign in'), 'session_token_payload_invalid');
    assert.equal(await failure(''), 'session_token_payload_invalid');
    assert.equal(await failure('[]'), 'session_token_payload_invalid');
    assert.equal(await failure({ data: {} }), 'session_token_missing');
    assert.equal(await failure({ sessionToken: '' }), 'session_token_missing');
    assert.equal(await failure({ sessionToken: 7 }), 'session_token_missing');
    assert.equal(await failure('x'.repeat(1_100_000)), 'session_token_payload_invalid');
  });

  it('does not follow a redirect with the key in hand', async () => {
    foreign.replies(302, '', { location: `${consoleUrl}/elsewhere` });
    const [status] = await read(await endpoint()(ask()));
    assert.equal(status, 502);
    assert.lengthOf(foreign.seen, 1);
  });

  it('answers 502 when the console is silent, stops in the middle, or is not there', async () => {
    foreign.answer = () => {};
    const [status, answer] = await read(await endpoint()(ask()));
    assert.deepEqual([status, answer.error], [502, 'session_token_request_failed']);
    assert.match(answer.detail, /did not answer within 300 ms/);
    foreign.answer = (response) => void response.writeHead(200).write('{"session');
    assert.equal((await endpoint()(ask())).status, 502);
    const nowhere = endpoint({ consoleUrl: 'http://127.0.0.1:9/v1/console', timeoutMs: 3000 });
    assert.deepEqual(await read(await nowhere(ask())), [
      502,
      { error: 'session_token_request_failed', detail: 'the console cannot be reached' },
    ]);
  });

  it('wants an app id, and only its own', async () => {
    foreign.replies(200, { sessionToken: 't' });
    assert.deepEqual((await read(await endpoint({ appId: '' })(ask())))[1], { error: 'missing_app_id' });
    assert.equal((await endpoint()(ask('app_a'))).status, 200);
    assert.equal((await read(await endpoint()(ask('app_b'))))[1].error, 'app_id_mismatch');
    const open = createTokenEndpoint({ apiKey: 'k', consoleUrl });
    assert.equal((await open(ask('app_b'))).status, 200);
    for (const body of ['{', '[]', '{"appId":1}', `{"appId":"${'x'.repeat(20_000)}"}`]) {
      const response = await endpoint()(new Request('http://localhost/', { method: 'POST', body }));
      assert.deepEqual(
        [response.status, ((await response.json()) as { error: string }).error],
        [400, 'invalid_request'],
        body.slice(0, 20),
      );
    }
  });

  it('asks `authorize` first, and names the origin it is told to', async () => {
    const guarded = endpoint({ authorize: (request) => request.headers.get('cookie') === 'ok', allowOrigin: 'https://app.example' });
    const refused = await guarded(ask());
    assert.equal(refused.status, 403);
    assert.equal(refused.headers.get('access-control-allow-origin'), 'https://app.example');
    assert.lengthOf(foreign.seen, 0);
    assert.isNull((await endpoint({ allowOrigin: null })(ask())).headers.get('access-control-allow-origin'));
  });

  it('says what has not been filled in, in words a framework would not hide', async () => {
    const faultOf = async (options: Partial<TokenEndpointOptions>): Promise<[number, unknown]> => {
      const response = await endpoint(options)(ask());
      return [response.status, await response.json()];
    };
    assert.deepEqual(await faultOf({ apiKey: '' }), [
      500,
      { error: 'invalid_server_env', missingKeys: ['SPATIUS_API_KEY'], placeholderKeys: [] },
    ]);
    // What `process.env` gives to a program that checks nothing.
    assert.equal((await faultOf({ apiKey: undefined }))[0], 500);
    assert.deepEqual(await faultOf({ apiKey: 'replace_me', appId: 'your-app-id' }), [
      500,
      { error: 'invalid_server_env', missingKeys: [], placeholderKeys: ['SPATIUS_API_KEY', 'SPATIUS_APP_ID'] },
    ]);
    assert.lengthOf(foreign.seen, 0);
  });

  it('composes the console of a region', async () => {
    const asked: string[] = [];
    const fetch = async (request: Request): Promise<Response> => {
      asked.push(request.url);
      return Response.json({ sessionToken: 't' });
    };
    await createTokenEndpoint({ apiKey: 'k', appId: 'a', region: 'us-west', fetch })(ask());
    await createTokenEndpoint({ apiKey: 'k', appId: 'a', region: 'cn-beijing', fetch })(ask());
    assert.deepEqual(asked, [
      'https://console.us-west.spatius.ai/v1/console/session-tokens',
      'https://console.cn-beijing.spatialwalk.top/v1/console/session-tokens',
    ]);
  });

  it('refuses to be made of what cannot work', () => {
    const wrong: Partial<TokenEndpointOptions>[] = [
      { consoleUrl: '', region: '' },
      { consoleUrl: 'console.example' },
      { consoleUrl: '', region: 'auto' },
      { consoleUrl: '', region: 'evil.example/x-y' },
      { ttlSeconds: 10 },
      { ttlSeconds: 90_000 },
      { ttlSeconds: NaN },
    ];
    for (const options of wrong) assert.throws(() => endpoint(options), Error, undefined, JSON.stringify(options));
  });
});
