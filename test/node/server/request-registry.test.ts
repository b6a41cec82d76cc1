import { describe, it } from 'node:test';
import { assert } from 'chai';

import { RequestRegistry } from '../../../src/server/request-registry.js';

describe('the registry of requests', () => {
  it('knows which requests are open and how much of their audio waits', () => {
    const requests = new RequestRegistry();
    const first = requests.add('first');
    requests.add('second');
    requests.addAudio('second', 0, true);
    requests.addAudio('first', 5000, false);
    assert.deepEqual(requests.ids, ['first', 'second']);
    assert.deepEqual(requests.unended, { count: 1, oldest: first });
    assert.equal(requests.queuedBytes, 5000 + 2 * 1024);
    requests.finish('second');
    assert.equal(requests.size, 1);
    assert.isTrue(requests.hasWork);
    requests.takeAudio('first', 5000);
    assert.isFalse(requests.hasWork);
    requests.addAudio('first', 700, true);
    requests.finish('first');
    assert.equal(requests.queuedBytes, 0);
  });

  it('takes no audio for a request after its end', () => {
    const requests = new RequestRegistry();
    requests.add('a');
    assert.isFalse(requests.isInputOver('a'));
    requests.addAudio('a', 0, true);
    assert.isTrue(requests.isInputOver('a'));
    requests.finish('a');
    assert.isTrue(requests.isInputOver('a'));
    assert.isFalse(requests.isInputOver('b'));
  });

  it('reports late audio once per id, and remembers 256 ids', () => {
    const requests = new RequestRegistry();
    const use = (reqId: string): void => {
      requests.add(reqId);
      requests.finish(reqId);
    };
    use('a');
    assert.deepEqual([requests.claimReport('a'), requests.claimReport('a')], [true, false]);
    for (let index = 0; index < 256; index++) use(`other ${index}`);
    assert.isFalse(requests.isInputOver('a'));
    assert.isTrue(requests.isInputOver('other 0'));
  });
});
