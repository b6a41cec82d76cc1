import { assert, describe, it } from '#test';

import { RoundGate } from '../../../../src/shared/core/round-gate.js';

describe('RoundGate', () => {
  it('lets every round through at first', () => {
    assert.isTrue(new RoundGate().isOpen(0));
    assert.isFalse(new RoundGate(3).isOpen(2));
    assert.isTrue(new RoundGate(3).isOpen(3));
  });

  it('closes the rounds below a number', () => {
    const gate = new RoundGate();
    assert.isTrue(gate.closeBefore(5));
    assert.deepEqual([gate.isOpen(4), gate.isOpen(5)], [false, true]);
    assert.equal(gate.firstRound, 5);
  });

  it('never opens a closed round by closing fewer', () => {
    const gate = new RoundGate(5);
    assert.isFalse(gate.closeBefore(5));
    assert.isFalse(gate.closeBefore(2));
    assert.isFalse(gate.isOpen(4));
  });

  it('opens all rounds again when it is reset', () => {
    const gate = new RoundGate();
    gate.closeBefore(Infinity);
    assert.isFalse(gate.isOpen(1e9));
    gate.reset();
    assert.isTrue(gate.isOpen(0));
  });
});
