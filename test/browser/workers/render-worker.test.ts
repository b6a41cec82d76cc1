import { assert } from 'chai';
import { asset } from '../../../src/assets/asset-urls.js';
import type { AvatarError } from '../../../src/shared/contracts/errors.js';
import type { Stage, StageListener } from '../../../src/shared/contracts/stage.js';
import { DEFAULT_STAGE_SETTINGS } from '../../../src/shared/contracts/stage-settings.js';
import { type AvatarWorkers, acquireWorkers } from '../../../src/workers/spawn.js';
import { itWithDrawingWorker } from '../../helpers/browser/drawing-worker.js';
import { WORKER_FILES, workerAt } from '../../helpers/browser/worker-files.js';

describe('The stage, from the page', () => {
  let workers: AvatarWorkers;
  let stage: Stage | null;
  let canvas: HTMLCanvasElement;
  const errors: AvatarError[] = [];
  const listener = (): StageListener => ({
    handleLoadProgress: () => undefined,
    handleFirstFrame: () => undefined,
    handleContextLost: () => undefined,
    handleContextRestored: () => undefined,
    handleDeviceLost: () => undefined,
    handleError: (error) => errors.push(error),
    locateAddOn: (name) => asset(`workers/${name}.add-on.js`).locate(),
  });

  beforeEach(() => {
    workers = acquireWorkers(WORKER_FILES);
    stage = null;
    errors.length = 0;
    canvas = document.createElement('canvas');
    document.body.append(canvas);
  });
  afterEach(() => {
    stage?.dispose();
    canvas.remove();
    workers.release();
  });

  async function openStage(): Promise<Stage> {
    stage = await workers.render.createStage(
      {
        canvas,
        width: 64,
        height: 64,
        pixelRatio: 1,
        renderer: 'webgl',
        settings: { ...DEFAULT_STAGE_SETTINGS, motionStyle: 'calm' },
        playheadPort: new MessageChannel().port1,
        motionPort: new MessageChannel().port1,
        seed: 1,
      },
      listener(),
    );
    return stage;
  }

  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'resolved',
      (error: AvatarError) => error.code,
    );

  itWithDrawingWorker('draws in the worker, and its errors keep their codes', async () => {
    const opened = await openStage();
    assert.isFalse(workers.isRenderingOnPage);
    assert.throws(() => canvas.width++, DOMException);
    assert.match(await codeOf(opened.load(new URL('/no-such-avatar.glb', location.href).href)), /avatar/i);
  });

  it('draws on the page where no worker can', async () => {
    const { transferControlToOffscreen } = HTMLCanvasElement.prototype;
    Object.assign(HTMLCanvasElement.prototype, { transferControlToOffscreen: undefined });
    try {
      const opened = await openStage();
      assert.isTrue(workers.isRenderingOnPage);
      assert.isNumber((await opened.stats()).framesDrawn);
      assert.match(await codeOf(opened.load(new URL('/no-such-avatar.glb', location.href).href)), /avatar/i);
    } finally {
      Object.assign(HTMLCanvasElement.prototype, { transferControlToOffscreen });
    }
  });

  it('draws on the page when the worker cannot be started', async () => {
    workers.release();
    workers = acquireWorkers({
      ...WORKER_FILES,
      render: workerAt(new URL('../../helpers/browser/dying-render.worker.js', import.meta.url)),
    });
    const opened = await openStage();
    assert.isTrue(workers.isRenderingOnPage);
    assert.isNumber((await opened.stats()).framesDrawn);
  });
});
