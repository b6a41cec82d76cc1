import { assert, describe, it } from '#test';

import { Deferred } from '../../../../src/shared/core/deferred.js';
import { Lazy } from '../../../../src/shared/core/lazy.js';

describe('Lazy', () => {
  it('makes its value at the first call, and once', async () => {
    let count = 0;
    const lazy = new Lazy(async () => ++count);
    assert.equal(count, 0);
    assert.deepEqual(await Promise.all([lazy.get(), lazy.get()]), [1, 1]);
    assert.equal(await lazy.get(), 1);
    assert.equal(lazy.value, 1);
  });

  it('starts nothing by being looked at', () => {
    const lazy = new Lazy(async () => assert.fail('was made'));
    assert.isNull(lazy.current);
    assert.isNull(lazy.value);
  });

  it('answers calls that came while it was made in their order', async () => {
    const made = new Deferred<string>();
    const lazy = new Lazy(() => made.promise);
    const answered: number[] = [];
    const calls = [1, 2, 3].map((call) => lazy.get().then(() => answered.push(call)));
    made.resolve('value');
    await Promise.all(calls);
    assert.deepEqual(answered, [1, 2, 3]);
  });

  it('forgets a failure, so that the next call tries again', async () => {
    let count = 0;
    const lazy = new Lazy(async () => {
      if (++count === 1) throw new Error('no network');
      return count;
    });
    assert.equal(await lazy.get().catch((reason: Error) => reason.message), 'no network');
    assert.isNull(lazy.current);
    assert.equal(await lazy.get(), 2);
  });

  it('rejects when making it throws at once', async () => {
    const lazy = new Lazy<number>(() => {
      throw new Error('at once');
    });
    assert.equal(await lazy.get().catch((reason: Error) => reason.message), 'at once');
  });

  it('keeps a failure for as long as it is asked to', async () => {
    let count = 0;
    const lazy = new Lazy(async () => Promise.reject(new Error(String(++count))), { retryAfterMs: 5 });
    const message = (): Promise<string> => lazy.get().then(String, (reason: Error) => reason.message);
    assert.equal(await message(), '1');
    assert.equal(await message(), '1');
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(await message(), '2');
  });

  it('makes another value after a reset, and keeps that when the one before comes late', async () => {
    const attempts: Deferred<string>[] = [];
    const lazy = new Lazy(() => {
      const attempt = new Deferred<string>();
      attempts.push(attempt);
      return attempt.promise;
    });
    const before = lazy.get();
    lazy.reset();
    const after = lazy.get();
    attempts[1].resolve('after');
    await after;
    attempts[0].resolve('before');
    assert.equal(await before, 'before');
    assert.equal(lazy.value, 'after');
    assert.equal(await lazy.get(), 'after');
  });
});
