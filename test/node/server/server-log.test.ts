import { describe, it } from 'node:test';
import { assert } from 'chai';

import { createJsonLogger, logLevelFrom } from '../../../src/server/json-logger.js';
import type { MotionServerOptions } from '../../../src/server/motion-server.js';
import { createSessionTokens } from '../../../src/server/session-tokens.js';
import type { LogLevel } from '../../../src/shared/core/logger.js';
import { LineBudget, MAX_LINES_PER_SECOND, ServerLog } from '../../../src/shared/core/server-log.js';
import { codeOf } from '../../helpers/code-of.js';
import {
  IngressClient,
  type RunningServer,
  startMotionServer,
  TEST_API_KEY,
  TEST_APP_ID,
  voicePcm,
} from '../../helpers/node/motion-server.js';

type Line = Record<string, unknown> & { level: string; event: string; time: string };

/** Runs a server whose JSON lines are kept. */
async function logged(
  level: LogLevel,
  options: Partial<MotionServerOptions>,
  run: (server: RunningServer, text: () => string) => Promise<void>,
): Promise<{ text: string; lines: Line[] }> {
  let text = '';
  const logger = createJsonLogger(level, (line) => (text += line));
  const server = await startMotionServer({ threads: 1, ...(logger && { logger }), ...options });
  try {
    await run(server, () => text);
  } finally {
    await server.close();
  }
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
  return { text, lines };
}

const refusedUpgrade = (url: string, headers: Record<string, string> = {}): Promise<string> =>
  IngressClient.connect(url, headers).then(
    () => 'admitted',
    () => 'refused',
  );

describe('the log of a Motion Server', () => {
  it('has a line per event with session, request and media time, and never a token, a key or audio', async () => {
    const expired = await createSessionTokens(TEST_API_KEY).issue(TEST_APP_ID, Math.floor(Date.now() / 1000) - 5);
    const secrets = [TEST_API_KEY, 'a-wrong-api-key', 'not-a-token', expired];
    // Servers of their own: all of a client share its ten lines a second.
    const refused = await logged('debug', {}, async (server) => {
      const token = await server.token();
      secrets.push(token);
      for (const sessionKey of ['not-a-token', expired]) {
        await refusedUpgrade(`${server.ingressUrl}/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${sessionKey}`);
      }
      await refusedUpgrade(`${server.ingressUrl}/websocket?id=${token}&appId=${TEST_APP_ID}&sessionKey=${token}`);
      await refusedUpgrade(`${server.ingressUrl}/websocket?id=aria`, { 'X-App-ID': 'app_other', 'X-Session-Key': token });
      await fetch(`${server.url}/v1/console/session-tokens`, { method: 'POST', headers: { 'X-Api-Key': 'a-wrong-api-key' } });
      await fetch(`${server.ingressUrl.replace('ws', 'http')}/websocket?id=aria&appId=${TEST_APP_ID}&sessionKey=${expired}`);
    });
    const served = await logged('debug', {}, async (server) => {
      const client = await server.open();
      client.sendAudio('spoken', voicePcm(1), true);
      await client.answer('spoken');
      client.sendAudio('cut', voicePcm(1));
      client.send({ case: 'clientInterrupt', value: { reqId: 'cut' } });
      await client.answer('cut');
      await client.close();
    });
    const faulty = await logged('debug', {}, async (server) => {
      const token = await server.token();
      secrets.push(token);
      const client = await server.open();
      client.sendAudio('file', new TextEncoder().encode('RIFF....WAVEfmt and so on'), true);
      await client.answer('file');
      client.sendAudio(token, voicePcm(0.1), true);
      await client.answer(token);
      await client.close();
    });
    const text = refused.text + served.text + faulty.text;
    const lines = [...refused.lines, ...served.lines, ...faulty.lines];
    for (const secret of secrets) assert.notInclude(text, secret);
    const events = lines.map(({ event }) => event);
    for (const event of ['upgrade refused', 'http request', 'session opened', 'request began', 'first motion', 'session closed']) {
      assert.include(events, event);
    }
    const line = (reqId: string, event: string): Line => lines.find((one) => one.event === event && one.reqId === reqId)!;
    const ended = line('spoken', 'request ended');
    assert.approximately(ended.mediaSeconds as number, 1, 0.05);
    assert.isNumber(ended.ms);
    assert.match(ended.time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.equal(line('cut', 'request interrupted').connectionId, ended.connectionId);
    assert.match(line('file', 'request refused').message as string, /WAV header/);
    assert.include(lines.find(({ event }) => event === 'session closed')!, { closeCode: 1005, requests: 2 });
    assert.sameMembers([...new Set(lines.filter(({ event }) => event === 'upgrade refused').map(({ status }) => status))], [400, 401, 404]);
  });

  it('names replaced apps and revoked tokens, without keys', async () => {
    const { text, lines } = await logged('info', {}, async ({ server }) => {
      server.setApps([{ appId: 'app_next', apiKey: 'the-next-key' }]);
      await server.revokeToken('the-id');
    });
    assert.include(lines.find(({ event }) => event === 'apps replaced')!, { apps: 1 });
    assert.include(lines.find(({ event }) => event === 'token revoked')!, { tokenId: 'the-id' });
    assert.notInclude(text, 'the-next-key');
  });

  it('writes the lines of its level and above', async () => {
    const levels = async (level: LogLevel): Promise<string[]> => {
      const { lines } = await logged(level, {}, async (server) => {
        await refusedUpgrade(`${server.ingressUrl}/websocket?id=aria`);
        const client = await server.open();
        client.sendAudio('r', voicePcm(0.2), true);
        await client.answer('r');
        await client.close();
      });
      return [...new Set(lines.map((line) => line.level))].sort();
    };
    assert.deepEqual(await levels('debug'), ['debug', 'info', 'warn']);
    assert.deepEqual(await levels('info'), ['info', 'warn']);
    assert.deepEqual(await levels('warn'), ['warn']);
    assert.deepEqual(await levels('error'), []);
    assert.deepEqual(await levels('off'), []);
    assert.equal(
      codeOf(() => logLevelFrom('loud', '--log-level')),
      'invalidConfiguration',
    );
  });

  it('reports failures of the server at level error, and still calls `onError`', async () => {
    const failures: unknown[] = [];
    const options: Partial<MotionServerOptions> = {
      onError: (error) => failures.push(error),
      createEngine: () => {
        throw new Error(`no engine for apiKey=${TEST_API_KEY}`);
      },
    };
    const { text, lines } = await logged('error', options, async (server) => {
      const client = await server.open();
      client.sendAudio('r', voicePcm(0.1), true);
      await client.answer('r');
    });
    assert.lengthOf(failures, 1);
    assert.deepInclude(lines[0], { level: 'error', event: 'server failure', name: 'Error' });
    assert.match(lines[0].stack as string, /server-log\.test/);
    assert.notInclude(text, TEST_API_KEY);
  });

  it('lets one client cause at most 10 lines a second, and counts the others', async () => {
    const timesMs: number[] = [];
    let text = '';
    const logger = createJsonLogger('debug', (line) => {
      text += line;
      timesMs.push(performance.now());
    })!;
    const server = await startMotionServer({ threads: 1, logger, limits: { maxFaults: 1000 } });
    timesMs.length = 0;
    const client = await IngressClient.connect(`${server.ingressUrl}/websocket?id=aria`, {
      'X-App-ID': TEST_APP_ID,
      'X-Session-Key': await createSessionTokens(TEST_API_KEY).issue(TEST_APP_ID, Math.floor(Date.now() / 1000) + 60),
    });
    client.send({ case: 'clientConfigureSession', value: {} });
    for (let count = 0; count < 200; count++) client.sendAudio('', voicePcm(0.01));
    while ((await client.next()).data.case !== 'serverConfirmSession');
    for (let count = 0; count < 200; count++) await client.nextError();
    await client.close();
    await server.close();
    for (const time of timesMs) assert.isAtMost(timesMs.filter((other) => other >= time && other < time + 1000).length, 11);
    // The eleventh is the server's own last line.
    const closed = JSON.parse(text.split('\n').find((line) => line.includes('session closed'))!) as Line;
    assert.isAtLeast(closed.suppressed as number, 100);
  });

  it('counts sessions, refused upgrades and HTTP requests of one client together', async () => {
    const timesMs: number[] = [];
    const logger = createJsonLogger('debug', () => void timesMs.push(performance.now()))!;
    const server = await startMotionServer({ threads: 1, logger, limits: { maxFaults: 1000 } });
    const client = await server.open();
    for (let count = 0; count < 50; count++) {
      client.sendAudio('', voicePcm(0.01));
      await refusedUpgrade(`${server.ingressUrl}/websocket?id=aria`);
      await fetch(`${server.url}/v1/console/session-tokens`, { method: 'POST' });
    }
    await client.close();
    await server.close();
    const most = Math.max(...timesMs.map((time) => timesMs.filter((other) => other >= time && other < time + 1000).length));
    // The server's own lines (listening, closed) are not a client's; a timer's rounding may add one.
    assert.isAtMost(most, MAX_LINES_PER_SECOND + 3);
    assert.isAbove(timesMs.length, 5);
  });

  it('counts lines of one address together, and of each session apart', () => {
    let nowMs = 0;
    const lines: string[] = [];
    const write = (fields: object, event: string): void => void lines.push(`${event} ${JSON.stringify(fields)}`);
    const log = new ServerLog({ debug: write, info: write, warn: write, error: write }, () => nowMs);
    for (let count = 0; count < 50; count++) log.fromAddress('warn', '1.2.3.4', 'upgrade refused');
    log.fromAddress('warn', '1.2.3.5', 'upgrade refused');
    assert.lengthOf(lines, MAX_LINES_PER_SECOND + 1);
    nowMs = 1000;
    log.fromAddress('warn', '1.2.3.4', 'upgrade refused');
    assert.equal(lines.pop(), 'upgrade refused {"address":"1.2.3.4","suppressed":40}');
    lines.length = 0;
    const sessions = ['a', 'b'].map((id) => log.forSession({ connectionId: id }, id));
    for (let count = 0; count < 50; count++) for (const session of sessions) session.warn('client fault');
    for (const session of sessions) session.close('session closed');
    assert.lengthOf(lines, 2 * MAX_LINES_PER_SECOND);
    assert.equal(lines.pop(), 'session closed {"connectionId":"b","suppressed":41}');
    for (let count = 0; count < 50; count++) log.error('server failure', new Error('again'));
    assert.lengthOf(lines, 3 * MAX_LINES_PER_SECOND - 1);
  });

  it('does not count lines of levels that are off, and survives a logger that throws', () => {
    let count = 0;
    const write = (): void => {
      count++;
      throw new Error('disk full');
    };
    const isLevelEnabled = (level: string): boolean => level !== 'debug';
    const log = new ServerLog({ debug: write, info: write, warn: write, error: write, isLevelEnabled }, () => 0).forSession(
      { connectionId: 'a' },
      'a',
    );
    for (let index = 0; index < 50; index++) log.debug('request began');
    log.info('session opened');
    assert.equal(count, 1);
  });

  it('allows so many lines in any second', () => {
    const budget = new LineBudget(2);
    assert.deepEqual(
      [0, 500, 999, 1000, 1499, 1500].map((nowMs) => budget.allow(nowMs)),
      [true, true, false, true, false, true],
    );
    assert.deepEqual([budget.takeSuppressed(), budget.takeSuppressed()], [{ suppressed: 2 }, {}]);
  });
});
