import { assert } from 'chai';

import { AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';
import { type AvatarWorkers, acquireWorkers } from '../../../src/workers/spawn.js';
import { ARIA_URL, alphaAt, StageProbe } from '../../helpers/browser/stage-probe.js';
import { WORKER_FILES } from '../../helpers/browser/worker-files.js';

describe('The stage in the worker', () => {
  let workers: AvatarWorkers;

  beforeEach(() => {
    workers = acquireWorkers(WORKER_FILES);
  });
  afterEach(() => workers.release());

  it('draws, plays motion, takes pictures and passes errors on with their code', async () => {
    const probe = await StageProbe.open((options, listener) => workers.render.createStage(options, listener));
    const info = await probe.stage.load(ARIA_URL);
    assert.isAbove(info.triangleCount, 1000);
    await probe.until(() => probe.events.includes('first frame'));
    probe.stage.setTracing(true);
    probe.play(1, { jawOpen: 0.7 });
    await probe.until(async () => ((await probe.stage.takeTrace()).at(-1)?.jawOpen ?? 0) > 0.65);
    const picture = await probe.picture();
    assert.equal(alphaAt(picture, 2, 2), 0);
    assert.equal(alphaAt(picture, 80, 80), 255);
    try {
      await probe.stage.load(new URL('/no/such/avatar.glb', location.href).href);
      assert.fail('loaded nothing');
    } catch (error) {
      assert.instanceOf(error, AvatarError);
      assert.equal((error as AvatarError).code, ErrorCode.failedToDownloadAvatarAssets);
    }
    probe.close();
  });
});
