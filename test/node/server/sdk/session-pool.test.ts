import { after, before, describe, it } from 'node:test';
import { assert } from 'chai';

import { createSessionPool } from '../../../../src/server/sdk/session-pool.js';
import { startMotionServer, voicePcm, type RunningServer } from '../../../helpers/node/motion-server.js';
import { collect, failureOf, frameCountOf, sessionConfig } from '../../../helpers/node/server-sdk.js';

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
    held[0]!.release();
    await Promise.all(waiting);
    assert.deepEqual(order, [0, 1, 2]);
    held[1]!.release();
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
});
