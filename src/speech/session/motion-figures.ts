/** What a session counts of its motion, over all of its transports. */
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import type { MotionSessionStats } from '../../shared/contracts/motion-session.js';
import type { Transport } from '../sources/transport.js';

export class MotionFigures {
  /** Messages that came when nobody wanted them any more. */
  lateMessages = 0;
  private motionBytes = 0;
  private motionSeconds = 0;
  private firstAudioMs = NaN;
  private firstMotionMs = NaN;
  private discardedBefore = 0;
  private reconnectsBefore = 0;

  /** A round has begun. */
  restart(): void {
    this.firstAudioMs = performance.now();
    this.firstMotionMs = NaN;
  }

  noteBytes(byteLength: number): void {
    this.motionBytes += byteLength;
  }

  noteMotion({ frameCount, frameRate }: MotionFrames): void {
    this.motionSeconds += frameCount / frameRate;
    if (Number.isNaN(this.firstMotionMs)) this.firstMotionMs = performance.now() - this.firstAudioMs;
  }

  /** Keeps what a transport has counted that is not asked again. */
  retire({ discardedMessages, reconnects }: Transport): void {
    this.discardedBefore += discardedMessages;
    this.reconnectsBefore += reconnects;
  }

  stats({ discardedMessages, reconnects }: Transport): MotionSessionStats {
    return {
      motionBytes: this.motionBytes,
      motionSeconds: this.motionSeconds,
      firstMotionMs: this.firstMotionMs,
      discardedMessages: this.discardedBefore + discardedMessages + this.lateMessages,
      reconnects: this.reconnectsBefore + reconnects,
    };
  }
}
