import { describe, it } from 'node:test';
import { assert } from 'chai';

import { createMotionServer } from '../../../../src/server/motion-server.js';
import { MemoryTokenStore } from '../../../../src/server/shared/token-store.js';
import { AvatarError } from '../../../../src/shared/contracts/errors.js';
import { IngressClient, TEST_API_KEY, TEST_APP_ID } from '../../../helpers/node/motion-server.js';

describe('tokens that are stored', () => {
  it('are forgotten when they would have expired', async () => {
    let now = 1000;
    const store = new MemoryTokenStore(() => now);
    assert.isTrue(await store.claim('a', 1060));
    assert.isFalse(await store.claim('a', 1060));
    await store.revoke('b', 60);
    assert.isTrue(await store.isRevoked('b'));
    assert.isFalse(await store.isRevoked('a'));
    now += 60;
    assert.isFalse(await store.isRevoked('b'));
    for (let index = 0; index < 3000; index++) await store.claim(`token ${index}`, now++);
    assert.isBelow(store.size, 1100);
  });

  it('can be revoked: their sessions end with 4010, and no further one opens', async () => {
    let tokenId = '';
    const server = createMotionServer({
      apiKey: TEST_API_KEY,
      appId: TEST_APP_ID,
      authorizeSession: (attempt) => void (tokenId = attempt.tokenId),
    });
    const url = await server.listen(0);
    try {
      const { sessionToken } = (await (await fetch(`${url}/api/session-token`, { method: 'POST' })).json()) as { sessionToken: string };
      const address = `/v2/driveningress/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${sessionToken}`;
      const client = await IngressClient.connect(url.replace(/^http/, 'ws') + address);
      await server.revokeToken(tokenId);
      const error = await client.nextError();
      assert.deepEqual([error.code, error.message], [4010, 'Session token expired: it was revoked']);
      assert.equal((await client.closed).code, 4010);
      assert.equal((await fetch(url + address)).status, 401);
    } finally {
      await server.close();
    }
  });

  it('open one session each where that is set, and a question about it does not use them', async () => {
    const server = createMotionServer({ apiKey: TEST_API_KEY, appId: TEST_APP_ID, singleUseTokens: true });
    const url = await server.listen(0);
    try {
      const { sessionToken } = (await (await fetch(`${url}/api/session-token`, { method: 'POST' })).json()) as { sessionToken: string };
      const address = `/v2/driveningress/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${sessionToken}`;
      assert.equal((await fetch(url + address)).status, 426);
      const client = await IngressClient.connect(url.replace(/^http/, 'ws') + address);
      await client.close();
      const refused = await IngressClient.connect(url.replace(/^http/, 'ws') + address).catch((error: Error) => error);
      assert.match((refused as Error).message, /401/);
    } finally {
      await server.close();
    }
  });

  it('need a Redis that answers where one is named', async () => {
    const server = createMotionServer({ apiKey: TEST_API_KEY, appId: TEST_APP_ID, redisUrl: 'redis://:secret@127.0.0.1:1' });
    const error = await server.listen(0).then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.instanceOf(error, AvatarError);
    assert.match((error as AvatarError).message, /Redis does not answer/);
    assert.notMatch(String((error as AvatarError).message), /secret/);
  });
});
