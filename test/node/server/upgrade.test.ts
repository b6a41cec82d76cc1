import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { assert } from 'chai';
import { createSessionTokens } from '../../../src/server/session-tokens.js';
import { AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';
import { IngressClient, type RunningServer, startMotionServer, TEST_API_KEY, TEST_APP_ID } from '../../helpers/node/motion-server.js';

interface Refusal {
  status: number;
  body: string;
}

/** An upgrade as a client library sends it, down to the status and body of the refusal; status 101 when admitted. */
function upgrade(url: string, headers: Record<string, string> = {}): Promise<Refusal> {
  return new Promise((resolve, reject) => {
    const attempt = request(url.replace(/^ws/, 'http'), {
      headers: {
        ...headers,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16, 7).toString('base64'),
      },
    });
    attempt.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ status: 101, body: '' });
    });
    attempt.on('response', (response) => {
      let body = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => (body += part))
        .on('end', () => resolve({ status: response.statusCode!, body }));
    });
    attempt.on('error', reject);
    attempt.end();
  });
}

describe('the upgrade to a session', () => {
  let running: RunningServer;
  let token: string;
  let socketUrl: string;
  const tokens = createSessionTokens(TEST_API_KEY);
  const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

  before(async () => {
    running = await startMotionServer();
    token = await running.token();
    socketUrl = `${running.ingressUrl}/websocket`;
  });
  after(() => running.close());

  const withHeaders = (sessionKey: string, appId = TEST_APP_ID, avatarId = 'aria'): Promise<Refusal> =>
    upgrade(`${socketUrl}?id=${encodeURIComponent(avatarId)}`, { 'X-App-ID': appId, 'X-Session-Key': sessionKey });

  it('admits ids that the server does not have as other avatars, where that is set', async () => {
    const aliased = await startMotionServer({ avatarAliases: { '*': 'aria', old: 'gone' } });
    try {
      const open = async (id: string): Promise<number> => {
        const headers = { 'X-App-ID': TEST_APP_ID, 'X-Session-Key': await aliased.token() };
        return (await upgrade(`${aliased.ingressUrl}/websocket?id=${id}`, headers)).status;
      };
      assert.deepEqual([await open('5c1c1b3a-0b5e-4b1c'), await open('old'), await open('aria')], [101, 101, 101]);
    } finally {
      await aliased.close();
    }
    const named = await startMotionServer({ avatarAliases: { old: 'aria' } });
    try {
      const headers = { 'X-App-ID': TEST_APP_ID, 'X-Session-Key': await named.token() };
      assert.equal((await upgrade(`${named.ingressUrl}/websocket?id=old`, headers)).status, 101);
      assert.equal((await upgrade(`${named.ingressUrl}/websocket?id=other`, headers)).status, 404);
    } finally {
      await named.close();
    }
  });

  it('admits by headers and by query alike', async () => {
    assert.equal((await withHeaders(token)).status, 101);
    assert.equal((await upgrade(`${socketUrl}?id=aria&appId=${TEST_APP_ID}&sessionKey=${token}`)).status, 101);
  });

  it('admits several connections with one token', async () => {
    assert.equal((await withHeaders(token)).status, 101);
    assert.equal((await withHeaders(token)).status, 101);
  });

  it('refuses a missing, garbled or forged token with 400', async () => {
    const refused = { status: 400, body: '{"message":"Invalid session token"}\n' };
    const [header, payload] = token.split('.') as [string, string];
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const longer = Buffer.from(JSON.stringify({ ...claims, exp: inSeconds(1e6) })).toString('base64url');
    const ofOtherKey = await createSessionTokens('another key').issue(TEST_APP_ID, inSeconds(60));
    for (const wrong of ['', 'x', 'a.b.c', token.slice(0, -3), unsigned, `${header}.${longer}.${token.split('.')[2]}`, ofOtherKey]) {
      assert.deepEqual(await withHeaders(wrong), refused);
    }
    assert.deepEqual(await upgrade(`${socketUrl}?id=aria`), refused);
  });

  it('refuses an expired token with 401', async () => {
    assert.deepEqual(await withHeaders(await tokens.issue(TEST_APP_ID, inSeconds(-10))), {
      status: 401,
      body: '{"message":"Session token expired"}\n',
    });
  });

  it('refuses a token of another app id with 400, and an app it does not serve with 404', async () => {
    assert.deepEqual(await withHeaders(token, 'app_other'), { status: 400, body: '{"message":"App ID mismatch"}\n' });
    const foreign = await tokens.issue('app_other', inSeconds(60));
    assert.deepEqual(await withHeaders(foreign, 'app_other'), { status: 404, body: '{"message":"App ID unrecognized"}\n' });
  });

  it('refuses an unknown avatar with 404 and its id', async () => {
    assert.deepEqual(await withHeaders(token, TEST_APP_ID, 'nobody'), { status: 404, body: '{"message":"Avatar not found: nobody"}\n' });
    assert.deepEqual(await withHeaders(token, TEST_APP_ID, '../aria'), { status: 404, body: '{"message":"Avatar not found: ../aria"}\n' });
    assert.deepEqual(await withHeaders(token, TEST_APP_ID, ''), { status: 404, body: '{"message":"Avatar not found: "}\n' });
  });

  it('refuses other paths with 404', async () => {
    assert.equal((await upgrade(`${running.url}/other`)).status, 404);
    assert.equal((await upgrade(`${running.url}//`)).status, 404);
  });

  it('tells a plain GET of the same address why it would refuse, to pages of any origin', async () => {
    const ask = async (query: string): Promise<[number, string, string | null]> => {
      const response = await fetch(`${socketUrl.replace(/^ws/, 'http')}?${query}`);
      return [response.status, await response.text(), response.headers.get('access-control-allow-origin')];
    };
    const expired = await tokens.issue(TEST_APP_ID, inSeconds(-10));
    assert.deepEqual(await ask(`id=aria&appId=${TEST_APP_ID}&sessionKey=${expired}`), [401, '{"message":"Session token expired"}\n', '*']);
    assert.deepEqual(await ask(`id=aria&appId=${TEST_APP_ID}&sessionKey=${token}`), [426, '{"message":"Upgrade to WebSocket"}\n', '*']);
  });

  it('accepts the tokens of another server with the same key, and not those of one with another secret', async () => {
    const twin = await startMotionServer();
    const stranger = await startMotionServer({ tokenSecret: 'another secret' });
    assert.equal((await withHeaders(await twin.token())).status, 101);
    assert.equal((await withHeaders(await stranger.token())).status, 400);
    await Promise.all([twin.close(), stranger.close()]);
  });

  it('refuses sessions above the limit with 503, and takes new ones when others have left', async () => {
    const small = await startMotionServer({ limits: { maxSessions: 2 } });
    const clients = [await small.open(), await small.open()];
    const query = `id=aria&appId=${TEST_APP_ID}&sessionKey=${await small.token()}`;
    assert.deepEqual(await upgrade(`${small.ingressUrl}/websocket?${query}`), { status: 503, body: '{"message":"Too many sessions"}\n' });
    await clients[0].close();
    const next = await IngressClient.connect(`${small.ingressUrl}/websocket?${query}`);
    await Promise.all([next.close(), clients[1].close()]);
    await small.close();
  });

  it('asks `authorizeSession` last, and tells a page what it would tell a client', async () => {
    const visits: string[] = [];
    const guarded = await startMotionServer({
      authorizeSession: async ({ avatarId, header }) => {
        visits.push(avatarId);
        if (header('x-plan') !== 'paid') throw new AvatarError(ErrorCode.billingRequired, 'no plan');
      },
    });
    const url = `${guarded.ingressUrl}/websocket?id=aria&appId=${TEST_APP_ID}`;
    const denied = { status: 402, body: '{"message":"Session denied: no plan"}\n' };
    assert.equal((await upgrade(`${url}&sessionKey=wrong`)).status, 400);
    assert.lengthOf(visits, 0);
    const withToken = `${url}&sessionKey=${await guarded.token()}`;
    assert.deepEqual(await upgrade(withToken), denied);
    assert.equal((await upgrade(withToken, { 'x-plan': 'paid' })).status, 101);
    const asked = await fetch(withToken.replace(/^ws/, 'http'));
    assert.deepEqual({ status: asked.status, body: await asked.text() }, denied);
    assert.deepEqual(visits, ['aria', 'aria', 'aria']);
    await guarded.close();
  });

  it('ends all sessions of one account by one signal, however many they are', async () => {
    const warnings: string[] = [];
    const noteWarning = ({ name }: Error): unknown => warnings.push(name);
    process.on('warning', noteWarning);
    const credits = new AbortController();
    const account = await startMotionServer({ authorizeSession: () => ({ creditsSignal: credits.signal }) });
    try {
      const clients = await Promise.all(Array.from({ length: 12 }, () => account.open()));
      credits.abort();
      const closings = await Promise.all(clients.map(({ closed }) => closed));
      assert.deepEqual([...new Set(closings.map(({ code }) => code))], [4001]);
      assert.deepEqual(warnings, []);
    } finally {
      process.off('warning', noteWarning);
      await account.close();
    }
  });

  it('tells its operator when `authorizeSession` itself is at fault, and its visitor nothing of it', async () => {
    const told: unknown[] = [];
    const fault = new TypeError('no database');
    const broken = await startMotionServer({
      onError: (error) => told.push(error),
      authorizeSession: () => {
        throw fault;
      },
    });
    const url = `${broken.ingressUrl}/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${await broken.token()}`;
    assert.deepEqual(await upgrade(url), { status: 500, body: '{"message":"Internal server error"}\n' });
    assert.deepEqual(told, [fault]);
    await broken.close();
  });

  it('hangs up on connections that never finish their request', async () => {
    const strict = await startMotionServer({ limits: { headersTimeoutMs: 300 } });
    const { port } = new URL(strict.url);
    const ended = (firstBytes: string): Promise<number> =>
      new Promise((resolve) => {
        const begin = performance.now();
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(firstBytes));
        socket.on('error', () => {});
        socket.on('close', () => resolve(performance.now() - begin));
        socket.resume();
      });
    const durations = await Promise.all([
      ended(''),
      ended('GET /v2/driveningress/websocket HTTP/1.1\r\nHost: x\r\n'),
      ended('GET / HTTP/1.1\r\nX: '),
    ]);
    for (const duration of durations) assert.isBelow(duration, 5000);
    await strict.close();
  });
});
