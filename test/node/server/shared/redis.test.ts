import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { assert } from 'chai';

import { createMotionServer, type MotionServer } from '../../../../src/server/motion-server.js';
import { IngressClient, TEST_API_KEY, TEST_APP_ID, voicePcm } from '../../../helpers/node/motion-server.js';
import { until } from '../../../helpers/until.js';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

describe('servers that share a Redis', { skip: hasRedis ? false : 'redis-server is not installed', timeout: 60_000 }, () => {
  let redis: ChildProcess;
  let redisUrl: string;
  const servers: { server: MotionServer; url: string }[] = [];
  const tokenIds: string[] = [];

  before(async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], { stdio: 'pipe' });
    let output = '';
    redis.stdout!.on('data', (text: Buffer) => (output += text.toString()));
    await until(() => /Ready to accept connections/.test(output));
    redisUrl = `redis://127.0.0.1:${port}`;
    for (let count = 0; count < 2; count++) {
      const server = createMotionServer({
        apiKey: TEST_API_KEY,
        appId: TEST_APP_ID,
        redisUrl,
        singleUseTokens: true,
        rates: { app: { requestsPerSecond: 4 / 60 } },
        authorizeSession: ({ tokenId }) => void tokenIds.push(tokenId),
        onError: () => undefined,
      });
      servers.push({ server, url: await server.listen(0) });
    }
  });
  after(async () => {
    for (const { server } of servers) await server.close();
    redis.kill();
  });

  async function addressOfSession(): Promise<string> {
    const { sessionToken } = (await (await fetch(`${servers[0].url}/api/session-token`, { method: 'POST' })).json()) as {
      sessionToken: string;
    };
    return `/v2/driveningress/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${sessionToken}`;
  }
  const connect = (index: number, address: string): Promise<IngressClient> =>
    IngressClient.connect(servers[index].url.replace(/^http/, 'ws') + address);

  it('know what another has used or revoked, and count rates together', async () => {
    const used = await addressOfSession();
    const first = await connect(0, used);
    assert.match(String(await connect(1, used).catch((error: Error) => error.message)), /401/);

    const revoked = await addressOfSession();
    assert.equal((await fetch(servers[1].url + revoked)).status, 426);
    await servers[0].server.revokeToken(tokenIds.at(-1)!);
    assert.equal((await fetch(servers[1].url + revoked)).status, 401);

    const second = await connect(1, await addressOfSession());
    // Five in all, and the fifth is the first beyond the limit of both: neither server alone has reached it.
    for (const [client, count] of [
      [first, 3],
      [second, 2],
    ] as const) {
      client.send({ case: 'clientConfigureSession', value: {} });
      assert.equal((await client.next()).data.case, 'serverConfirmSession');
      for (let index = 0; index < count; index++) {
        client.sendAudio(`request ${index}`, voicePcm(0.1), true);
        assert.isNull((await client.answer(`request ${index}`)).error);
      }
    }
    const another = await addressOfSession();
    // The server that brings the sum above the limit learns of it.
    await until(async () => {
      const answers = await Promise.all(servers.map(({ url }) => fetch(url + another)));
      return answers.some(({ status }) => status === 429);
    });
  });

  it('refuse sessions while the Redis is away', async () => {
    redis.kill();
    await once(redis, 'exit');
    const address = await addressOfSession();
    assert.equal((await fetch(servers[0].url + address)).status, 503);
  });
});
