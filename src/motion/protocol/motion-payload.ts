/** Reads the motion of a `ServerResponseAnimation`, packed or FLAME. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import type { Flame, ServerResponseAnimation } from './generated/message_pb.js';
import { type UnpackLimits, unpackMotion } from './packed-motion.js';

/** Keyframes per second of a Spatius Motion Server; keyframes have no time stamps. */
export const FLAME_FRAME_RATE = 25;

/** Length of each vector of a FLAME keyframe. */
export const FLAME_SHAPE = {
  translation: 3,
  rotation: 3,
  neckPose: 3,
  jawPose: 3,
  eyePose: 6,
  eyeLid: 2,
  expression: 100,
} as const;

/**
 * `packed`: neutral frames with their start frame. `flame`: keyframes at 25 fps, each checked against `FLAME_SHAPE`; the
 * receiver counts them, the n-th of a request belongs to n / 25 s of its audio. `none`: no motion, as in a last message with
 * `end` only.
 */
export type MotionPayload = { kind: 'packed'; frames: MotionFrames } | { kind: 'flame'; keyframes: Flame[] } | { kind: 'none' };

/** Limits of unpacking; FLAME keyframes count against `maxFrames` too. */
export type MotionPayloadLimits = UnpackLimits;

/**
 * Reads the motion of one answer. Packed motion takes precedence if a message carries both.
 *
 * @throws {AvatarError} `invalidMotionData` for vectors of a wrong length, values that are not finite, and the errors of
 *   `unpackMotion`.
 */
export function motionPayloadFrom(response: ServerResponseAnimation, limits: MotionPayloadLimits = {}): MotionPayload {
  if (response.packedMotion) return { kind: 'packed', frames: unpackMotion(response.packedMotion, limits) };
  const keyframes = response.animation?.keyframes ?? [];
  if (keyframes.length === 0) return { kind: 'none' };
  const maxFrames = limits.maxFrames ?? 3000;
  if (keyframes.length > maxFrames) {
    throw new AvatarError(ErrorCode.invalidMotionData, `${keyframes.length} keyframes are above the limit of ${maxFrames}`);
  }
  for (const keyframe of keyframes) checkKeyframe(keyframe);
  return { kind: 'flame', keyframes };
}

const FLAME_VECTORS = Object.entries(FLAME_SHAPE) as [keyof typeof FLAME_SHAPE, number][];

function checkKeyframe(keyframe: Flame): void {
  for (const [name, length] of FLAME_VECTORS) {
    const vector = keyframe[name];
    // A proto3 sender may omit a vector of zeros.
    if (vector.length !== length && vector.length !== 0) {
      throw new AvatarError(ErrorCode.invalidMotionData, `${name} of a keyframe has ${vector.length} values instead of ${length}`);
    }
    if (!vector.every(Number.isFinite)) throw new AvatarError(ErrorCode.invalidMotionData, `${name} of a keyframe is not finite`);
  }
}
