import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fuzzFiles } from '../../helpers/node/fuzzed-files.js';

describe('100,000 mutated avatar files', () => {
  it('are read or refused with an error, none of them slowly', async () => {
    const { faults } = await fuzzFiles(100_000, 2);
    assert.deepEqual(faults, []);
  });
});
