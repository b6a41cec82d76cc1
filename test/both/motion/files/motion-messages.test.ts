import { assert, describe, it } from '#test';
import { motionMessages } from '../../../../src/motion/files/motion-messages.js';
import { CHANNEL_COUNT } from '../../../../src/shared/contracts/channels.js';
import { ForwardedMotion } from '../../../../src/speech/sources/forwarded-motion.js';
import { codeOf } from '../../../helpers/code-of.js';

describe('Motion as messages', () => {
  for (const frameCount of [1, 250, 613]) {
    it(`of ${frameCount} frames is read by a client as it was, and ends`, () => {
      const values = Float32Array.from({ length: frameCount * CHANNEL_COUNT }, (_, i) =>
        i % CHANNEL_COUNT < 52 ? (Math.sin(i / 99) + 1) / 2 : Math.sin(i / 77) / 4,
      );
      const reader = new ForwardedMotion();
      let next = 0;
      for (const message of motionMessages({ frameRate: 50, startFrame: 7, frameCount, values })) {
        assert.isFalse(reader.isEnded);
        const read = reader.read(message, frameCount / 50);
        if (read.kind !== 'motion') throw new Error(read.kind);
        assert.equal(read.frames.startFrame, next);
        for (let i = 0; i < read.frames.values.length; i++) {
          assert.closeTo(read.frames.values[i], values[next * CHANNEL_COUNT + i], 1e-3);
        }
        next += read.frames.frameCount;
      }
      assert.equal(next, frameCount);
      assert.isTrue(reader.isEnded);
    });
  }

  it('refuses what is no motion', () => {
    assert.equal(
      codeOf(() => motionMessages({ frameRate: 50, startFrame: 0, frameCount: 0, values: new Float32Array(0) })),
      'invalidMotionData',
    );
    assert.equal(
      codeOf(() => motionMessages({ frameRate: 50, startFrame: 0, frameCount: 3, values: new Float32Array(58) })),
      'invalidMotionData',
    );
  });
});
