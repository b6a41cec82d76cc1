import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { assert } from 'chai';

import type { MotionServerOptions } from '../../../src/server/motion-server.js';
import { ServerErrorCode } from '../../../src/server/server-error-code.js';
import { type RunningServer, startMotionServer, voicePcm } from '../../helpers/node/motion-server.js';
import { until } from '../../helpers/until.js';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function withServer(options: Partial<MotionServerOptions>, run: (running: RunningServer) => Promise<void>): Promise<void> {
  const running = await startMotionServer(options);
  try {
    await run(running);
  } finally {
    await running.close();
  }
}

const statusOf = async (running: RunningServer, path: string): Promise<number> => (await fetch(running.url + path)).status;

describe('the probes of a Motion Server', () => {
  it('say ready until it drains, then 503, and it serves on until load balancers have left', async () => {
    const running = await startMotionServer({ limits: { drainDelayMs: 1500 } });
    const busy = await running.open();
    for (const path of ['/livez', '/readyz', '/healthz']) assert.equal(await statusOf(running, path), 200);
    const stopped = running.close();
    const response = await fetch(`${running.url}/readyz`);
    assert.deepEqual([response.status, response.headers.get('connection')], [503, 'close']);
    assert.equal(((await response.json()) as { status: string }).status, 'draining');
    assert.equal(await statusOf(running, '/livez'), 200);
    // Who was sent here by a load balancer that does not know yet is served.
    const late = await running.open();
    late.sendAudio('r', voicePcm(0.2), true);
    assert.isNull((await late.answer('r')).error);
    assert.equal((await busy.closed).code, 1001);
    assert.equal((await late.closed).code, 1001);
    await stopped;
  });

  it('say 503 while the memory budget is nearly used', () =>
    // A session counts for 32 KiB: five are more than 60 % of it, and none holds an eighth.
    withServer({ limits: { memoryBudgetBytes: 272_000 } }, async (running) => {
      const clients = [];
      for (let count = 0; count < 5; count++) {
        assert.equal(await statusOf(running, '/readyz'), 200);
        clients.push(await running.open());
      }
      assert.equal(await statusOf(running, '/readyz'), 503);
      assert.equal(await statusOf(running, '/livez'), 200);
      await clients[0].close();
      await until(async () => (await statusOf(running, '/readyz')) === 200);
    }));

  it('answer on while the memory budget has no room for one session', () =>
    withServer({ limits: { memoryBudgetBytes: 40_000 } }, async (running) => {
      const client = await running.connect();
      assert.equal((await client.nextError()).code, ServerErrorCode.unavailable);
      await client.closed;
      await until(async () => (await statusOf(running, '/readyz')) === 200);
    }));
});

describe('the shutdown of a Motion Server', () => {
  it('answers HTTP requests that are in progress', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const running = await startMotionServer({
      tokenEndpoint: {
        async authorize() {
          await held;
          return true;
        },
      },
    });
    const answer = fetch(`${running.url}/api/session-token`, { method: 'POST' });
    await sleep(100);
    const stopped = running.close();
    await sleep(100);
    release();
    assert.equal((await answer).status, 200);
    await stopped;
  });
});

describe('connections that are kept', () => {
  it('last as long as they are told to', () =>
    withServer({ limits: { keepAliveTimeoutMs: 400 } }, async (running) => {
      const socket = connect(Number(new URL(running.url).port), '127.0.0.1');
      socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await new Promise((resolve) => socket.once('data', resolve));
      const begin = performance.now();
      await new Promise((resolve) => socket.once('close', resolve).resume());
      assert.isAtLeast(performance.now() - begin, 390);
    }));
});

describe('/metrics', () => {
  const read = async (running: RunningServer, headers: Record<string, string> = {}): Promise<[number, string]> => {
    const response = await fetch(`${running.url}/metrics`, { headers });
    return [response.status, await response.text()];
  };
  const valueOf = (text: string, name: string): number =>
    Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);

  it('tell sessions, requests, time to the first motion, engine time, bytes and refusals', () =>
    withServer({ threads: 1 }, async (running) => {
      const client = await running.open();
      client.sendAudio('r', voicePcm(2), true);
      await client.answer('r');
      client.sendAudio('bad', Uint8Array.from(Buffer.from('RIFF----WAVEfmt data')), true);
      await client.answer('bad');
      await fetch(`${running.ingressUrl.replace(/^ws/, 'http')}/websocket?id=aria`);
      await running.connect().then(
        (other) => other.close(),
        () => {},
      );
      const [status, text] = await read(running);
      assert.equal(status, 200);
      assert.equal(valueOf(text, 'spatius_sessions'), 1);
      assert.equal(valueOf(text, 'spatius_sessions_limit'), 500);
      assert.equal(valueOf(text, 'spatius_sessions_opened_total'), 1);
      assert.equal(valueOf(text, 'spatius_requests_total{result="ended"}'), 1);
      assert.equal(valueOf(text, 'spatius_requests_total{result="failed"}'), 1);
      assert.equal(valueOf(text, 'spatius_first_motion_seconds_count'), 1);
      assert.closeTo(valueOf(text, 'spatius_motion_seconds_total'), 2, 0.1);
      assert.isAbove(valueOf(text, 'spatius_engine_busy_seconds{thread="0"}'), 0);
      assert.isAbove(valueOf(text, 'spatius_received_bytes_total'), 64_000);
      assert.isAbove(valueOf(text, 'spatius_sent_bytes_total'), 1000);
      assert.equal(valueOf(text, 'spatius_memory_budget_bytes'), 256 * 1024 * 1024);
      assert.isAbove(valueOf(text, 'spatius_memory_used_bytes'), 0);
      assert.equal(valueOf(text, 'spatius_ready'), 1);
      assert.isAbove(valueOf(text, 'process_resident_memory_bytes'), 0);
      await client.close();
    }));

  it('count refusals by reason', () =>
    withServer({ limits: { maxSessionsPerToken: 0 } }, async (running) => {
      await running.connect().catch(() => {});
      const [, text] = await read(running);
      assert.equal(valueOf(text, 'spatius_refusals_total{code="429"}'), 1);
      assert.isAtLeast(valueOf(text, 'spatius_quota_refusals_total{quota="token"}'), 1);
    }));

  it('are for the local network, or for those who know the token', async () => {
    await withServer({}, async (running) => {
      assert.equal((await read(running, { 'x-forwarded-for': '203.0.113.5' }))[0], 403);
    });
    await withServer({ metricsToken: 'scrape' }, async (running) => {
      assert.equal((await read(running))[0], 403);
      assert.equal((await read(running, { authorization: 'Bearer other' }))[0], 403);
      assert.equal((await read(running, { authorization: 'Bearer scrape', 'x-forwarded-for': '203.0.113.5' }))[0], 200);
    });
  });
});
