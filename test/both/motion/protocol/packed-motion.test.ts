import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { assert, describe, it } from '#test';
import { ExtraChannelsSchema, type PackedMotion, PackedMotionSchema } from '../../../../src/motion/protocol/generated/message_pb.js';
import { packMotion, unpackMotion } from '../../../../src/motion/protocol/packed-motion.js';
import {
  ARKIT_CHANNEL_COUNT,
  CHANNEL_COUNT,
  CHANNEL_INDEX,
  EXTRA_CHANNEL_COUNT,
  EXTRA_LAYOUT,
} from '../../../../src/shared/contracts/channels.js';
import { AvatarError } from '../../../../src/shared/contracts/errors.js';
import type { MotionFrames } from '../../../../src/shared/contracts/motion-frames.js';
import { codeOf } from '../../../helpers/code-of.js';

/** A seeded generator of 0..1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function framesOf(frameCount: number, valueAt: (frame: number, channel: number) => number, startFrame = 0): MotionFrames {
  const values = new Float32Array(frameCount * CHANNEL_COUNT);
  for (let frame = 0; frame < frameCount; frame++) {
    for (let channel = 0; channel < CHANNEL_COUNT; channel++) values[frame * CHANNEL_COUNT + channel] = valueAt(frame, channel);
  }
  return { frameRate: 50, startFrame, frameCount, values };
}

/** Speech-like: 25 mouth and brow channels that move at 2–7 Hz, blinks, a head that sways; the rest is zero. */
function speechLike(frameCount: number, startFrame = 0): MotionFrames {
  return framesOf(
    frameCount,
    (frame, channel) => {
      const t = (startFrame + frame) / 50;
      if (channel >= ARKIT_CHANNEL_COUNT) return 0.05 * Math.sin(t * (0.7 + 0.2 * (channel - ARKIT_CHANNEL_COUNT)) + channel);
      if (channel < 14 || channel > 38) return 0;
      const hertz = 2 + (channel % 6);
      return Math.max(0, 0.35 * Math.sin(2 * Math.PI * hertz * t + channel) + 0.2 * Math.sin(9 * t));
    },
    startFrame,
  );
}

function worstError(sent: MotionFrames, received: MotionFrames, from: number, to: number): number {
  let worst = 0;
  for (let frame = 0; frame < sent.frameCount; frame++) {
    for (let channel = from; channel < to; channel++) {
      const index = frame * CHANNEL_COUNT + channel;
      worst = Math.max(worst, Math.abs(sent.values[index] - received.values[index]));
    }
  }
  return worst;
}

function changed(packed: PackedMotion, change: Partial<PackedMotion>): PackedMotion {
  return Object.assign(create(PackedMotionSchema), packed, change);
}

describe('packed motion', () => {
  it('returns the frames within half a step of each grid, and where they belong', () => {
    const sent = speechLike(37, 1234);
    const received = unpackMotion(packMotion(sent));
    assert.deepEqual(
      [received.frameRate, received.startFrame, received.frameCount, received.values.length],
      [50, 1234, 37, 37 * CHANNEL_COUNT],
    );
    assert.isBelow(worstError(sent, received, 0, ARKIT_CHANNEL_COUNT), 0.5 / 1023 + 1e-6);
    assert.isBelow(worstError(sent, received, CHANNEL_INDEX.headPitch, CHANNEL_INDEX.headX), 0.5 / 2 ** 14 + 1e-6);
    assert.isBelow(worstError(sent, received, CHANNEL_INDEX.headX, CHANNEL_COUNT), 0.5 / 2 ** 15 + 1e-6);
  });

  it('survives any values: random frames, jumps from end to end, a single frame', () => {
    const next = random(7);
    const cases = [
      framesOf(60, () => next()),
      framesOf(60, (frame, channel) => (channel < ARKIT_CHANNEL_COUNT ? frame % 2 : frame % 2 === 0 ? -0.99 : 0.99)),
      framesOf(1, () => next()),
      framesOf(9, () => 0),
      framesOf(500, (frame, channel) => (frame === 250 && channel % 3 === 0 ? 1 : 0)),
    ];
    for (const sent of cases) {
      const received = unpackMotion(packMotion(sent));
      assert.isBelow(worstError(sent, received, 0, CHANNEL_COUNT), 0.5 / 1023 + 1e-6);
    }
  });

  it('clamps what is outside the range instead of wrapping round', () => {
    const received = unpackMotion(packMotion(framesOf(3, (frame) => (frame === 1 ? 9 : -9))));
    assert.equal(received.values[CHANNEL_COUNT], 1);
    assert.equal(received.values[0], 0);
    assert.approximately(received.values[CHANNEL_INDEX.headPitch], -2, 1e-3);
    assert.approximately(received.values[CHANNEL_COUNT + CHANNEL_INDEX.headZ], 1, 1e-3);
  });

  it('moves a slowly turning head in steps too small to see', () => {
    // 2° in 4 s: 0.01° a frame.
    const sent = framesOf(200, (frame, channel) => (channel === CHANNEL_INDEX.headYaw ? (frame / 200) * 0.035 : 0));
    const received = unpackMotion(packMotion(sent));
    for (let frame = 1; frame < 200; frame++) {
      const step =
        received.values[frame * CHANNEL_COUNT + CHANNEL_INDEX.headYaw] -
        received.values[(frame - 1) * CHANNEL_COUNT + CHANNEL_INDEX.headYaw];
      assert.isAbove(step, 0);
      assert.isBelow(step, 0.0003);
    }
  });

  it('takes at most 2.5 kB per second of speech-like motion in messages of 100 ms, and less in longer ones', () => {
    const bytesPerSecond = (framesPerMessage: number): number => {
      let bytes = 0;
      for (let start = 0; start < 500; start += framesPerMessage) bytes += packMotion(speechLike(framesPerMessage, start)).samples.length;
      return bytes / 10;
    };
    assert.isBelow(bytesPerSecond(25), 1500);
    assert.isBelow(bytesPerSecond(5), 2400);
  });

  it('refuses to pack values that are not finite, no frames, and arrays of a wrong length', () => {
    assert.equal(
      codeOf(() => packMotion(framesOf(2, () => NaN))),
      'invalidMotionData',
    );
    assert.equal(
      codeOf(() => packMotion(framesOf(2, () => Infinity))),
      'invalidMotionData',
    );
    assert.equal(
      codeOf(() => packMotion(framesOf(0, () => 0))),
      'invalidMotionData',
    );
    assert.equal(
      codeOf(() => packMotion({ ...framesOf(2, () => 0), frameCount: 3 })),
      'invalidMotionData',
    );
  });

  it('refuses headers that claim too much', () => {
    const packed = packMotion(speechLike(10));
    for (const change of [
      { frameCount: 0 },
      { frameCount: 3001 },
      { frameCount: 2 ** 32 - 1 },
      { channelCount: 57 },
      { channelCount: 2 ** 31 },
      { frameRate: 0 },
      { frameRate: NaN },
      { frameRate: Infinity },
      { frameRate: -50 },
      { startFrame: 2 ** 32 - 1 },
      { samples: new Uint8Array(0) },
      { samples: new Uint8Array([...packed.samples, 0]) },
    ]) {
      assert.equal(
        codeOf(() => unpackMotion(changed(packed, change))),
        'invalidMotionData',
        JSON.stringify(change),
      );
    }
    assert.equal(
      codeOf(() => unpackMotion(packed, { maxFrames: 9 })),
      'invalidMotionData',
    );
  });

  it('refuses every truncation', () => {
    const packed = packMotion(speechLike(20));
    for (let length = 0; length < packed.samples.length; length++) {
      assert.equal(
        codeOf(() => unpackMotion(changed(packed, { samples: packed.samples.subarray(0, length) }))),
        'invalidMotionData',
      );
    }
  });

  it('makes finite frames within range or an AvatarError of random bytes', () => {
    const next = random(11);
    for (let round = 0; round < 2000; round++) {
      const samples = Uint8Array.from({ length: Math.floor(next() * 200) }, () => next() * 256);
      const packed = create(PackedMotionSchema, {
        frameRate: 50,
        frameCount: 1 + Math.floor(next() * 30),
        channelCount: CHANNEL_COUNT,
        samples,
      });
      try {
        for (const value of unpackMotion(packed).values) assert.isTrue(value >= -2 && value <= 2);
      } catch (error) {
        assert.instanceOf(error, AvatarError);
      }
    }
  });

  /** Extra channels that move at different speeds, within 0..1. */
  const withExtra = (frames: MotionFrames): MotionFrames => ({
    ...frames,
    extra: {
      layout: EXTRA_LAYOUT,
      values: Float32Array.from(
        { length: frames.frameCount * EXTRA_CHANNEL_COUNT },
        (_, i) => 0.5 + 0.5 * Math.sin(i * 0.1 * (1 + (i % 7))),
      ),
    },
  });

  it('carries extra channels beside the 58, whose bytes they do not change', () => {
    const plain = speechLike(25, 100);
    const sent = withExtra(plain);
    const bytes = toBinary(PackedMotionSchema, packMotion(sent));
    assert.deepEqual(
      bytes.subarray(0, toBinary(PackedMotionSchema, packMotion(plain)).length),
      toBinary(PackedMotionSchema, packMotion(plain)),
    );
    const received = unpackMotion(fromBinary(PackedMotionSchema, bytes));
    assert.deepEqual(received.values, unpackMotion(packMotion(plain)).values);
    assert.equal(received.extra!.layout, 1);
    received.extra!.values.forEach((value, i) => assert.closeTo(value, sent.extra!.values[i], 0.5 / 1023 + 1e-6));
  });

  it('has no extra channels where none were sent, or in a layout that is unknown', () => {
    assert.notProperty(unpackMotion(packMotion(speechLike(5))), 'extra');
    const packed = packMotion(withExtra(speechLike(5)));
    for (const layout of [0, 2, 2 ** 32 - 1]) {
      const extra = create(ExtraChannelsSchema, { layout, samples: new Uint8Array(3) });
      assert.notProperty(unpackMotion(changed(packed, { extra })), 'extra', `layout ${layout}`);
    }
  });

  it('refuses extra channels that are cut off, too long or not finite', () => {
    const packed = packMotion(withExtra(speechLike(20)));
    const { samples } = packed.extra!;
    for (const bytes of [new Uint8Array(0), samples.subarray(0, samples.length - 1), Uint8Array.of(...samples, 0)]) {
      const extra = create(ExtraChannelsSchema, { layout: EXTRA_LAYOUT, samples: bytes });
      assert.equal(
        codeOf(() => unpackMotion(changed(packed, { extra }))),
        'invalidMotionData',
      );
    }
    const sent = withExtra(speechLike(2));
    sent.extra!.values[3] = NaN;
    assert.equal(
      codeOf(() => packMotion(sent)),
      'invalidMotionData',
    );
    assert.equal(
      codeOf(() => packMotion({ ...sent, extra: { layout: EXTRA_LAYOUT, values: new Float32Array(3) } })),
      'invalidMotionData',
    );
  });
});
