import { describe, it } from 'node:test';
import { assert } from 'chai';
import { RequestPlayout } from '../../../../src/server/livekit/request-playout.js';
import type { MotionFrames } from '../../../../src/shared/contracts/motion-frames.js';

const RATE = 1000;
const motion = (startSeconds: number, seconds: number): MotionFrames => ({
  frameRate: 50,
  startFrame: startSeconds * 50,
  frameCount: seconds * 50,
  values: new Float32Array(seconds * 50 * 58),
});
const sound = (seconds: number, value = 7): Int16Array => new Int16Array(seconds * RATE).fill(value);

describe('speech on its way into a room', () => {
  const out = new Int16Array(10);

  function takeAll(playout: RequestPlayout): number {
    let count = 0;
    for (let taken; (taken = playout.take(out)) > 0; ) count += taken;
    return count;
  }

  it('leaves only as far as its motion reaches, and holds there', () => {
    const playout = new RequestPlayout(RATE);
    playout.begin('a');
    playout.addAudio('a', sound(1));
    assert.equal(playout.take(out), 0, 'no motion yet');
    playout.addMotion('a', motion(0, 0.5));
    assert.equal(takeAll(playout), 500);
    assert.deepEqual(
      playout.takeEvents().map(({ type }) => type),
      ['motion', 'held'],
    );
    playout.addMotion('a', motion(0.5, 0.5));
    assert.equal(takeAll(playout), 500);
    assert.equal(playout.run, 2);
    assert.equal(playout.runStartSeconds, 0.5);
  });

  it('goes on as sound alone when nothing more comes of its motion, and tells its end', () => {
    const playout = new RequestPlayout(RATE);
    playout.begin('a');
    playout.addAudio('a', sound(0.255));
    playout.finish('a');
    playout.takeEvents();
    assert.equal(takeAll(playout), 255);
    assert.equal(out[4], 7);
    assert.equal(out[5], 0, 'silence after the end');
    assert.deepEqual(playout.takeEvents(), [{ type: 'ended', reqId: 'a', number: 1, seconds: 0.255 }]);
    assert.isNull(playout.current);
  });

  it('holds while it is paused, and goes on from the same sample as a new run', () => {
    const playout = new RequestPlayout(RATE);
    playout.begin('a');
    playout.begin('b');
    playout.addAudio('a', sound(1));
    playout.finish('a');
    for (let taken = 0; taken < 300; taken += 10) playout.take(out);
    assert.isFalse(playout.setPaused('b', true), 'only what leaves can be held');
    assert.isTrue(playout.setPaused('a', true));
    assert.equal(playout.take(out), 0);
    assert.deepInclude(playout.takeEvents(), { type: 'held', reqId: 'a', number: 1, seconds: 0.3 });
    playout.setPaused('a', false);
    assert.equal(takeAll(playout), 700);
    assert.deepEqual([playout.run, playout.runStartSeconds], [2, 0.3]);
    playout.setPaused('a', true);
    playout.takeEvents();
    assert.equal(playout.current?.reqId, 'b');
    assert.isFalse(playout.isHeld, 'the next one is not held');
  });

  it('sends motion ahead of the voice, but not all of it at once', () => {
    const playout = new RequestPlayout(RATE);
    playout.begin('a');
    for (let part = 0; part < 10; part++) playout.addMotion('a', motion(part * 0.5, 0.5));
    playout.addAudio('a', sound(5));
    assert.lengthOf(playout.takeEvents(), 2);
    for (let taken = 0; taken < 1000; taken += 10) playout.take(out);
    assert.lengthOf(playout.takeEvents(), 2);
  });

  it('begins a new run where the voice broke off behind it', () => {
    const playout = new RequestPlayout(RATE);
    playout.begin('a');
    playout.addAudio('a', sound(1));
    playout.finish('a');
    for (let taken = 0; taken < 300; taken += 10) playout.take(out);
    playout.breakRun(10);
    assert.equal(playout.run, 2);
    assert.equal(playout.runStartSeconds, 0.29);
    playout.breakRun(10);
    assert.equal(playout.run, 2, 'once for the same place');
  });

  it('forgets what is dropped, and says how far it was', () => {
    const playout = new RequestPlayout(RATE);
    for (const id of ['a', 'b']) {
      playout.begin(id);
      playout.addAudio(id, sound(1));
      playout.finish(id);
    }
    playout.takeEvents();
    for (let taken = 0; taken < 400; taken += 10) playout.take(out);
    assert.deepEqual(playout.drop('a'), { number: 1, takenSeconds: 0.4 });
    assert.isNull(playout.drop('a'));
    assert.equal(playout.current?.reqId, 'b');
    assert.equal(playout.queuedSeconds, 1);
  });
});
