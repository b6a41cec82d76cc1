import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { assert } from 'chai';

import { createSessionTokens } from '../../../src/server/session-tokens.js';
import { newAvatarSession } from '../../../src/server-sdk/avatar-session.js';
import { prewarm } from '../../../src/server-sdk/prewarm.js';
import { forgetRegions } from '../../../src/server-sdk/region-finder.js';
import { createSessionPool } from '../../../src/server-sdk/session-pool.js';
import { sharedTokens } from '../../../src/server-sdk/token-source.js';
import { type RunningServer, startMotionServer, TEST_API_KEY, TEST_APP_ID } from '../../helpers/node/motion-server.js';
import { failureOf } from '../../helpers/node/server-sdk.js';

/** Console and bootstrap service in one, which count who asks. */
class CountingConsole {
  readonly tokenRequests: { expireAt: number; appId: string; key: string | undefined }[] = [];
  readonly regionRequests: object[] = [];
  /** Instead of a genuine token. */
  token: string | null = null;
  region: unknown = { current: 'eu-central', candidates: [] };
  private readonly tokens = createSessionTokens(TEST_API_KEY);
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request
      .on('data', (part: Buffer) => (body += part.toString()))
      .on('end', () => {
        const asked = JSON.parse(body) as { expireAt: number; appId: string };
        if (request.url === '/bootstrap') {
          this.regionRequests.push(asked);
          response.end(JSON.stringify({ region: this.region }));
          return;
        }
        this.tokenRequests.push({ ...asked, key: request.headers['x-api-key'] as string | undefined });
        void this.tokens
          .issue(asked.appId, asked.expireAt)
          .then((sessionToken) => response.end(JSON.stringify({ sessionToken: this.token ?? sessionToken })));
      });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe('prewarm()', () => {
  const counting = new CountingConsole();
  let running: RunningServer;
  before(async () => {
    await counting.start();
    running = await startMotionServer();
  });
  after(async () => {
    counting.stop();
    await running.close();
  });
  afterEach(() => {
    sharedTokens.clear();
    forgetRegions();
    counting.token = null;
    counting.region = { current: 'eu-central' };
    counting.tokenRequests.length = 0;
    counting.regionRequests.length = 0;
  });

  const endpoints = () => ({
    appId: TEST_APP_ID,
    apiKey: TEST_API_KEY,
    consoleEndpointUrl: counting.url,
    ingressEndpointUrl: running.ingressUrl,
  });
  const start = async (): Promise<void> => {
    await using session = newAvatarSession({ ...endpoints(), avatarId: 'aria' });
    await session.start();
  };

  it('fetches one token that all sessions share', async () => {
    const results = await Promise.all([prewarm(endpoints()), prewarm(endpoints())]);
    for (const result of results)
      assert.deepInclude(result, { sessionTokenPrefetched: true, region: null, ingressEndpointUrl: running.ingressUrl });
    await Promise.all([start(), start()]);
    assert.lengthOf(counting.tokenRequests, 1);
    assert.deepInclude(counting.tokenRequests[0], { appId: TEST_APP_ID, key: TEST_API_KEY });
    assert.closeTo(counting.tokenRequests[0].expireAt, Date.now() / 1000 + 3600, 5);
  });

  it('is not needed: without it each session asks for a token of its own', async () => {
    await start();
    await start();
    assert.lengthOf(counting.tokenRequests, 2);
  });

  it('uses no token that would expire within a minute', async () => {
    await prewarm({ ...endpoints(), expireAt: new Date(Date.now() + 50_000) });
    await start();
    assert.lengthOf(counting.tokenRequests, 2);
  });

  it('replaces a shared token that the server refuses, unnoticed', async () => {
    counting.token = 'used-up';
    await prewarm(endpoints());
    counting.token = null;
    await start();
    assert.lengthOf(counting.tokenRequests, 2);
    // One that is refused fresh from the console is an error.
    sharedTokens.clear();
    counting.token = 'useless';
    assert.equal((await failureOf(start())).code, 'sessionTokenInvalid');
    assert.lengthOf(counting.tokenRequests, 3);
  });

  it('serves a whole pool with one token', async () => {
    await using pool = createSessionPool({ ...endpoints(), avatarId: 'aria', minSessions: 4 });
    const sessions = await Promise.all([1, 2, 3, 4].map(() => pool.borrow()));
    for (const session of sessions) session.release();
    assert.lengthOf(counting.tokenRequests, 1);
  });

  it('finds the region where it is asked to, keeps it, and knows its servers', async () => {
    const options = { appId: TEST_APP_ID, region: 'auto', bootstrapUrl: `${counting.url}/bootstrap` };
    const expected = {
      region: 'eu-central',
      consoleEndpointUrl: 'https://console.eu-central.spatius.ai/v1/console',
      ingressEndpointUrl: 'wss://api.eu-central.spatius.ai/v2/driveningress',
      sessionTokenPrefetched: false,
    };
    assert.deepEqual(await prewarm(options), expected);
    counting.region = { current: 'ap-northeast' };
    assert.deepEqual(await prewarm(options), expected);
    assert.lengthOf(counting.regionRequests, 1);
    assert.deepInclude(counting.regionRequests[0], { app_id: TEST_APP_ID, region: 'auto', platform: 'node' });
  });

  it('falls back to us-west where no region can be had, and asks nobody for a region that is given', async () => {
    for (const region of ['eu-central', null, { current: 'evil.example/x-y' }, { current: 7 }]) {
      counting.region = region;
      assert.equal((await prewarm({ appId: 'a', region: 'auto', bootstrapUrl: `${counting.url}/bootstrap` })).region, 'us-west');
    }
    assert.equal((await prewarm({ appId: 'a', region: 'auto', bootstrapUrl: 'http://127.0.0.1:9/' })).region, 'us-west');
    counting.regionRequests.length = 0;
    assert.equal(
      (await prewarm({ appId: 'a', region: 'cn-beijing', bootstrapUrl: `${counting.url}/bootstrap` })).consoleEndpointUrl,
      'https://console.cn-beijing.spatialwalk.top/v1/console',
    );
    await prewarm({ ...endpoints(), region: 'auto', bootstrapUrl: `${counting.url}/bootstrap` });
    assert.lengthOf(counting.regionRequests, 0);
  });

  it('never rejects', async () => {
    assert.isFalse((await prewarm({ ...endpoints(), consoleEndpointUrl: 'http://127.0.0.1:9' })).sessionTokenPrefetched);
    assert.isFalse((await prewarm({ ...endpoints(), signal: AbortSignal.abort() })).sessionTokenPrefetched);
    assert.isNull((await prewarm({ appId: '', region: 'no region' })).region);
  });
});
