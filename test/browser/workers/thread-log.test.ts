import { assert } from 'chai';

import { log } from '../../../src/shared/core/log.js';
import type { LogRecord } from '../../../src/shared/core/logger.js';
import { acquireWorkers } from '../../../src/workers/spawn.js';
import { SessionProbe, voice } from '../../helpers/browser/session-probe.js';
import { WORKER_FILES } from '../../helpers/browser/worker-files.js';

describe('The log of the motion worker', () => {
  let records: LogRecord[];
  beforeEach(() => {
    records = [];
    log.connect('page', (record) => records.push(record));
  });
  afterEach(() => {
    log.level = 'off';
    log.connect('page', null);
  });

  it('reaches the page with thread, round and media time, at the level that the page sets', async () => {
    const workers = acquireWorkers(WORKER_FILES);
    const probe = await SessionProbe.open(workers.motion, { kind: 'engine' });
    log.level = 'debug';
    probe.session.append(1, voice(0.5), 16000, true);
    await probe.until(() => probe.isMotionFinished(1));
    const events = records.map(({ event }) => event);
    assert.include(events, 'round begun');
    const motion = records.find(({ event }) => event === 'motion')!;
    assert.include(motion, { level: 'debug', thread: 'motion' });
    assert.equal(motion.fields.round, 1);
    assert.isAbove(motion.fields.mediaSeconds!, 0);

    log.level = 'off';
    records.length = 0;
    probe.session.append(2, voice(0.5), 16000, true);
    await probe.until(() => probe.isMotionFinished(2));
    assert.isEmpty(records);
    workers.release();
  });
});
