/** Counts the motion of a session, over all sources it has had. */
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import type { SessionStats } from '../../shared/contracts/session.js';
import type { Source } from '../source.js';

export class MotionStats {
  /** Messages that arrived for a round that is over. */
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

  /** Keeps the counts of a source that is replaced. */
  retire({ discardedMessages, reconnects }: Source): void {
    this.discardedBefore += discardedMessages;
    this.reconnectsBefore += reconnects;
  }

  stats({ discardedMessages, reconnects }: Source): SessionStats {
    return {
      motionBytes: this.motionBytes,
      motionSeconds: this.motionSeconds,
      firstMotionMs: this.firstMotionMs,
      discardedMessages: this.discardedBefore + discardedMessages + this.lateMessages,
      reconnects: this.reconnectsBefore + reconnects,
    };
  }
}
