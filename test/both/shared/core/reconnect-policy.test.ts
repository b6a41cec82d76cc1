import { assert, describe, it } from '#test';

import { ReconnectPolicy } from '../../../../src/shared/core/reconnect-policy.js';

describe('ReconnectPolicy', () => {
  const delays = (random: number, count: number): number[] => {
    const policy = new ReconnectPolicy({ firstDelayMs: 100, factor: 2, maxDelayMs: 1000, random: () => random });
    return Array.from({ length: count }, () => policy.nextDelayMs());
  };

  it('doubles up to the longest delay', () => {
    assert.deepEqual(delays(1, 6), [100, 200, 400, 800, 1000, 1000]);
  });

  it('spreads the attempts over the upper half of each delay', () => {
    assert.deepEqual(delays(0, 3), [50, 100, 200]);
  });

  it('starts over once connected', () => {
    const policy = new ReconnectPolicy({ firstDelayMs: 100, factor: 2, random: () => 1 });
    policy.nextDelayMs();
    policy.nextDelayMs();
    policy.reset();
    assert.equal(policy.failureCount, 0);
    assert.equal(policy.nextDelayMs(), 100);
  });
});
