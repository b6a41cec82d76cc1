import { assert, describe, it } from '#test';

import { TokenProvider, tokenFromAnswer } from '../../../../src/avatar/connection/session-token.js';

const PLACE = 'https://app.example/token';

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'resolved',
    (error: { code: string }) => error.code,
  );
}

function provider(answers: (() => Response | Promise<Response>)[], now = () => 0) {
  const requests: { url: string; body: unknown; method: string | undefined }[] = [];
  const tokens = new TokenProvider({
    source: { tokenEndpoint: '/token?user=7' },
    appId: 'app',
    baseUrl: 'https://app.example/page',
    now,
    fetch: async (url, init) => {
      requests.push({ url: String(url), body: JSON.parse(String(init?.body)), method: init?.method });
      return answers[Math.min(requests.length, answers.length) - 1]();
    },
  });
  return { tokens, requests };
}

const json =
  (body: unknown, status = 200) =>
  () =>
    new Response(JSON.stringify(body), { status });

describe('TokenProvider', () => {
  it('posts the app id to the endpoint', async () => {
    const { tokens, requests } = provider([json({ sessionToken: 'abc' })]);
    assert.equal(await tokens.token(false), 'abc');
    assert.deepEqual(requests, [{ url: 'https://app.example/token?user=7', body: { appId: 'app' }, method: 'POST' }]);
  });

  it('keeps a token until shortly before its end', async () => {
    let now = 0;
    const { tokens, requests } = provider(
      [json({ sessionToken: 'one', expiredAt: new Date(600_000).toISOString() }), json({ sessionToken: 'two', expiresAt: 9999 })],
      () => now,
    );
    assert.equal(await tokens.token(false), 'one');
    now = 500_000;
    assert.equal(await tokens.token(false), 'one');
    now = 545_000;
    assert.equal(await tokens.token(false), 'two');
    assert.equal(requests.length, 2);
  });

  it('reads an answer that is no token only up to 64 kB', async () => {
    let sentBytes = 0;
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sentBytes += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(32));
      },
      cancel: () => {
        isCancelled = true;
      },
    });
    const { tokens } = provider([() => new Response(endless)]);
    assert.equal(await codeOf(tokens.token(false)), 'tokenRequestFailed');
    assert.isTrue(isCancelled);
    assert.isAtMost(sentBytes, 2 * 65_536);
  });

  it('asks anew when the kept one was refused', async () => {
    const { tokens } = provider([json({ sessionToken: 'one' }), json({ sessionToken: 'two' })]);
    await tokens.token(false);
    assert.equal(await tokens.token(true), 'two');
  });

  it('asks once for two who need one at the same time', async () => {
    const { tokens, requests } = provider([json({ sessionToken: 'one' })]);
    assert.deepEqual(await Promise.all([tokens.token(false), tokens.token(false)]), ['one', 'one']);
    assert.equal(requests.length, 1);
  });

  it('says that an endpoint cannot be reached', async () => {
    const { tokens } = provider([() => Promise.reject(new TypeError('Failed to fetch'))]);
    assert.equal(await codeOf(tokens.token(false)), 'tokenRequestFailed');
  });

  it('prefers the function of the app and checks what it gives', async () => {
    const asked: boolean[] = [];
    const source = { sessionToken: 'fixed', requestToken: async (isRefresh: boolean) => (asked.push(isRefresh), 'own') };
    assert.equal(await new TokenProvider({ source, appId: 'app' }).token(true), 'own');
    assert.deepEqual(asked, [true]);
    const broken = { requestToken: async () => undefined as unknown as string };
    assert.equal(await codeOf(new TokenProvider({ source: broken, appId: 'app' }).token(false)), 'tokenRequestFailed');
  });

  it('says what is missing when there is no source at all', async () => {
    assert.equal(await new TokenProvider({ source: { sessionToken: 'fixed' }, appId: 'app' }).token(false), 'fixed');
    assert.equal(await codeOf(new TokenProvider({ source: {}, appId: 'app' }).token(false)), 'invalidConfiguration');
  });
});

describe('The answer of a token endpoint', () => {
  it('may name the token in every spelling in use, nested or not', () => {
    for (const name of ['sessionToken', 'sessionKey', 'token', 'session_token']) {
      assert.equal(tokenFromAnswer(200, JSON.stringify({ [name]: 'abc' }), PLACE).token, 'abc');
      assert.equal(tokenFromAnswer(201, JSON.stringify({ data: { [name]: 'abc' } }), PLACE).token, 'abc');
    }
  });

  it('tells the end of validity by itself or by the JWT', () => {
    const jwt = `x.${btoa(JSON.stringify({ exp: 1234 }))}.y`;
    assert.equal(tokenFromAnswer(200, JSON.stringify({ token: jwt }), PLACE).expiresAtMs, 1_234_000);
    assert.equal(tokenFromAnswer(200, JSON.stringify({ token: 'x', expire_at: 99 }), PLACE).expiresAtMs, 99_000);
    assert.isNull(tokenFromAnswer(200, JSON.stringify({ token: 'x' }), PLACE).expiresAtMs);
  });

  it('is refused with words that help', () => {
    const cases: [number, string | null, RegExp][] = [
      [401, '{"errors":[{"detail":"bad key"}]}', /401: bad key.*API key/],
      [404, '<html>', /404.*path/],
      [500, '', /500/],
      [200, '<!doctype html><title>App</title>', /HTML page/],
      [200, 'hello', /no JSON/],
      [200, '{"ok":true}', /no sessionToken/],
      [200, '{"sessionToken":7}', /no sessionToken/],
      [200, '[]', /no sessionToken/],
      [200, '{"errors":[{"title":"Invalid Argument"}]}', /Invalid Argument/],
      [200, null, /far more/],
    ];
    for (const [status, text, words] of cases) assert.throws(() => tokenFromAnswer(status, text, PLACE), words);
  });
});
