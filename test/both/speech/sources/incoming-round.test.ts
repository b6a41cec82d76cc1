import { create } from '@bufbuild/protobuf';
import { assert, describe, it } from '#test';
import {
  FlameSchema,
  type ServerResponseAnimation,
  ServerResponseAnimationSchema,
} from '../../../../src/motion/protocol/generated/message_pb.js';
import { FLAME_SHAPE } from '../../../../src/motion/protocol/motion-payload.js';
import { packMotion } from '../../../../src/motion/protocol/packed-motion.js';
import { CHANNEL_COUNT } from '../../../../src/shared/contracts/channels.js';
import type { MotionFrames } from '../../../../src/shared/contracts/motion-frames.js';
import { IncomingRound, type RoundPlace } from '../../../../src/speech/sources/incoming-round.js';

const RATE_HZ = 16_000;
const place = (change: Partial<RoundPlace> = {}): RoundPlace => ({
  event: 'turn',
  turnId: 't',
  sampleRateHz: RATE_HZ,
  frame: 0,
  startSeconds: 0,
  startKeyframe: 0,
  ...change,
});
const pcm = (seconds: number): Uint8Array => new Uint8Array(seconds * RATE_HZ * 2);

/** Packed motion at 50 frames a second; each frame's first channel tells its time in the turn, in hundredths. */
function packed(fromSeconds: number, toSeconds: number): ServerResponseAnimation {
  const startFrame = Math.round(fromSeconds * 50);
  const frameCount = Math.round(toSeconds * 50) - startFrame;
  const values = new Float32Array(frameCount * CHANNEL_COUNT);
  for (let frame = 0; frame < frameCount; frame++) values[frame * CHANNEL_COUNT] = (startFrame + frame) / 50 / 100;
  return create(ServerResponseAnimationSchema, { packedMotion: packMotion({ frameRate: 50, startFrame, frameCount, values }) });
}

function flame(count: number): ServerResponseAnimation {
  const vectors = Object.entries(FLAME_SHAPE).map(([name, length]) => [name, new Array<number>(length).fill(0.1)]);
  const keyframes = Array.from({ length: count }, () => create(FlameSchema, Object.fromEntries(vectors)));
  return create(ServerResponseAnimationSchema, { animation: { keyframes } });
}

const startOf = ({ startFrame, frameRate }: MotionFrames): number => startFrame / frameRate;
const endOf = ({ startFrame, frameCount, frameRate }: MotionFrames): number => (startFrame + frameCount) / frameRate;
/** What time of the turn a frame was made for, s. */
const madeFor = ({ values }: MotionFrames, frame = 0): number => values[frame * CHANNEL_COUNT] * 100;

describe('IncomingRound', () => {
  it('leaves a turn that is heard from its beginning where it is', () => {
    const turn = new IncomingRound(place(), 1);
    assert.lengthOf(turn.readAudio(pcm(1), false), RATE_HZ);
    const frames = turn.readMotion(packed(0.2, 0.8))!;
    assert.closeTo(startOf(frames), 0.2, 1e-6);
    assert.equal(frames.frameCount, 30);
    turn.noteMotion(false);
    assert.equal(turn.frame, 2);
  });

  it('moves the motion of a turn that is entered late, and drops what belongs before', () => {
    const turn = new IncomingRound(place({ frame: 40, startSeconds: 10.25 }), 1);
    turn.readAudio(pcm(2), false);
    assert.isNull(turn.readMotion(packed(9, 10.24)));
    const frames = turn.readMotion(packed(10, 11))!;
    assert.closeTo(madeFor(frames), 10.26, 0.06);
    assert.closeTo(startOf(frames), 0.01, 1e-6);
    assert.closeTo(endOf(frames), 0.75, 1e-6);
  });

  it('keeps motion with its sound over a gap', () => {
    const turn = new IncomingRound(place(), 1);
    turn.readAudio(pcm(1), false);
    assert.isTrue(turn.continueAt(place({ frame: 30, startSeconds: 4 })));
    turn.readAudio(pcm(1), false);
    // Three seconds were left out: the fourth second of the turn is the second of the round.
    const frames = turn.readMotion(packed(4, 5))!;
    assert.closeTo(startOf(frames), 1, 1e-6);
    assert.closeTo(madeFor(frames), 4, 0.06);
    assert.isNull(turn.readMotion(packed(2, 3)));
    assert.isTrue(turn.continueAt(place({ frame: 50, startSeconds: 6 })));
    turn.readAudio(pcm(1), false);
    assert.closeTo(startOf(turn.readMotion(packed(6, 7))!), 2, 1e-6);
  });

  it('goes on without a seam where nothing was left out', () => {
    const turn = new IncomingRound(place(), 1);
    turn.readAudio(pcm(1), false);
    turn.readMotion(flame(50));
    turn.noteMotion(false);
    assert.isTrue(turn.continueAt(place({ frame: 2, startSeconds: 1, startKeyframe: 50 })));
    turn.readAudio(pcm(3), false);
    const frames = turn.readMotion(flame(25))!;
    // What a stream that was never cut would have given.
    const whole = new IncomingRound(place(), 2);
    whole.readAudio(pcm(4), false);
    whole.readMotion(flame(50));
    assert.deepEqual(frames, whole.readMotion(flame(25)));
  });

  it('places FLAME keyframes by the number of those that were left out', () => {
    const late = new IncomingRound(place({ frame: 12, startSeconds: 4, startKeyframe: 100 }), 1);
    late.readAudio(pcm(4), false);
    const whole = new IncomingRound(place(), 2);
    whole.readAudio(pcm(8), false);
    whole.readMotion(flame(100));
    const expected = whole.readMotion(flame(50))!;
    const frames = late.readMotion(flame(50))!;
    assert.closeTo(endOf(frames), endOf(expected) - 4, 1e-6);
  });

  it('is another round when the place is another turn, another rate, or further back', () => {
    const turn = new IncomingRound(place({ startSeconds: 2 }), 1);
    turn.readAudio(pcm(1), false);
    assert.isFalse(turn.continueAt(place({ turnId: 'u', startSeconds: 3 })));
    assert.isFalse(turn.continueAt(place({ sampleRateHz: 24_000, startSeconds: 3 })));
    assert.isFalse(turn.continueAt(place({ startSeconds: 2.5 })));
    assert.isTrue(turn.continueAt(place({ startSeconds: 3 })));
  });

  it('joins a sample that was cut by a message, but not over a gap', () => {
    const turn = new IncomingRound(place(), 1);
    assert.lengthOf(turn.readAudio(Uint8Array.of(1), false), 0);
    assert.deepEqual([...turn.readAudio(Uint8Array.of(1, 2), false)], [257]);
    turn.continueAt(place({ frame: 9, startSeconds: 1 }));
    assert.deepEqual([...turn.readAudio(Uint8Array.of(3, 0), true)], [3]);
    assert.isTrue(turn.isAudioOver);
    assert.isFalse(turn.isOver);
    turn.noteMotion(true);
    assert.isTrue(turn.isOver);
  });
});
