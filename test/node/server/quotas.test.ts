import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { assert } from 'chai';

import { createMessage, encodeMessage } from '../../../src/motion/protocol/envelope.js';
import { FairScheduler, type Runnable } from '../../../src/server/fair-scheduler.js';
import { MemoryBudget } from '../../../src/server/memory-budget.js';
import type { MotionServerOptions } from '../../../src/server/motion-server.js';
import type { ServerLogger } from '../../../src/shared/core/server-log.js';
import {
  IngressClient,
  type RunningServer,
  startMotionServer,
  TEST_API_KEY,
  TEST_APP_ID,
  voicePcm,
} from '../../helpers/node/motion-server.js';

async function withServer(options: Partial<MotionServerOptions>, run: (running: RunningServer) => Promise<void>): Promise<void> {
  const running = await startMotionServer(options);
  try {
    await run(running);
  } finally {
    await running.close();
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function collectedLog(): { logger: ServerLogger; lines: (Record<string, unknown> & { event: string; atMs: number })[] } {
  const lines: (Record<string, unknown> & { event: string; atMs: number })[] = [];
  const take = (fields: Readonly<Record<string, unknown>>, event: string) => void lines.push({ ...fields, event, atMs: performance.now() });
  return { logger: { debug: take, info: take, warn: take, error: take }, lines };
}

/** Status and message of a refused session; 101 for one that stays open. */
async function attempt(
  running: RunningServer,
  token: string,
  localAddress = '127.0.0.1',
  appId = TEST_APP_ID,
): Promise<{ status: number; message: string; socket?: Socket }> {
  return new Promise((resolve, reject) => {
    const upgrade = request(`${running.ingressUrl.replace(/^ws/, 'http')}/websocket?id=aria&appId=${appId}&sessionKey=${token}`, {
      localAddress,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16, 7).toString('base64'),
      },
    });
    upgrade.on('upgrade', (_response, socket) => resolve({ status: 101, message: '', socket: socket as Socket }));
    upgrade.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () =>
        resolve({ status: response.statusCode!, message: (JSON.parse(body || '{}') as { message?: string }).message ?? '' }),
      );
    });
    upgrade.on('error', reject);
    upgrade.end();
  });
}

async function consoleToken(running: RunningServer, apiKey = TEST_API_KEY): Promise<string> {
  const response = await fetch(`${running.url}/v1/console/session-tokens`, {
    method: 'POST',
    headers: { 'x-api-key': apiKey },
    body: JSON.stringify({ expireAt: Math.floor(Date.now() / 1000) + 60 }),
  });
  return ((await response.json()) as { sessionToken: string }).sessionToken;
}

/** The first part of a WebSocket frame that announces a message of `totalBytes`. */
function beginningOf(totalBytes: number, sentBytes: number): Buffer {
  const frame = Buffer.alloc(14 + sentBytes);
  frame[0] = 0x82;
  frame[1] = 0x80 | 127;
  frame.writeBigUInt64BE(BigInt(totalBytes), 2);
  return frame;
}

describe('the quotas of a Motion Server', () => {
  it('let one public token have 4 sessions, and report it once', async () => {
    const { logger, lines } = collectedLog();
    await withServer({ logger }, async (running) => {
      const token = await running.token();
      const results = await Promise.all(Array.from({ length: 12 }, () => attempt(running, token)));
      const open = results.filter(({ status }) => status === 101);
      assert.lengthOf(open, 4);
      const refused = results.find(({ status }) => status !== 101)!;
      assert.deepEqual([refused.status, refused.message], [429, 'Concurrency limit reached: 4 sessions of this token']);
      // Another token is another visitor, and a place is free again when a session ends.
      assert.equal((await attempt(running, await running.token())).status, 101);
      open[0].socket!.destroy();
      await sleep(50);
      assert.equal((await attempt(running, token)).status, 101);
      assert.lengthOf(
        lines.filter(({ event }) => event === 'quota exceeded'),
        1,
      );
    });
  });

  it("limit tokens of the API key by the app's quota alone", () =>
    withServer({ apps: [{ appId: TEST_APP_ID, apiKey: TEST_API_KEY, maxSessions: 7 }] }, async (running) => {
      const token = await consoleToken(running);
      const results = await Promise.all(Array.from({ length: 9 }, () => attempt(running, token)));
      assert.lengthOf(
        results.filter(({ status }) => status === 101),
        7,
      );
      assert.match(results.find(({ status }) => status !== 101)!.message, /7 sessions of this app/);
    }));

  it('count sessions by address where it is known', () =>
    withServer({ trustedProxies: [], limits: { maxSessionsPerAddress: 3 } }, async (running) => {
      const token = await consoleToken(running);
      const results = await Promise.all(Array.from({ length: 5 }, () => attempt(running, token, '127.0.0.2')));
      assert.lengthOf(
        results.filter(({ status }) => status === 101),
        3,
      );
      assert.equal((await attempt(running, token, '127.0.0.3')).status, 101);
    }));

  it('refuse further connections of one address, and keep serving others', () =>
    withServer({ trustedProxies: [], limits: { maxConnectionsPerAddress: 20, maxConnections: 60 } }, async (running) => {
      const port = Number(new URL(running.url).port);
      let refused = 0;
      const sockets = Array.from({ length: 200 }, () => {
        const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
        socket.on('error', () => {});
        socket.on('data', (data: Buffer) => void (data.toString().startsWith('HTTP/1.1 429') && refused++));
        return socket;
      });
      while (refused < 180) await sleep(20);
      const client = await running.open();
      client.sendAudio('r', voicePcm(0.2), true);
      assert.isNull((await client.answer('r')).error);
      await client.close();
      for (const socket of sockets) socket.destroy();
    }));
});

describe('the memory budget of a Motion Server', () => {
  it('ends whoever holds half of large messages, and serves the others', () =>
    withServer({ limits: { memoryBudgetBytes: 8_000_000, maxSessions: 100 } }, async (running) => {
      const good = await running.open();
      const token = await consoleToken(running);
      const attackers = await Promise.all(Array.from({ length: 12 }, () => attempt(running, token)));
      const closes = attackers.map(
        ({ socket }) =>
          new Promise<Buffer>((resolve) => {
            const parts: Buffer[] = [];
            socket!
              .on('error', () => {})
              .on('data', (part: Buffer) => parts.push(part))
              .on('close', () => resolve(Buffer.concat(parts)));
          }),
      );
      for (const { socket } of attackers) socket!.write(beginningOf(8_000_000, 1_500_000));
      const first = await Promise.race(closes);
      // A close frame with 4503, behind the error message.
      assert.isTrue(first.includes(Buffer.from([0x11, 0x97])), 'closed with 4503');
      assert.include(first.toString(), 'memory budget');
      let error: { message: string } | null;
      do {
        good.sendAudio(`r${performance.now()}`, new Uint8Array(0), true);
        const { data } = await good.next();
        error = data.case === 'serverError' ? data.value : null;
        await sleep(20);
      } while (error?.message.includes('memory budget') && attackers.some(({ socket }) => !socket!.destroyed));
      for (const { socket } of attackers) socket!.destroy();
      await sleep(100);
      good.sendAudio('speech', voicePcm(0.3), true);
      assert.isNull((await good.answer('speech')).error);
      await good.close();
    }));

  it('refuses new sessions and requests while it is tight', () =>
    withServer({ limits: { memoryBudgetBytes: 600_000 } }, async (running) => {
      const client = await running.open();
      const token = await consoleToken(running);
      // A session counts for 32 KiB: none of them is larger than another.
      const others: Socket[] = [];
      let refused: { status: number; message: string };
      for (;;) {
        const { socket, ...result } = await attempt(running, token);
        refused = result;
        if (!socket) break;
        others.push(socket);
      }
      assert.isAtLeast(others.length, 8);
      assert.deepEqual(refused, { status: 503, message: 'Server is over its memory budget' });
      const post = async (): Promise<number> => (await fetch(`${running.url}/api/session-token`, { method: 'POST' })).status;
      assert.equal(await post(), 503);
      client.sendAudio('r', voicePcm(0.1), true);
      const { error } = await client.answer('r');
      assert.deepEqual([error!.code, error!.message], [14, 'server is over its memory budget, try again']);
      for (const socket of others) socket.destroy();
      while ((await post()) !== 200) await sleep(10);
      client.sendAudio('s', voicePcm(0.1), true);
      assert.isNull((await client.answer('s')).error);
      await client.close();
    }));

  it('counts what accounts hold and ends the largest', () => {
    const ended: string[] = [];
    const budget = new MemoryBudget(100);
    const small = budget.open(() => ended.push('small'));
    const large = budget.open(() => ended.push('large'));
    const fixed = budget.open(null);
    small.set(15);
    large.set(40);
    assert.isFalse(budget.isTight);
    small.set(25);
    assert.deepEqual(ended, ['large']);
    assert.equal(budget.usedBytes, 25);
    large.set(1000);
    assert.equal(budget.usedBytes, 25, 'a closed account holds nothing');
    fixed.set(60);
    assert.deepEqual(ended, ['large', 'small']);
    // Nobody is left who can be ended.
    fixed.set(90);
    assert.isTrue(budget.isTight);
    small.close();
    fixed.close();
    assert.equal(budget.usedBytes, 0);
  });
});

describe('a client that sends a flood of tiny messages', () => {
  it('is held back, loses nothing, and keeps no one else waiting', () =>
    withServer({ limits: { maxMessagesPerSecond: 500 } }, async (running) => {
      const hostile = await running.open();
      const good = await running.open();
      const message = encodeMessage(createMessage({ case: 'clientAudioInput', value: { reqId: 'flood', audio: new Uint8Array(2) } }));
      const count = 1500;
      const begin = performance.now();
      for (let index = 0; index < count; index++) hostile.socket.send(message);
      hostile.sendAudio('flood', new Uint8Array(0), true);
      let floodMs = 0;
      const flood = hostile.answer('flood').finally(() => (floodMs = performance.now() - begin));
      good.sendAudio('r', voicePcm(0.3), true);
      assert.isNull((await good.answer('r')).error);
      assert.equal(floodMs, 0, 'the other one is served before the flood is read');
      const { frames, error } = await flood;
      assert.isNull(error);
      // A burst of 500, then 500 a second.
      assert.isAtLeast(floodMs, 1900);
      // 1500 samples at 16 kHz.
      assert.equal(
        frames.reduce((sum, { frameCount }) => sum + frameCount, 0),
        Math.ceil((count / 16000) * 50),
      );
      await Promise.all([hostile.close(), good.close()]);
    }));

  it('writes at most ten lines a second, over all its sessions, whatever it does', async () => {
    const { logger, lines } = collectedLog();
    const printed: unknown[] = [];
    const { error: consoleError } = console;
    console.error = (...parts) => void printed.push(parts);
    try {
      await withServer({ logger }, async (running) => {
        const token = await running.token();
        const url = `${running.ingressUrl}/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${token}`;
        const end = performance.now() + 1500;
        const noise = new Uint8Array(300);
        const attack = async (): Promise<void> => {
          while (performance.now() < end) {
            const client = await IngressClient.connect(url).catch(() => null);
            if (!client) continue;
            client.send({ case: 'clientConfigureSession', value: { audioFormat: 1 } });
            for (let index = 0; index < 30; index++) client.sendAudio(`r${index}`, noise, true);
            await client.closed;
          }
        };
        await Promise.all([attack(), attack(), attack()]);
      });
    } finally {
      console.error = consoleError;
    }
    const ofClient = lines.filter(({ connectionId }) => connectionId !== undefined);
    assert.isNotEmpty(ofClient);
    for (const { atMs } of ofClient) {
      assert.isAtMost(ofClient.filter((line) => line.atMs > atMs - 995 && line.atMs <= atMs).length, 10);
    }
    assert.deepEqual(printed, []);
  });

  it('costs nothing in the log when it leaves in the middle of a request', async () => {
    const failures: unknown[] = [];
    await withServer({ onError: (error) => failures.push(error) }, async (running) => {
      const port = Number(new URL(running.url).port);
      for (let index = 0; index < 5; index++) {
        const socket = connect(port, '127.0.0.1');
        socket.write('POST /api/session-token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{"app');
        await sleep(30);
        socket.destroy();
      }
      await sleep(100);
    });
    assert.deepEqual(failures, []);
  });
});

describe('the fair scheduler', () => {
  it('gives each the same time, however long its slices are', async () => {
    const scheduler = new FairScheduler();
    const endMs = performance.now() + 600;
    const worker = (sliceMs: number): Runnable & { spentMs: number } => ({
      spentMs: 0,
      get hasWork() {
        return performance.now() < endMs;
      },
      runSlice() {
        const begin = performance.now();
        while (performance.now() - begin < sliceMs);
        this.spentMs += performance.now() - begin;
      },
    });
    const workers = [0.02, 0.2, 1, 3].map(worker);
    for (const one of workers) scheduler.schedule(one);
    while (performance.now() < endMs) await sleep(20);
    const share = workers.reduce((sum, { spentMs }) => sum + spentMs, 0) / workers.length;
    for (const { spentMs } of workers) assert.isBelow(spentMs / share, 1.5);
  });
});
