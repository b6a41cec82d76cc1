import { assert } from 'chai';
import { describe, it } from '#test';
import { blameForeignFile, forgetForeignFile, loadForeignFile } from '../../../src/avatar/foreign-files.js';
import { AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';

const death = () => new AvatarError(ErrorCode.workerFailed, 'dead');
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'loaded',
    (error: AvatarError) => error.code,
  );

describe('Avatar files that are not built in', () => {
  it('are loaded one at a time', async () => {
    const events: string[] = [];
    const load = (name: string) => async () => {
      events.push(`${name} begins`);
      await Promise.resolve();
      events.push(`${name} ends`);
    };
    const stages = [{}, {}];
    await Promise.all([loadForeignFile('one.glb', stages[0], load('one')), loadForeignFile('two.glb', stages[1], load('two'))]);
    assert.deepEqual(events, ['one begins', 'one ends', 'two begins', 'two ends']);
    stages.forEach(forgetForeignFile);
  });

  it('are refused once the worker has died while one was loaded; those that waited are not', async () => {
    const [guilty, waiting] = [{}, {}];
    const first = loadForeignFile('guilty.glb', guilty, () => Promise.reject(death()));
    const second = loadForeignFile('waiting.glb', waiting, () => Promise.resolve());
    assert.equal(await codeOf(first), ErrorCode.workerFailed);
    assert.equal(await codeOf(second), 'loaded');
    assert.equal(await codeOf(loadForeignFile('guilty.glb', guilty, () => Promise.resolve())), ErrorCode.unsupportedAvatarAsset);
    assert.equal(await codeOf(loadForeignFile('waiting.glb', waiting, () => Promise.resolve())), 'loaded');
    forgetForeignFile(waiting);
  });

  it('are refused when the death of the worker is reported before the load fails', async () => {
    const stage = {};
    const lost = loadForeignFile('frozen.glb', stage, () => new Promise<void>(() => undefined));
    await new Promise((resolve) => setTimeout(resolve));
    blameForeignFile(stage, death());
    forgetForeignFile(stage);
    assert.equal(await codeOf(lost), ErrorCode.aborted);
    assert.equal(await codeOf(loadForeignFile('frozen.glb', {}, () => Promise.resolve())), ErrorCode.unsupportedAvatarAsset);
  });

  it('stay allowed when they are refused for another reason', async () => {
    const damaged = () => Promise.reject(new AvatarError(ErrorCode.unsupportedAvatarAsset, 'damaged'));
    assert.equal(await codeOf(loadForeignFile('damaged.glb', {}, damaged)), ErrorCode.unsupportedAvatarAsset);
    const stage = {};
    assert.equal(await codeOf(loadForeignFile('damaged.glb', stage, () => Promise.resolve())), 'loaded');
    forgetForeignFile(stage);
  });

  it('are refused when the worker dies of the only one that is drawn', async () => {
    const stage = {};
    await loadForeignFile('drawn.glb', stage, () => Promise.resolve());
    blameForeignFile(stage, death());
    forgetForeignFile(stage);
    assert.equal(await codeOf(loadForeignFile('drawn.glb', {}, () => Promise.resolve())), ErrorCode.unsupportedAvatarAsset);
  });

  it('of which several are drawn are refused after the second death', async () => {
    const stages = [{}, {}];
    await loadForeignFile('left.glb', stages[0], () => Promise.resolve());
    await loadForeignFile('right.glb', stages[1], () => Promise.resolve());
    const first = death();
    // It is reported once for each stage.
    for (const stage of [...stages, ...stages]) blameForeignFile(stage, first);
    assert.equal(await codeOf(loadForeignFile('left.glb', stages[0], () => Promise.resolve())), 'loaded');
    const second = death();
    for (const stage of stages) blameForeignFile(stage, second);
    assert.equal(await codeOf(loadForeignFile('left.glb', stages[0], () => Promise.resolve())), ErrorCode.unsupportedAvatarAsset);
    stages.forEach(forgetForeignFile);
  });

  it('do not wait for a stage that is gone', async () => {
    const gone = {};
    const lost = loadForeignFile('slow.glb', gone, () => new Promise<void>(() => undefined));
    await Promise.resolve();
    setTimeout(() => forgetForeignFile(gone));
    const stage = {};
    const next = loadForeignFile('next.glb', stage, () => Promise.resolve());
    assert.equal(await codeOf(lost), ErrorCode.aborted);
    assert.equal(await codeOf(next), 'loaded');
    forgetForeignFile(stage);
  });
});
