import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';

import { createSessionTokens } from '../../../../src/server/session-tokens.js';
import { ReconnectPolicy } from '../../../../src/shared/core/reconnect-policy.js';
import { int16FromPcmBytes } from '../../../../src/shared/samples/pcm.js';
import { FlakyLink } from '../../../helpers/node/flaky-link.js';
import { type RunningServer, startMotionServer, TEST_API_KEY, TEST_APP_ID, voicePcm } from '../../../helpers/node/motion-server.js';
import { RecordedServerSource } from '../../../helpers/node/recorded-server-source.js';

const speech = (seconds: number): Int16Array => int16FromPcmBytes(voicePcm(seconds));

describe('The server source against a real Motion Server', () => {
  const cleanUps: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function startServer(options: Parameters<typeof startMotionServer>[0] = {}, port = 0): Promise<RunningServer> {
    const server = await startMotionServer({ ...options, limits: { drainTimeoutMs: 50, ...options.limits } }, port);
    cleanUps.push(() => server.close());
    return server;
  }

  async function linkTo(server: RunningServer): Promise<FlakyLink> {
    const link = await FlakyLink.to(server.server.address!.port);
    cleanUps.push(() => link.close());
    return link;
  }

  function record(options: ConstructorParameters<typeof RecordedServerSource>[0]): RecordedServerSource {
    const recorded = new RecordedServerSource(options);
    cleanUps.push(() => recorded.source.close());
    return recorded;
  }

  it('brings motion for all of the speech and says when it is complete', async () => {
    const server = await startServer();
    const recorded = record({ serverUrl: server.ingressUrl, requestToken: server.token });
    await recorded.source.open();
    recorded.source.send(1, speech(1.5), false);
    recorded.source.send(1, speech(0.5), false);
    recorded.source.send(1, new Int16Array(0), true);
    await recorded.until(() => recorded.ended.includes(1));
    assert.ok(Math.abs(recorded.coveredSeconds(1) - 2) <= 0.04, `covered ${recorded.coveredSeconds(1)} s`);
    assert.deepEqual(
      recorded.states.map(({ state }) => state),
      ['connecting', 'connected'],
    );
  });

  it('reports refusals once an attempt was repeated, for a closed port and for a status that may pass', async () => {
    const server = await startServer({ limits: { maxSessions: 1 } });
    const full = await server.open();
    cleanUps.push(() => full.close().then(() => undefined));
    const closed = await startMotionServer();
    const { port } = closed.server.address!;
    await closed.close();
    for (const serverUrl of [`ws://127.0.0.1:${port}/v2/driveningress`, server.ingressUrl]) {
      let attempts = 0;
      const requestToken = (): Promise<string> => {
        attempts++;
        return server.token();
      };
      const recorded = record({ serverUrl, requestToken });
      recorded.source.open().catch(() => undefined);
      await recorded.until(() => recorded.refusals > 0);
      assert.equal(attempts, 2);
      assert.equal(recorded.state, 'connecting', 'it goes on trying');
      recorded.source.close();
    }
  });

  it('reports no refusal while an attempt progresses', async () => {
    const server = await startServer();
    const link = await linkTo(server);
    link.freeze();
    const recorded = record({ serverUrl: `ws://127.0.0.1:${link.port}/v2/driveningress`, requestToken: server.token });
    recorded.source.open().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(recorded.refusals, 0);
  });

  it('sends what was said before it was connected', async () => {
    const server = await startServer();
    const recorded = record({ serverUrl: server.ingressUrl, requestToken: server.token });
    const opening = recorded.source.open();
    recorded.source.send(1, speech(1), true);
    await opening;
    await recorded.until(() => recorded.ended.includes(1));
    assert.ok(recorded.coveredSeconds(1) >= 0.96);
  });

  it('tries again at once when the browser is online again', async () => {
    const browser = new EventTarget();
    Object.assign(globalThis, {
      addEventListener: browser.addEventListener.bind(browser),
      removeEventListener: browser.removeEventListener.bind(browser),
    });
    cleanUps.push(() => {
      for (const name of ['addEventListener', 'removeEventListener']) Reflect.deleteProperty(globalThis, name);
    });
    const server = await startServer();
    const link = await linkTo(server);
    // By itself it would wait for half a minute.
    const reconnectPolicy = new ReconnectPolicy({ firstDelayMs: 60_000, maxDelayMs: 60_000 });
    const recorded = record({ serverUrl: `ws://127.0.0.1:${link.port}/v2/driveningress`, requestToken: server.token, reconnectPolicy });
    await recorded.source.open();
    link.cut();
    await recorded.until(() => recorded.state === 'connecting');
    link.mend();
    browser.dispatchEvent(new Event('online'));
    await recorded.until(() => recorded.state === 'connected');
    assert.equal(recorded.source.reconnects, 1);
  });

  it('asks for a fresh token when the one it has has expired', async () => {
    const server = await startServer();
    const expired = await createSessionTokens(TEST_API_KEY).issue(TEST_APP_ID, Math.floor(Date.now() / 1000) - 60);
    const asked: boolean[] = [];
    const recorded = record({
      serverUrl: server.ingressUrl,
      requestToken: async (isRefresh) => {
        asked.push(isRefresh);
        return isRefresh ? server.token() : expired;
      },
    });
    await recorded.source.open();
    assert.deepEqual(asked, [false, true]);
  });

  it('gives up with the reason, and without the token in any message, when a fresh token has expired too', async () => {
    const server = await startServer();
    const expired = await createSessionTokens(TEST_API_KEY).issue(TEST_APP_ID, Math.floor(Date.now() / 1000) - 60);
    const recorded = record({ serverUrl: server.ingressUrl, requestToken: async () => expired });
    await assert.rejects(recorded.source.open(), (error: { code: string; message: string; stack: string }) => {
      assert.equal(error.code, 'sessionTokenExpired');
      assert.ok(!`${error.message}${error.stack}`.includes(expired));
      return true;
    });
    assert.equal(recorded.state, 'failed');
  });

  it('does not try again when the avatar or the app is not known', async () => {
    const server = await startServer();
    const tokens = createSessionTokens(TEST_API_KEY);
    const foreign = await tokens.issue('app_other', Math.floor(Date.now() / 1000) + 60);
    let asked = 0;
    const count = async (): Promise<string> => (asked++, server.token());
    const lost = record({ serverUrl: server.ingressUrl, requestToken: count, avatarId: 'nobody' });
    await assert.rejects(lost.source.open(), { code: 'avatarIDUnrecognized' });
    const mixed = record({ serverUrl: server.ingressUrl, requestToken: async () => (asked++, foreign) });
    await assert.rejects(mixed.source.open(), { code: 'appIDMismatch' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(asked, 2);
  });

  it('reports an absent server after the connect time-out and connects when it comes', async () => {
    const server = await startServer();
    const link = await linkTo(server);
    link.cut();
    const recorded = record({
      serverUrl: `ws://127.0.0.1:${link.port}/v2/driveningress`,
      requestToken: server.token,
      connectTimeoutMs: 150,
    });
    await assert.rejects(recorded.source.open(), { code: 'connectTimeout' });
    assert.equal(recorded.state, 'failed');
    link.mend();
    recorded.source.send(1, speech(0.6), true);
    await recorded.until(() => recorded.ended.includes(1));
    assert.equal(recorded.state, 'connected');
  });

  it('names the address, never the token, where another kind of server answers', async () => {
    const site = createServer((_request, response) => response.writeHead(404).end('no such page'));
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => void site.close());
    const origin = `ws://127.0.0.1:${(site.address() as AddressInfo).port}`;
    const recorded = record({ serverUrl: `${origin}/v2/driveningress`, requestToken: async () => 'secret-token', connectTimeoutMs: 300 });
    await assert.rejects(recorded.source.open(), (error: Error) => {
      assert.ok(
        error.message.includes(`The Motion Server at ${origin} could not be reached: what is there answers with status 404.`),
        error.message,
      );
      assert.ok(!error.message.includes('secret-token'));
      return true;
    });
  });

  it('reports a token that cannot be had and goes on when it can', async () => {
    const server = await startServer();
    let isDown = true;
    const recorded = record({
      serverUrl: server.ingressUrl,
      requestToken: async () => {
        if (isDown) throw new Error('no');
        return server.token();
      },
    });
    await assert.rejects(recorded.source.open(), { code: 'tokenRequestFailed' });
    assert.deepEqual(
      recorded.errors.map(({ code }) => code),
      ['tokenRequestFailed'],
    );
    isDown = false;
    await recorded.until(() => recorded.state === 'connected');
  });

  it('heals a round whose connection breaks in the middle', async () => {
    const server = await startServer();
    const link = await linkTo(server);
    const recorded = record({ serverUrl: `ws://127.0.0.1:${link.port}/v2/driveningress`, requestToken: server.token });
    await recorded.source.open();
    recorded.source.send(1, speech(1), false);
    await recorded.until(() => recorded.coveredSeconds(1) > 0.5);
    link.cut();
    await recorded.until(() => recorded.states.at(-1)!.state === 'connecting' && recorded.states.at(-1)!.code !== null);
    recorded.source.send(1, speech(1), false);
    link.mend();
    await recorded.until(() => recorded.states.at(-1)!.state === 'connected');
    recorded.source.send(1, speech(0.4), true);
    await recorded.until(() => recorded.ended.includes(1));
    assert.ok(Math.abs(recorded.coveredSeconds(1) - 2.4) <= 0.04, `covered ${recorded.coveredSeconds(1)} s`);
    assert.equal(recorded.source.reconnects, 1);
    assert.equal(recorded.states.find(({ code }) => code)!.code, 'websocketClosedAbnormally');
  });

  it('finds out that a server has gone without a word', async () => {
    const server = await startServer();
    const link = await linkTo(server);
    const recorded = record({
      serverUrl: `ws://127.0.0.1:${link.port}/v2/driveningress`,
      requestToken: server.token,
      answerTimeoutMs: 300,
    });
    await recorded.source.open();
    link.freeze();
    recorded.source.send(1, speech(1), true);
    await recorded.until(() => recorded.states.at(-1)!.state === 'connecting');
    link.cut();
    link.mend();
    await recorded.until(() => recorded.ended.includes(1));
    assert.ok(recorded.coveredSeconds(1) >= 0.96);
  });

  it('drops the motion of a round that was interrupted', async () => {
    const server = await startServer();
    const recorded = record({ serverUrl: server.ingressUrl, requestToken: server.token });
    await recorded.source.open();
    recorded.source.send(1, speech(20), true);
    recorded.source.send(2, speech(0.5), true);
    await recorded.until(() => recorded.ended.includes(2));
    const firstOfSecond = recorded.motion.findIndex(({ round }) => round === 2);
    assert.ok(recorded.motion.slice(firstOfSecond).every(({ round }) => round === 2));
    assert.ok(!recorded.ended.includes(1));
  });

  it('lets an idle connection go and connects again when there is something to say', async () => {
    const server = await startServer({ limits: { idleTimeoutMs: 100 } });
    const recorded = record({ serverUrl: server.ingressUrl, requestToken: server.token });
    await recorded.source.open();
    await recorded.until(() => recorded.states.at(-1)!.state === 'disconnected');
    assert.equal(recorded.states.at(-1)!.code, 'idleTimeout');
    recorded.source.send(1, speech(0.5), true);
    await recorded.until(() => recorded.ended.includes(1));
  });

  it('connects again after an orderly restart of the server', async () => {
    const first = await startServer();
    const { port } = first.server.address!;
    const recorded = record({ serverUrl: first.ingressUrl, requestToken: first.token });
    await recorded.source.open();
    await first.close();
    await recorded.until(() => recorded.states.at(-1)!.state === 'connecting');
    await startServer({}, port);
    await recorded.until(() => recorded.states.at(-1)!.state === 'connected');
    recorded.source.send(1, speech(0.5), true);
    await recorded.until(() => recorded.ended.includes(1));
  });

  it('rejects the opening that close() has made pointless', async () => {
    const server = await startServer();
    const recorded = record({ serverUrl: server.ingressUrl, requestToken: server.token });
    const opening = recorded.source.open();
    recorded.source.close();
    await assert.rejects(opening, { code: 'aborted' });
    assert.equal(recorded.state, 'disconnected');
  });
});
