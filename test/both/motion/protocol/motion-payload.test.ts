import { create } from '@bufbuild/protobuf';
import { assert, describe, it } from '#test';
import { createMessage, decodeMessage, encodeMessage } from '../../../../src/motion/protocol/envelope.js';
import { FlameSchema, ServerResponseAnimationSchema } from '../../../../src/motion/protocol/generated/message_pb.js';
import { FLAME_SHAPE, motionPayloadFrom } from '../../../../src/motion/protocol/motion-payload.js';
import { packMotion } from '../../../../src/motion/protocol/packed-motion.js';
import { CHANNEL_COUNT } from '../../../../src/shared/contracts/channels.js';
import { codeOf } from '../../../helpers/code-of.js';

const keyframe = () =>
  create(FlameSchema, Object.fromEntries(Object.entries(FLAME_SHAPE).map(([name, length]) => [name, new Array<number>(length).fill(0.1)])));

const frames = { frameRate: 50, startFrame: 5, frameCount: 4, values: new Float32Array(4 * CHANNEL_COUNT).fill(0.5) };

describe('the motion of an answer', () => {
  it('is our packed frames, after a trip over the wire', () => {
    const message = createMessage({ case: 'serverResponseAnimation', value: { reqId: 'r', packedMotion: packMotion(frames) } });
    const { data } = decodeMessage(encodeMessage(message));
    if (data.case !== 'serverResponseAnimation') return assert.fail('not an animation');
    const payload = motionPayloadFrom(data.value);
    if (payload.kind !== 'packed') return assert.fail(`kind is ${payload.kind}`);
    assert.equal(payload.frames.startFrame, 5);
    assert.approximately(payload.frames.values[0], 0.5, 0.001);
  });

  it('is FLAME keyframes, or nothing', () => {
    const response = create(ServerResponseAnimationSchema, { animation: { keyframes: [keyframe(), keyframe()] } });
    const payload = motionPayloadFrom(response);
    assert.equal(payload.kind, 'flame');
    if (payload.kind === 'flame') assert.lengthOf(payload.keyframes, 2);
    assert.equal(motionPayloadFrom(create(ServerResponseAnimationSchema, { end: true })).kind, 'none');
    assert.equal(motionPayloadFrom(create(ServerResponseAnimationSchema, { animation: {} })).kind, 'none');
  });

  it('is ours where a message carries both', () => {
    const response = create(ServerResponseAnimationSchema, { animation: { keyframes: [keyframe()] }, packedMotion: packMotion(frames) });
    assert.equal(motionPayloadFrom(response).kind, 'packed');
  });

  it('is refused with vectors of a wrong length or values that are not finite, and above the limit', () => {
    const refuse = (change: object): string =>
      codeOf(() =>
        motionPayloadFrom(create(ServerResponseAnimationSchema, { animation: { keyframes: [Object.assign(keyframe(), change)] } })),
      );
    assert.equal(refuse({ expression: new Array<number>(99).fill(0) }), 'invalidMotionData');
    assert.equal(refuse({ jawPose: [0, NaN, 0] }), 'invalidMotionData');
    assert.equal(refuse({ jawPose: [0, Infinity, 0] }), 'invalidMotionData');
    const many = create(ServerResponseAnimationSchema, { animation: { keyframes: Array.from({ length: 11 }, keyframe) } });
    assert.equal(
      codeOf(() => motionPayloadFrom(many, { maxFrames: 10 })),
      'invalidMotionData',
    );
  });
});
