import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fuzzFiles } from '../../helpers/node/fuzzed-files.js';

describe('Mutated avatar files', () => {
  it('are read or refused with an error, none of them slowly', async () => {
    const { faults, readCount, count } = await fuzzFiles(1500, 1);
    assert.deepEqual(faults, []);
    assert.ok(readCount > count / 20 && readCount < (count * 19) / 20, `${readCount} of ${count} are read`);
  });
});
