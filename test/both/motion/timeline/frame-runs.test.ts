import { assert, describe, it } from '#test';
import { joinFrames, sliceFrames } from '../../../../src/motion/timeline/frame-runs.js';
import { CHANNEL_COUNT, EXTRA_CHANNEL_COUNT, EXTRA_LAYOUT } from '../../../../src/shared/contracts/channels.js';
import type { MotionFrames } from '../../../../src/shared/contracts/motion-frames.js';

/** Every value of a frame is its number. */
function run(startFrame: number, frameCount: number, hasExtra: boolean): MotionFrames {
  const numbered = (width: number) => Float32Array.from({ length: frameCount * width }, (_, i) => startFrame + Math.floor(i / width));
  const extra = hasExtra ? { extra: { layout: EXTRA_LAYOUT, values: numbered(EXTRA_CHANNEL_COUNT) } as const } : {};
  return { frameRate: 50, startFrame, frameCount, values: numbered(CHANNEL_COUNT), ...extra };
}

describe('Runs of frames', () => {
  it('are cut and joined again with their extra channels', () => {
    const whole = run(7, 9, true);
    for (const cut of [1, 4, 8]) assert.deepEqual(joinFrames([sliceFrames(whole, 0, cut), sliceFrames(whole, cut, 9)]), whole);
  });

  it('get no extra channels from being cut and joined', () => {
    const whole = run(0, 4, false);
    const joined = joinFrames([sliceFrames(whole, 0, 1), sliceFrames(whole, 1, 4)]);
    assert.deepEqual(joined, whole);
    assert.notProperty(joined, 'extra');
  });

  it('have 0 in the extra channels of the part that has none', () => {
    const { extra } = joinFrames([run(1, 2, false), run(3, 1, true)]);
    assert.deepEqual(
      extra?.values,
      Float32Array.from([...new Array(2 * EXTRA_CHANNEL_COUNT).fill(0), ...new Array(EXTRA_CHANNEL_COUNT).fill(3)]),
    );
  });
});
