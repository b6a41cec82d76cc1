import { describe, it } from 'node:test';
import { assert } from 'chai';

import { RequestRegistry } from '../../../src/server/request-registry.js';

describe('the registry of requests', () => {
  it('knows which requests are open and how much of their audio waits', () => {
    const requests = new RequestRegistry();
    const first = requests.add('first');
    requests.add('second').isInputOver = true;
    first.queuedBytes = 5000;
    assert.deepEqual(requests.ids, ['first', 'second']);
    assert.deepEqual(requests.unended, [first]);
    assert.equal(requests.queuedBytes, 5000 + 2 * 1024);
    requests.finish('second');
    assert.equal(requests.size, 1);
    assert.isTrue(requests.hasWork);
    first.queuedBytes = 0;
    assert.isFalse(requests.hasWork);
  });

  it('takes no audio for a request after its end', () => {
    const requests = new RequestRegistry();
    const request = requests.add('a');
    assert.isFalse(requests.isInputOver('a'));
    request.isInputOver = true;
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
