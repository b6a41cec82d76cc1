/** One `req_id`: a stretch of a round's speech on its way to a Motion Server, and where its motion belongs. */
import { AvatarError, ErrorCode } from '../shared/errors.js';
import { createLogId } from '../shared/ids.js';
import type { MotionFrames } from '../shared/motion-frames.js';
import { FLAME_FRAME_RATE, motionPayloadFrom, type ServerResponseAnimation } from '../motion/protocol/index.js';
import { framesFromFlame, type FlameKeyframe } from '../motion/retarget/flame.js';

/** A server may round its last window up; motion beyond the speech by more than this is no motion of ours. */
const SURPLUS_SECONDS = 2;
/** Longest motion of one message, s: the documented server sends 4 s. */
const MAX_MESSAGE_SECONDS = 30;
const MAX_FRAME_RATE = 120;

export class MotionRequest {
  readonly id = createLogId();
  /** Where the stretch starts in the round. */
  readonly startSample: number;
  readonly startSeconds: number;
  /** Sample of the round up to which audio has been sent. */
  sentSample: number;
  isEndSent = false;
  /** FLAME keyframes carry no time: their number tells it. */
  private flameFrames = 0;

  constructor(startSample: number, sampleRateHz: number) {
    this.startSample = startSample;
    this.startSeconds = startSample / sampleRateHz;
    this.sentSample = startSample;
  }

  /**
   * The motion of an answer on the round's own time, or null when it carries none.
   *
   * @param sentSeconds Speech of the round sent so far; motion far beyond it is refused.
   * @throws {AvatarError} `invalidMotionData`.
   */
  read(response: ServerResponseAnimation, sentSeconds: number): MotionFrames | null {
    const payload = motionPayloadFrom(response, { maxFrames: MAX_MESSAGE_SECONDS * MAX_FRAME_RATE });
    if (payload.kind === 'none') return null;
    const frames = payload.kind === 'packed' ? payload.frames : this.readFlame(payload.keyframes);
    const { frameRate, frameCount } = frames;
    if (frameRate > MAX_FRAME_RATE || frameCount / frameRate > MAX_MESSAGE_SECONDS) {
      throw new AvatarError(ErrorCode.invalidMotionData, `not valid motion: ${frameCount} frames at ${frameRate} per second`);
    }
    const startFrame = frames.startFrame + Math.round(this.startSeconds * frameRate);
    if ((startFrame + frameCount) / frameRate > sentSeconds + SURPLUS_SECONDS) {
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
