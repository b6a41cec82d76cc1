import { assert, describe, it } from '#test';
import { type FlameKeyframe, framesFromFlame } from '../../../../src/motion/retarget/flame.js';
import { CHANNEL_INDEX as C, CHANNEL_COUNT, type Channel } from '../../../../src/shared/contracts/channels.js';

const REST: FlameKeyframe = { translation: [], rotation: [], neckPose: [], jawPose: [], eyePose: [], eyeLid: [], expression: [] };
const read = (keyframe: Partial<FlameKeyframe>): ((channel: Channel) => number) => {
  const values = framesFromFlame([{ ...REST, ...keyframe }]);
  return (channel) => values[C[channel]];
};

describe('FLAME keyframes', () => {
  it('open the jaw with the jaw and turn the head with root and neck', () => {
    assert.isAbove(read({ jawPose: [0.08, 0, 0] })('jawOpen'), read({ jawPose: [0.02, 0, 0] })('jawOpen') + 0.2);
    const pose = read({ rotation: [0.1, 0.2, 0.3], neckPose: [0.01, -0.1, 0], translation: [1, 2, 3] });
    assert.approximately(pose('headPitch'), 0.11, 1e-6);
    assert.approximately(pose('headYaw'), 0.1, 1e-6);
    assert.approximately(pose('headRoll'), 0.3, 1e-6);
    assert.equal(pose('headZ'), 3);
  });

  it('show the gaze of each eye and its lid', () => {
    const pose = read({ eyePose: [-0.22, 0.26, 0, 0.22, -0.26, 0], eyeLid: [1, 0.25] });
    assert.approximately(pose('eyeLookUpLeft'), 0.5, 0.01);
    assert.approximately(pose('eyeLookOutLeft'), 0.5, 0.01);
    assert.equal(pose('eyeLookInLeft'), 0);
    assert.approximately(pose('eyeLookDownRight'), 0.5, 0.01);
    assert.approximately(pose('eyeLookOutRight'), 0.5, 0.01);
    assert.equal(pose('eyeBlinkLeft'), 1);
    assert.equal(pose('eyeBlinkRight'), 0.25);
  });

  it('keep every weight in range, whatever the coefficients', () => {
    for (const size of [-30, -1, 0, 1, 30]) {
      const values = framesFromFlame([{ ...REST, jawPose: [size, size, size], expression: new Array<number>(100).fill(size) }]);
      assert.equal(values.length, CHANNEL_COUNT);
      for (let i = 0; i < 52; i++) assert.isTrue(values[i] >= 0 && values[i] <= 1);
      assert.isAtMost(values[C.mouthClose], values[C.jawOpen]);
    }
  });

  it('gives a frame for every keyframe', () => {
    assert.equal(framesFromFlame([REST, REST, REST]).length, 3 * CHANNEL_COUNT);
    assert.equal(framesFromFlame([]).length, 0);
  });
});
