import { after, before, describe, it } from 'node:test';
import { assert } from 'chai';
import type { MotionServerOptions } from '../../../src/server/motion-server.js';
import { createSessionPool, type SessionPool } from '../../../src/server-sdk/session-pool.js';
import { AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';
import { type RunningServer, startMotionServer, TEST_API_KEY, TEST_APP_ID, voicePcm } from '../../helpers/node/motion-server.js';
import { ServedDemo } from '../../helpers/node/served-demo.js';
import { collect, failureOf, frameCountOf, sessionConfig } from '../../helpers/node/server-sdk.js';
import { until } from '../../helpers/until.js';

const FAST = { firstDelayMs: 20, maxDelayMs: 100 };

describe('a session pool', () => {
  let running: RunningServer;
  before(async () => void (running = await startMotionServer()));
  after(() => running.close());

  it('lends the same warm session again and again', async () => {
    await using pool = createSessionPool(sessionConfig(running.url));
    const ids = new Set<string | null>();
    for (let turn = 0; turn < 3; turn++) {
      await using session = await pool.borrow();
      ids.add(session.connectionId);
      assert.equal(frameCountOf(await collect(session.speak(voicePcm(0.2)))), 10);
    }
    assert.lengthOf(ids, 1);
    assert.deepInclude(pool.stats(), { idle: 1, borrowed: 0, openedCount: 1, failedCount: 0 });
  });

  it('opens no more than `maxSessions`, and serves borrowers in the order they came', async () => {
    await using pool = createSessionPool({ ...sessionConfig(running.url), maxSessions: 2 });
    const held = [await pool.borrow(), await pool.borrow()];
    const order: number[] = [];
    const waiting = [0, 1, 2].map(async (number) => {
      const session = await pool.borrow();
      order.push(number);
      session.release();
    });
    assert.deepInclude(pool.stats(), { borrowed: 2, waiting: 3, idle: 0 });
    held[0].release();
    await Promise.all(waiting);
    assert.deepEqual(order, [0, 1, 2]);
    held[1].release();
  });

  it('lets a borrower give up, by time and by signal', async () => {
    await using pool = createSessionPool({ ...sessionConfig(running.url), maxSessions: 1 });
    const held = await pool.borrow();
    assert.equal((await failureOf(pool.borrow({ timeoutMs: 30 }))).code, 'connectionFailed');
    const controller = new AbortController();
    const waiting = failureOf(pool.borrow({ signal: controller.signal }));
    controller.abort();
    assert.equal((await waiting).code, 'aborted');
    assert.equal(pool.stats().waiting, 0);
    held.release();
    (await pool.borrow()).release();
  });

  it('keeps `minSessions` warm before anybody asks', async () => {
    await using pool = createSessionPool({ ...sessionConfig(running.url), minSessions: 3 });
    await until(() => pool.stats().idle === 3);
    const sessions = await Promise.all([pool.borrow(), pool.borrow(), pool.borrow()]);
    assert.lengthOf(new Set(sessions.map(({ connectionId }) => connectionId)), 3);
    assert.deepInclude(pool.stats(), { borrowed: 3, openedCount: 3, connecting: 0 });
    for (const session of sessions) session.release();
  });

  it('serves fifty borrowers with five sessions', async () => {
    await using pool = createSessionPool({ ...sessionConfig(running.url), maxSessions: 5 });
    const turn = async (): Promise<number> => {
      await using session = await pool.borrow();
      return frameCountOf(await collect(session.speak(voicePcm(0.2))));
    };
    const counts = await Promise.all(Array.from({ length: 50 }, turn));
    assert.deepEqual(
      counts,
      Array.from({ length: 50 }, () => 10),
    );
    assert.isAtMost(pool.stats().openedCount, 5);
  });

  it('interrupts what is still being said when a session is given back, and lends it clean', async () => {
    await using pool = createSessionPool({ ...sessionConfig(running.url), maxSessions: 1 });
    const first = await pool.borrow();
    const speech = failureOf(collect(first.speak(new ReadableStream())));
    first.release();
    first.release();
    assert.equal((await speech).code, 'aborted');
    assert.equal((await failureOf((async () => first.speak(voicePcm(0.1)))())).code, 'invalidRequest');
    await using second = await pool.borrow();
    assert.equal(second.connectionId, first.connectionId);
    assert.equal(frameCountOf(await collect(second.speak(voicePcm(0.2)))), 10);
  });

  it('replaces sessions that grew old, and closes those that are too many', async () => {
    await using pool = createSessionPool({ ...sessionConfig(running.url), maxSessionAgeMs: 50 });
    const first = await pool.borrow();
    await new Promise((resolve) => setTimeout(resolve, 60));
    first.release();
    const second = await pool.borrow();
    assert.notEqual(second.connectionId, first.connectionId);
    second.release();

    await using spare = createSessionPool({ ...sessionConfig(running.url), minSessions: 1, maxIdleMs: 1 });
    for (const session of await Promise.all([spare.borrow(), spare.borrow(), spare.borrow()])) session.release();
    await until(() => spare.stats().idle === 1);
  });

  it('waits in `drain()` for what is borrowed, ends it in `close()`, and lends nothing any more', async () => {
    const pool = createSessionPool(sessionConfig(running.url));
    const session = await pool.borrow();
    let isDrained = false;
    const draining = pool.drain().then(() => (isDrained = true));
    assert.equal((await failureOf(pool.borrow())).code, 'aborted');
    assert.equal(frameCountOf(await collect(session.speak(voicePcm(0.2)))), 10);
    assert.isFalse(isDrained);
    session.release();
    await draining;

    const other = createSessionPool({ ...sessionConfig(running.url), maxSessions: 1 });
    const held = await other.borrow();
    const waiting = failureOf(other.borrow());
    const speech = failureOf(collect(held.speak(new ReadableStream())));
    await other.close();
    assert.deepEqual([(await waiting).code, (await speech).code], ['aborted', 'connectionClosed']);
    assert.deepInclude(other.stats(), { idle: 0, borrowed: 0, connecting: 0, waiting: 0 });
  });

  it('tells borrowers at once what waiting cannot mend, and does not ask the server again for nothing', async () => {
    let isRefused = true;
    let visitCount = 0;
    const authorizeSession: MotionServerOptions['authorizeSession'] = () => {
      visitCount++;
      if (isRefused) throw new AvatarError(ErrorCode.billingRequired, 'no plan');
    };
    const server = await startMotionServer({ authorizeSession });
    const errors: string[] = [];
    const pool = createSessionPool({ ...sessionConfig(server.url), reconnect: FAST, onError: ({ code }) => errors.push(code) });
    assert.equal((await failureOf(pool.borrow())).code, 'billingRequired');
    const countBefore = visitCount;
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(visitCount, countBefore);
    assert.include(errors, 'billingRequired');
    isRefused = false;
    (await pool.borrow()).release();
    await pool.close();
    await server.close();
  });

  it('refuses numbers that cannot be', async () => {
    for (const options of [
      { minSessions: -1 },
      { maxSessions: 0 },
      { minSessions: 3, maxSessions: 2 },
      { minSessions: 0.5 },
      { appId: '' },
    ]) {
      const error = await failureOf((async () => createSessionPool({ ...sessionConfig(running.url), ...options }))());
      assert.equal(error.code, 'invalidConfiguration');
    }
  });

  describe('with a server that is a process of its own', () => {
    const served = new ServedDemo();
    let pool: SessionPool;
    before(async () => {
      process.env.SPATIUS_API_KEY = TEST_API_KEY;
      process.env.SPATIUS_APP_ID = TEST_APP_ID;
      await served.start();
    });
    after(async () => {
      await pool?.close();
      await served.kill();
      delete process.env.SPATIUS_API_KEY;
      delete process.env.SPATIUS_APP_ID;
    });

    it('recovers when the server is killed in the middle of a speech and started again', async () => {
      pool = createSessionPool({ ...sessionConfig(served.url), minSessions: 2, reconnect: FAST });
      await until(() => pool.stats().idle === 2);
      const session = await pool.borrow();
      // Begun, and not ended: the speaker takes a breath.
      const audio = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(voicePcm(2)) });
      let count = 0;
      const error = await failureOf(
        (async () => {
          for await (const { isLast } of session.speak(audio)) {
            assert.isFalse(isLast);
            if (++count === 1) await served.kill();
          }
        })(),
      );
      assert.equal(error.code, 'connectionClosed');
      session.release();
      await until(() => pool.stats().failedCount > 1);
      assert.equal(pool.stats().lostCount, 2);
      // Somebody who asks meanwhile waits for the server instead of failing.
      const waiting = pool.borrow();
      await served.start();
      await using again = await waiting;
      assert.equal(frameCountOf(await collect(again.speak(voicePcm(0.2)))), 10);
      await until(() => pool.stats().idle === 1);
      assert.isNull(pool.stats().lastError);
    });

    it('does not let a borrower wait for a delay that grew while no session was needed', async () => {
      await served.kill();
      const hourMs = 3_600_000;
      await using patient = createSessionPool({
        ...sessionConfig(served.url),
        reconnect: { firstDelayMs: 20, factor: hourMs, maxDelayMs: hourMs },
      });
      await until(() => patient.stats().failedCount === 2);
      await served.start();
      await using session = await patient.borrow({ timeoutMs: 5000 });
      assert.equal(frameCountOf(await collect(session.speak(voicePcm(0.2)))), 10);
    });
  });
});
