import { after, before, describe, it } from 'node:test';
import { assert } from 'chai';

import { type RunningServer, startMotionServer, TEST_API_KEY, TEST_APP_ID } from '../../helpers/node/motion-server.js';

interface ConsoleError {
  id: string;
  status: number;
  code: string;
  title: string;
  detail: string;
}

describe('the console API', () => {
  let running: RunningServer;
  before(async () => void (running = await startMotionServer()));
  after(() => running.close());

  const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
  const post = (body: unknown, apiKey: string | null = TEST_API_KEY): Promise<Response> =>
    fetch(`${running.url}/v1/console/session-tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(apiKey !== null && { 'x-api-key': apiKey }) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const refusal = async (response: Response): Promise<[number, string]> => {
    const { errors } = (await response.json()) as { errors: ConsoleError[] };
    assert.lengthOf(errors, 1);
    const error = errors[0];
    assert.equal(error.status, response.status);
    assert.isNotEmpty(error.id);
    assert.isNotEmpty(error.title);
    assert.isNotEmpty(error.detail);
    return [response.status, error.code];
  };

  it('gives a token for either spelling of the expiry, with and without the app id', async () => {
    for (const body of [
      { expireAt: inSeconds(60) },
      { expire_at: inSeconds(60) },
      { expireAt: inSeconds(86_399), appId: TEST_APP_ID },
      { expire_at: inSeconds(60), app_id: TEST_APP_ID, modelVersion: '' },
    ]) {
      const response = await post(body);
      assert.equal(response.status, 200);
      const answer = (await response.json()) as Record<string, string>;
      assert.match(answer.sessionToken, /^[\w-]+\.[\w-]+\.[\w-]+$/);
      assert.equal(answer.session_token, answer.sessionToken);
    }
  });

  it('refuses a missing or wrong key with 401, in words that stock SDKs do not take for an egress', async () => {
    for (const key of [null, '', 'x', `${TEST_API_KEY}x`]) {
      assert.deepEqual(await refusal(await post({ expireAt: inSeconds(60) }, key)), [401, 'INVALID_API_KEY']);
    }
    assert.notMatch(await (await post({ expireAt: inSeconds(60) }, 'x')).text(), /unauth/i);
  });

  it('refuses an expiry that is missing, past, too far, or no whole number', async () => {
    for (const expireAt of [undefined, null, inSeconds(-1), 0, inSeconds(86_500), Date.now() + 60_000, '60', inSeconds(60) + 0.5, true]) {
      assert.deepEqual(await refusal(await post({ expireAt })), [400, 'INVALID_ARGUMENT'], String(expireAt));
    }
    assert.match(await (await post({ expireAt: 1 })).text(), /expire_at must be in the future/);
  });

  it('refuses bodies that are no JSON object, and bodies that are too long', async () => {
    for (const body of ['', '{', '[]', 'null', '"x"']) assert.deepEqual(await refusal(await post(body)), [400, 'INVALID_ARGUMENT'], body);
    assert.equal((await post({ expireAt: inSeconds(60), x: 'x'.repeat(70_000) })).status, 413);
  });

  it('refuses another app id with 404 and other methods with 405', async () => {
    assert.deepEqual(await refusal(await post({ expireAt: inSeconds(60), appId: 'app_other' })), [404, 'NOT_FOUND']);
    assert.deepEqual(await refusal(await fetch(`${running.url}/v1/console/session-tokens`)), [405, 'METHOD_NOT_ALLOWED']);
  });
});
