import { assert } from 'chai';
import { asset } from '../../../src/assets/asset-urls.js';
import { type AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';
import type { FileAddOn } from '../../../src/workers/load-file.js';
import { loadFile } from '../../../src/workers/load-file.js';
import type { WorkerFile } from '../../../src/workers/worker-host.js';
import { workerAt } from '../../helpers/browser/worker-files.js';
import { changedTriangle, HOSTILE } from '../../helpers/hostile-glb.js';

const LOADER = asset('workers/loader.worker.js');
const locateAddOn = (name: FileAddOn): Promise<string> => asset(`workers/${name}.add-on.js`).locate();
const FREEZING = workerAt(new URL('../../helpers/browser/freezing.worker.js', import.meta.url));

const load = (bytes: Uint8Array<ArrayBuffer>, file: WorkerFile = LOADER, timeoutMs = 15_000): Promise<Blob> =>
  loadFile(file, Promise.resolve(new Blob([bytes])), { timeoutMs, handleProgress: () => undefined, locateAddOn });

const errorOf = (work: Promise<unknown>): Promise<AvatarError> =>
  work.then(
    () => assert.fail('it is not refused'),
    (error: AvatarError) => error,
  );

describe('The loader worker', () => {
  it('answers with a file of the same format', async () => {
    const file = await load(changedTriangle(() => undefined));
    assert.equal(await file.slice(0, 4).text(), 'glTF');
  });

  it('downloads a file by its URL and reports how far it is', async () => {
    const url = URL.createObjectURL(new Blob([changedTriangle(() => undefined)]));
    const progress: number[] = [];
    await loadFile(LOADER, Promise.resolve(url), { timeoutMs: 15_000, handleProgress: (fraction) => progress.push(fraction), locateAddOn });
    assert.equal(progress.at(-1), 1);
    URL.revokeObjectURL(url);
  });

  it('refuses a file with the code and the reason', async () => {
    const error = await errorOf(load(HOSTILE['two JSON chunks'].file()));
    assert.equal(error.code, ErrorCode.unsupportedAvatarAsset);
    assert.match(error.message, /two JSON chunks/);
  });

  it('says that a file cannot be downloaded', async () => {
    const source = Promise.resolve(new URL('/no-such-avatar.glb', location.href).href);
    const error = await errorOf(loadFile(LOADER, source, { timeoutMs: 15_000, handleProgress: () => undefined, locateAddOn }));
    assert.equal(error.code, ErrorCode.failedToDownloadAvatarAssets);
  });

  it('is ended when it takes too long', async () => {
    const startMs = performance.now();
    const error = await errorOf(
      load(
        changedTriangle(() => undefined),
        FREEZING,
        300,
      ),
    );
    assert.equal(error.code, ErrorCode.unsupportedAvatarAsset);
    assert.match(error.message, /longer than 300 ms/);
    assert.isAbove(performance.now() - startMs, 290);
  });

  it('is replaced by the page where no worker can be started', async () => {
    const { Worker } = globalThis;
    Object.assign(globalThis, {
      Worker: class {
        constructor() {
          throw new DOMException('forbidden', 'SecurityError');
        }
      },
    });
    try {
      assert.match((await errorOf(load(HOSTILE['two JSON chunks'].file()))).message, /two JSON chunks/);
    } finally {
      Object.assign(globalThis, { Worker });
    }
  });
});
