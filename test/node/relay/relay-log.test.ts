import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { WebSocket } from 'ws';

import { createRelay } from '../../../src/relay/relay.js';
import { createJsonLogger } from '../../../src/server/json-logger.js';
import { startMotionServer, voicePcm } from '../../helpers/node/motion-server.js';
import { RelayBackend } from '../../helpers/node/relay-backend.js';

type Line = Record<string, unknown> & { event: string; level: string };

describe("The relay's log", () => {
  const cleanUps: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function start(): Promise<{ backend: RelayBackend; text: () => string; lines: () => Line[] }> {
    let text = '';
    const server = await startMotionServer({ threads: 1, limits: { drainTimeoutMs: 50 } });
    cleanUps.push(() => server.close());
    const logger = createJsonLogger('debug', (line) => (text += line))!;
    const backend = await RelayBackend.start(server.url, { logger, limits: { maxClients: 1, maxFaults: 1000, resumeMs: 0 } });
    cleanUps.push(() => backend.close());
    const lines = (): Line[] =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line);
    return { backend, text: () => text, lines };
  }

  it('has a line per event with client, turn and media time, and never a token', async () => {
    const { backend, text, lines } = await start();
    const listener = await backend.listen('a');
    const token = String(listener.told('ready')[0]!.resume_token);
    const turn = backend.relay.speak(voicePcm(0.5));
    await turn.finished;
    listener.socket.send('no JSON');
    await listener.until(() => backend.named('error').length > 0);
    const refused = new WebSocket(`${backend.url}?id=b`);
    await new Promise((resolve) => refused.addEventListener('close', resolve));
    listener.socket.close();
    while (!lines().some(({ event }) => event === 'client left')) await new Promise((resolve) => setTimeout(resolve, 5));
    const line = (event: string): Line => lines().find((one) => one.event === event)!;
    assert.deepEqual([line('client joined').level, line('client joined').connectionId], ['info', 'a']);
    assert.deepEqual([line('turn ended').level, line('turn ended').reqId, line('turn ended').outcome], ['info', turn.id, 'complete']);
    assert.equal(line('turn ended').mediaSeconds, 0.5);
    assert.deepEqual([line('client fault').level, line('client fault').connectionId], ['warn', 'a']);
    assert.equal(line('client refused').message, 'too many clients');
    assert.ok(Number(line('client left').sentBytes) > 16_000);
    assert.ok(!text().includes(token));
  });

  it('lets one address cause at most 10 lines a second, over all its clients and refusals', async () => {
    const { backend, lines } = await start();
    const listener = await backend.listen('a');
    const begin = performance.now();
    for (let count = 0; count < 200; count++) listener.socket.send('no JSON');
    await listener.until(() => backend.named('error').length === 200);
    for (let count = 0; count < 20; count++) {
      const refused = new WebSocket(`${backend.url}?id=b${count}`);
      await new Promise((resolve) => refused.addEventListener('close', resolve));
    }
    const seconds = Math.ceil((performance.now() - begin) / 1000);
    assert.ok(lines().length <= 10 * (seconds + 1), `${lines().length} lines in ${seconds} s`);
  });

  it('survives a logger that fails', async () => {
    const fail = (): never => {
      throw new Error('disk full');
    };
    const motion = { borrow: () => Promise.reject(new Error('no server')) };
    const relay = createRelay({ motion, logger: { debug: fail, info: fail, warn: fail, error: fail } });
    cleanUps.push(() => relay.close());
    assert.equal((await relay.speak(voicePcm(0.2)).finished).outcome, 'complete');
  });
});
