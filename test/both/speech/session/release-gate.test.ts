import { assert, describe, it } from '#test';

import { ReleaseGate } from '../../../../src/speech/session/release-gate.js';

describe('ReleaseGate', () => {
  it('opens when audio and motion both cover the first moments', () => {
    const gate = new ReleaseGate('audio-independent');
    gate.addAudio(0.3);
    assert.equal(gate.untilSeconds, 0);
    gate.coverMotion(0.1);
    assert.equal(gate.untilSeconds, 0);
    gate.coverMotion(0.12);
    assert.equal(gate.untilSeconds, Infinity);
  });

  it('waits for audio when motion is first', () => {
    const gate = new ReleaseGate('audio-independent');
    gate.coverMotion(1);
    gate.addAudio(0.05);
    assert.isFalse(gate.isReleased);
    gate.addAudio(0.08);
    assert.isTrue(gate.isReleased);
  });

  it('opens for a whole round that is shorter than the first moments', () => {
    const gate = new ReleaseGate('audio-independent');
    gate.addAudio(0.06);
    gate.completeAudio();
    assert.isFalse(gate.isReleased);
    gate.coverMotion(0.06);
    assert.isTrue(gate.isReleased);
  });

  it('waits for the motion of a short round in spite of the tolerance at its end', () => {
    const gate = new ReleaseGate('audio-independent');
    gate.addAudio(0.04);
    gate.completeAudio();
    assert.isFalse(gate.isReleased);
  });

  it('opens when the motion has ended before it covered anything', () => {
    const gate = new ReleaseGate('audio-independent');
    gate.addAudio(1);
    gate.completeMotion();
    assert.equal(gate.untilSeconds, Infinity);
  });

  it('opens when it is decided that no motion comes, as soon as there is audio', () => {
    const gate = new ReleaseGate('strict-sync');
    gate.goWithoutMotion();
    assert.isFalse(gate.isReleased);
    gate.addAudio(0.2);
    assert.equal(gate.untilSeconds, Infinity);
  });

  it('follows the motion in strict sync and frees the round when its motion is complete', () => {
    const gate = new ReleaseGate('strict-sync');
    gate.addAudio(2);
    gate.coverMotion(0.4);
    assert.equal(gate.untilSeconds, 0.4);
    gate.coverMotion(0.3);
    assert.equal(gate.untilSeconds, 0.4);
    gate.coverMotion(0.8);
    assert.equal(gate.untilSeconds, 0.8);
    gate.completeMotion();
    assert.equal(gate.untilSeconds, Infinity);
  });

  it('frees a strictly synchronised round when its motion covers all of its audio', () => {
    const gate = new ReleaseGate('strict-sync');
    gate.addAudio(1);
    gate.coverMotion(0.98);
    assert.equal(gate.untilSeconds, 0.98);
    gate.completeAudio();
    assert.equal(gate.untilSeconds, Infinity);
  });

  it('never takes back what it has released', () => {
    const gate = new ReleaseGate('audio-independent');
    gate.addAudio(1);
    gate.coverMotion(0.2);
    gate.setMode('strict-sync');
    assert.equal(gate.untilSeconds, Infinity);
  });
});
