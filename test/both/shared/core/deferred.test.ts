import { assert, describe, it } from '#test';

import { Deferred } from '../../../../src/shared/core/deferred.js';

describe('Deferred', () => {
  it('resolves its promise', async () => {
    const deferred = new Deferred<number>();
    deferred.resolve(3);
    assert.equal(await deferred.promise, 3);
  });

  it('rejects its promise', async () => {
    const deferred = new Deferred();
    deferred.reject(new Error('no'));
    assert.equal(await deferred.promise.catch((reason: Error) => reason.message), 'no');
  });

  it('is settled by the first call', async () => {
    const deferred = new Deferred<string>();
    deferred.resolve('first');
    deferred.resolve('second');
    deferred.reject(new Error('third'));
    assert.equal(await deferred.promise, 'first');
  });
});
