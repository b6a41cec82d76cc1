/** The motion of one request as a Motion Server answers it, message by message, on the time of its round. */
import { AvatarError, ErrorCode } from '../shared/errors.js';
import type { MotionFrames } from '../shared/motion-frames.js';
import { FLAME_FRAME_RATE, motionPayloadFrom, type ServerResponseAnimation } from '../motion/protocol/index.js';
import { framesFromFlame, type FlameKeyframe } from '../motion/retarget/flame.js';

/** Longest motion of one message, s: the documented server sends 4 s. */
const MAX_MESSAGE_SECONDS = 30;
const MAX_FRAME_RATE = 120;

export class MotionReader {
  private readonly startSeconds: number;
  /** FLAME keyframes carry no time: their number tells it. */
  private flameFrames: number;

  /**
   * @param startSeconds Where the request's speech starts in its round.
   * @param startKeyframe FLAME keyframes of the request that were left out before the first message.
   */
  constructor(startSeconds: number, startKeyframe = 0) {
    this.startSeconds = startSeconds;
    this.flameFrames = startKeyframe;
  }

  /**
   * The motion of an answer, or null when it carries none.
   *
   * @param limitSeconds Media time of the round beyond which no motion can belong.
   * @throws {AvatarError} `invalidMotionData`.
   */
  read(response: ServerResponseAnimation, limitSeconds: number): MotionFrames | null {
    const payload = motionPayloadFrom(response, { maxFrames: MAX_MESSAGE_SECONDS * MAX_FRAME_RATE });
    if (payload.kind === 'none') return null;
    const frames = payload.kind === 'packed' ? payload.frames : this.readFlame(payload.keyframes);
    const { frameRate, frameCount } = frames;
    if (frameRate > MAX_FRAME_RATE || frameCount / frameRate > MAX_MESSAGE_SECONDS) {
      throw new AvatarError(ErrorCode.invalidMotionData, `not valid motion: ${frameCount} frames at ${frameRate} per second`);
    }
    const startFrame = frames.startFrame + Math.round(this.startSeconds * frameRate);
    if ((startFrame + frameCount) / frameRate > limitSeconds) {
      throw new AvatarError(ErrorCode.invalidMotionData, 'not valid motion: it lies beyond the speech it was asked for');
    }
    return { frameRate, startFrame, frameCount, values: frames.values };
  }

  private readFlame(keyframes: readonly FlameKeyframe[]): MotionFrames {
    const startFrame = this.flameFrames;
    this.flameFrames += keyframes.length;
    return { frameRate: FLAME_FRAME_RATE, startFrame, frameCount: keyframes.length, values: framesFromFlame(keyframes) };
  }
}
