import { assert, describe, it } from '#test';
import type { FlameKeyframe } from '../../../../src/motion/retarget/flame.js';
import { FLAME_LEAD_SECONDS, FlameStream } from '../../../../src/motion/retarget/flame-stream.js';
import { CHANNEL_INDEX as C, CHANNEL_COUNT } from '../../../../src/shared/contracts/channels.js';
import type { MotionFrames } from '../../../../src/shared/contracts/motion-frames.js';

const keyframe = (pitch: number): FlameKeyframe => ({
  translation: [],
  rotation: [pitch, 0, 0],
  neckPose: [],
  jawPose: [],
  eyePose: [],
  eyeLid: [],
  expression: [],
});
/** Keyframes of a head that nods once in 0.8 s. */
const nod = (count: number): FlameKeyframe[] => Array.from({ length: count }, (_, i) => keyframe(0.1 * Math.sin((2 * Math.PI * i) / 20)));
/** The pitch of every frame, by its time in s. */
const pitches = (runs: MotionFrames[]): Map<number, number> =>
  new Map(
    runs.flatMap(({ startFrame, frameCount, frameRate, values }) =>
      Array.from({ length: frameCount }, (_, i) => [(startFrame + i) / frameRate, values[i * CHANNEL_COUNT + C.headPitch]] as const),
    ),
  );

describe('FlameStream', () => {
  it('shows keyframes as much later as they lead their sound, smoothly in between', () => {
    const frames = pitches([new FlameStream(true).push(nod(50), true)]);
    for (const [seconds, pitch] of frames) {
      const place = Math.max(0, seconds - FLAME_LEAD_SECONDS) * 25;
      // The spline knows nothing of what would be beyond the ends.
      const tolerance = place < 1 || place > 48 ? 5e-3 : 5e-4;
      assert.approximately(pitch, 0.1 * Math.sin((2 * Math.PI * place) / 20), tolerance, `${seconds} s`);
    }
    assert.equal(Math.min(...frames.keys()), 0);
    assert.approximately(Math.max(...frames.keys()), 49 / 25 + FLAME_LEAD_SECONDS, 0.02);
  });

  it('gives the same frames however the keyframes are cut into messages', () => {
    const whole = pitches([new FlameStream(true).push(nod(60), true)]);
    for (const size of [1, 2, 7, 59]) {
      const stream = new FlameStream(true);
      const runs: MotionFrames[] = [];
      for (let at = 0; at < 60; at += size) runs.push(stream.push(nod(60).slice(at, at + size), false));
      runs.push(stream.push([], true));
      let next = 0;
      for (const { startFrame, frameCount } of runs) {
        assert.equal(startFrame, next);
        next += frameCount;
      }
      const cut = pitches(runs);
      assert.deepEqual([...cut.keys()], [...whole.keys()]);
      for (const [seconds, pitch] of cut) assert.approximately(pitch, whole.get(seconds)!, 1e-6);
    }
  });

  it('withholds one keyframe at most', () => {
    const { startFrame, frameCount, frameRate } = new FlameStream(true).push(nod(50), false);
    assert.approximately((startFrame + frameCount) / frameRate, 48 / 25 + FLAME_LEAD_SECONDS, 0.02);
  });

  it('leaves the end of other motion to be seen where it does not begin the round', () => {
    const stream = new FlameStream(false);
    assert.approximately(stream.push(nod(10), true).startFrame / 50, FLAME_LEAD_SECONDS, 0.02);
    assert.equal(stream.speechSeconds, 0.4);
  });

  it('takes the time from the number of keyframes that were left out', () => {
    const { startFrame, frameCount, values } = new FlameStream(false, 100).push(nod(25), true);
    assert.approximately(startFrame / 50, 4 + FLAME_LEAD_SECONDS, 0.02);
    assert.approximately((startFrame + frameCount) / 50, 5 + FLAME_LEAD_SECONDS, 0.05);
    assert.approximately(values[C.headPitch], 0, 0.02);
  });

  it('has no frames without keyframes', () => {
    const stream = new FlameStream(true);
    assert.equal(stream.push([], false).frameCount, 0);
    assert.equal(stream.push([], true).frameCount, 0);
    assert.isAbove(new FlameStream(true).push([keyframe(0.1)], true).frameCount, 5);
  });

  it('keeps weights in range where the spline swings over, and lips no wider closed than the jaw is open', () => {
    const jaws = Array.from(
      { length: 40 },
      (_, i): FlameKeyframe => ({ ...keyframe(0), jawPose: [i % 4 < 2 ? 0.3 : -0.1, 0, 0], eyeLid: [i % 2, i % 3 ? 1 : 0] }),
    );
    const { frameCount, values } = new FlameStream(true).push(jaws, true);
    for (let frame = 0; frame < frameCount; frame++) {
      const at = frame * CHANNEL_COUNT;
      for (let channel = 0; channel < C.headPitch; channel++) assert.isTrue(values[at + channel] >= 0 && values[at + channel] <= 1);
      assert.isAtMost(values[at + C.mouthClose], values[at + C.jawOpen]);
    }
  });
});
