/** The motion of one request as a Motion Server answers it, message by message, on the time of its round. */

import { motionPayloadFrom, type ServerResponseAnimation } from '../../motion/protocol/index.js';
import { FlameStream } from '../../motion/retarget/flame-stream.js';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';

/** Longest motion of one message, s: the documented server sends 4 s. */
const MAX_MESSAGE_SECONDS = 30;
const MAX_FRAME_RATE = 120;

export class MotionReader {
  private readonly startSeconds: number;
  private readonly flame: FlameStream;
  private packedSeconds = 0;

  /**
   * @param startSeconds Where the request's speech starts in its round.
   * @param startKeyframe FLAME keyframes of the request that were left out before the first message.
   */
  constructor(startSeconds: number, startKeyframe = 0) {
    this.startSeconds = startSeconds;
    this.flame = new FlameStream(startSeconds === 0 && startKeyframe === 0, startKeyframe);
  }

  /** Media time of the round up to which the server has answered, s. */
  get speechSeconds(): number {
    return this.startSeconds + Math.max(this.packedSeconds, this.flame.speechSeconds);
  }

  /**
   * The motion of an answer, or null when it carries none.
   *
   * @param limitSeconds Media time of the round beyond which no motion can belong.
   * @throws {AvatarError} `invalidMotionData`.
   */
  read(response: ServerResponseAnimation, limitSeconds: number): MotionFrames | null {
    const frames = this.framesOf(response);
    if (!frames || frames.frameCount === 0) return null;
    const { frameRate, frameCount } = frames;
    if (frameRate > MAX_FRAME_RATE || frameCount / frameRate > MAX_MESSAGE_SECONDS) {
      throw new AvatarError(ErrorCode.invalidMotionData, `not valid motion: ${frameCount} frames at ${frameRate} per second`);
    }
    const startFrame = frames.startFrame + Math.round(this.startSeconds * frameRate);
    if ((startFrame + frameCount) / frameRate > limitSeconds) {
      throw new AvatarError(ErrorCode.invalidMotionData, 'not valid motion: it lies beyond the speech it was asked for');
    }
    return { ...frames, startFrame };
  }

  private framesOf(response: ServerResponseAnimation): MotionFrames | null {
    const payload = motionPayloadFrom(response, { maxFrames: MAX_MESSAGE_SECONDS * MAX_FRAME_RATE });
    if (payload.kind === 'flame') return this.flame.push(payload.keyframes, response.end);
    if (payload.kind === 'none') return response.end ? this.flame.push([], true) : null;
    const { startFrame, frameCount, frameRate } = payload.frames;
    this.packedSeconds = Math.max(this.packedSeconds, (startFrame + frameCount) / frameRate);
    return payload.frames;
  }
}
