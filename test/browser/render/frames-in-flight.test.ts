import { assert } from 'chai';

import { FramesInFlight } from '../../../src/render/frames-in-flight.js';

describe('Frames in flight', () => {
  const gl = document.createElement('canvas').getContext('webgl2')!;
  const draw = (frames: FramesInFlight): void => {
    gl.clear(gl.COLOR_BUFFER_BIT);
    frames.add();
  };

  it('are two at most, until the first of them is drawn', async () => {
    const frames = new FramesInFlight(gl, true);
    draw(frames);
    assert.isFalse(frames.isFull);
    draw(frames);
    // Within one task no fence of WebGL is passed.
    assert.isTrue(frames.isFull);
    const startMs = performance.now();
    while (frames.isFull) await new Promise(requestAnimationFrame);
    // Longer than that it is not waited for in any case.
    assert.isBelow(performance.now() - startMs, 1000);
  });

  it('are forgotten with a lost context, and not counted where the browser holds them back', () => {
    const [frames, uncounted] = [new FramesInFlight(gl, true), new FramesInFlight(gl, false)];
    for (let count = 0; count < 2; count++) [frames, uncounted].forEach(draw);
    assert.deepEqual([frames.isFull, uncounted.isFull], [true, false]);
    frames.reset();
    assert.isFalse(frames.isFull);
  });
});
