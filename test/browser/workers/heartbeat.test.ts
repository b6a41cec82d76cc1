import { assert } from 'chai';
import { wrap } from 'comlink';
import { watchHeartbeat } from '../../../src/workers/heartbeat.js';
import { WorkerConnection } from '../../../src/workers/worker-host.js';

const LIMIT_MS = 1200;

interface Freezing {
  answer(): string;
  freeze(): void;
}

describe('A watched worker', () => {
  let worker: Worker;
  beforeEach(() => {
    worker = new Worker(new URL('../../helpers/browser/freezing.worker.js', import.meta.url), { type: 'module' });
  });
  afterEach(() => worker.terminate());

  it('is reported when a script of it never ends, and not before', async () => {
    const service = wrap<Freezing>(worker);
    assert.equal(await service.answer(), 'alive');
    let silences = 0;
    const silent = new Promise<void>((resolve) => {
      watchHeartbeat(worker, LIMIT_MS, () => {
        silences++;
        resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 2 * LIMIT_MS));
    assert.equal(silences, 0);
    const startMs = performance.now();
    void service.freeze();
    await silent;
    assert.isAbove(performance.now() - startMs, LIMIT_MS - 600);
  });

  it('rejects what waits for it when it is ended', async () => {
    const connection = new WorkerConnection<Freezing>(worker, 'freezing');
    assert.equal(await connection.remote.answer(), 'alive');
    connection.watch(LIMIT_MS);
    const error = await connection.guard(connection.remote.freeze()).catch((reason: unknown) => reason);
    assert.propertyVal(error, 'code', 'workerFailed');
    assert.match(String(error), /did not answer/);
    assert.isTrue(connection.isDead);
  });
});
