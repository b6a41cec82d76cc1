/** One `req_id`: a stretch of a round's speech on its way to a Motion Server, and where its motion belongs. */

import type { ServerResponseAnimation } from '../../motion/protocol/index.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import { createLogId } from '../../shared/core/ids.js';
import { MotionReader } from './motion-reader.js';

/** A server may round its last window up; motion beyond the speech by more than this is no motion of ours. */
const SURPLUS_SECONDS = 2;

export class MotionRequest {
  readonly id = createLogId();
  /** Where the stretch starts in the round. */
  readonly startSample: number;
  readonly startSeconds: number;
  /** Sample of the round up to which audio has been sent. */
  sentSample: number;
  isEndSent = false;
  private readonly reader: MotionReader;

  constructor(startSample: number, sampleRateHz: number) {
    this.startSample = startSample;
    this.startSeconds = startSample / sampleRateHz;
    this.sentSample = startSample;
    this.reader = new MotionReader(this.startSeconds);
  }

  /**
   * The motion of an answer on the round's own time, or null when it carries none.
   *
   * @param sentSeconds Speech of the round sent so far; motion far beyond it is refused.
   * @throws {AvatarError} `invalidMotionData`.
   */
  read(response: ServerResponseAnimation, sentSeconds: number): MotionFrames | null {
    return this.reader.read(response, sentSeconds + SURPLUS_SECONDS);
  }
}
