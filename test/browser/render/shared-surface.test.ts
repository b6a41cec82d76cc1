import { assert } from 'chai';

import type { OwnSurface } from '../../../src/render/own-surface.js';
import { LiveStage } from '../../../src/render/stage.js';
import { acquireWorkers } from '../../../src/workers/spawn.js';
import { itWithDrawingWorker } from '../../helpers/browser/drawing-worker.js';
import { ARIA_URL, alphaAt, difference, StageProbe } from '../../helpers/browser/stage-probe.js';
import { WORKER_FILES } from '../../helpers/browser/worker-files.js';

/** The first three have a context of their own. */
const OWN = 3;

describe('Many stages of one thread', () => {
  const rendererOf = (probe: StageProbe) => (probe.stage as unknown as { surface: OwnSurface }).surface.renderer;
  let probes: StageProbe[] = [];

  async function open(count: number, sizes = [160]): Promise<void> {
    for (let index = 0; index < count; index++) {
      const size = sizes[index % sizes.length];
      probes.push(await StageProbe.open((options, listener) => new LiveStage(options, listener), { width: size, height: size }));
    }
    await Promise.all(probes.map(({ stage }) => stage.load(ARIA_URL)));
  }

  afterEach(() => {
    probes.forEach((probe) => probe.close());
    probes = [];
  });

  it('all show the same picture, whichever context it was drawn on', async () => {
    await open(OWN + 3);
    const contexts = new Set(probes.map((probe) => rendererOf(probe)));
    assert.equal(contexts.size, OWN + 1);
    const pictures = await Promise.all(probes.map((probe) => probe.picture()));
    for (const picture of pictures) {
      assert.equal(alphaAt(picture, 2, 2), 0);
      assert.equal(alphaAt(picture, 80, 80), 255);
      assert.isBelow(difference(pictures[0], picture), 0.02);
    }
  });

  it('have a size each, and may change it', async () => {
    await open(OWN + 3, [100, 160, 60]);
    const shared = probes.slice(OWN);
    shared[0].stage.resize(220, 140, 1);
    await Promise.all(shared.map((probe) => probe.frames(2)));
    const sizes = shared.map(({ canvas }) => [canvas.width, canvas.height]);
    assert.deepEqual(sizes, [
      [220, 140],
      [160, 160],
      [60, 60],
    ]);
    for (const probe of shared) {
      const picture = await probe.picture();
      assert.equal(alphaAt(picture, picture.width / 2, picture.height / 2), 255);
      assert.equal(alphaAt(picture, 2, 2), 0);
    }
  });

  it('give back what they had, and leave the others what they have', async () => {
    await open(OWN + 2);
    const [first, second] = probes.slice(OWN) as [StageProbe, StageProbe];
    await Promise.all([first.frames(2), second.frames(2)]);
    const { info } = rendererOf(first);
    const { geometries } = info.memory;
    first.stage.dispose();
    assert.equal(info.memory.geometries, geometries / 2);
    assert.equal(alphaAt(await second.picture(), 80, 80), 255);
    second.stage.dispose();
    assert.equal(info.memory.geometries, 0);
    assert.equal(info.memory.textures, 0);
  });

  it('all come back when the context they share was taken away', async () => {
    await open(OWN + 2);
    const shared = probes.slice(OWN);
    const extension = rendererOf(shared[0]).getContext().getExtension('WEBGL_lose_context')!;
    extension.loseContext();
    for (const probe of shared) await probe.until(() => probe.events.includes('lost'));
    extension.restoreContext();
    for (const probe of shared) {
      await probe.until(() => probe.events.includes('restored'));
      await probe.frames(2);
      assert.equal(alphaAt(await probe.picture(), 80, 80), 255);
    }
    assert.notInclude(probes[0].events, 'lost');
  });

  itWithDrawingWorker('keep their pictures in the worker, which has four contexts and no more', async () => {
    const workers = acquireWorkers(WORKER_FILES);
    const size = { width: 64, height: 64 };
    for (let index = 0; index < 7; index++) {
      probes.push(await StageProbe.open((options, listener) => workers.render.createStage(options, listener), size));
    }
    await Promise.all(probes.map(({ stage }) => stage.load(ARIA_URL)));
    for (const probe of probes) {
      await probe.frames(2);
      assert.notInclude(probe.events, 'lost');
      assert.equal(alphaAt(await probe.picture(), 32, 32), 255);
    }
    workers.release();
  });
});
