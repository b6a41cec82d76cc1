/** Cuts and joins runs of frames, their extra channels included. */
import { CHANNEL_COUNT, EXTRA_CHANNEL_COUNT, EXTRA_LAYOUT } from '../../shared/contracts/channels.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';

/** The frames `from` to `to` − 1 of a run, counted from its first; the arrays are views. */
export function sliceFrames(frames: MotionFrames, from: number, to: number): MotionFrames {
  const { frameRate, startFrame, values, extra } = frames;
  return {
    frameRate,
    startFrame: startFrame + from,
    frameCount: to - from,
    values: values.subarray(from * CHANNEL_COUNT, to * CHANNEL_COUNT),
    ...(extra && { extra: { ...extra, values: extra.values.subarray(from * EXTRA_CHANNEL_COUNT, to * EXTRA_CHANNEL_COUNT) } }),
  };
}

/** One run of consecutive ones, at least one, with arrays of its own. Extra channels are 0 in runs that have none, and absent if no run has any. */
export function joinFrames(runs: readonly MotionFrames[]): MotionFrames {
  const frameCount = runs.reduce((sum, run) => sum + run.frameCount, 0);
  const values = new Float32Array(frameCount * CHANNEL_COUNT);
  const extra = runs.some((run) => run.extra) ? new Float32Array(frameCount * EXTRA_CHANNEL_COUNT) : null;
  let filled = 0;
  for (const run of runs) {
    values.set(run.values, filled * CHANNEL_COUNT);
    if (extra && run.extra) extra.set(run.extra.values, filled * EXTRA_CHANNEL_COUNT);
    filled += run.frameCount;
  }
  const { frameRate, startFrame } = runs[0];
  return { frameRate, startFrame, frameCount, values, ...(extra && { extra: { layout: EXTRA_LAYOUT, values: extra } }) };
}
