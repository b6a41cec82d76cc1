/** Cuts the engine's frames into messages: small while the client has little buffered, larger once it is ahead. */
import { joinFrames, sliceFrames } from '../motion/timeline/frame-runs.js';
import type { MotionFrames } from '../shared/contracts/motion-frames.js';

/** Length of a request's first message: enough for the first sound, and early even if audio arrives in real time. */
const FIRST_SECONDS = 0.04;
/** Length of further messages while audio arrives no faster than it plays. */
const MIN_SECONDS = 0.1;
const MAX_SECONDS = 0.5;

export class MotionBatcher {
  private readonly pending: MotionFrames[] = [];
  private pendingFrames = 0;
  private sentSeconds = 0;
  private startedMs = NaN;

  /** @param nowMs When the request's first audio came. */
  start(nowMs: number): void {
    if (Number.isNaN(this.startedMs)) this.startedMs = nowMs;
  }

  add(frames: MotionFrames): void {
    this.pending.push(frames);
    this.pendingFrames += frames.frameCount;
  }

  /**
   * The next message's frames, or null while it is better to wait for more. A client that plays along since the first
   * audio has `sentSeconds` − elapsed in hand; a message covers half of that, 100..500 ms; the first one 40 ms.
   *
   * @param isFinal Nothing is left to wait for.
   */
  take(nowMs: number, isFinal: boolean): MotionFrames | null {
    const first = this.pending[0];
    if (!first) return null;
    const inHandSeconds = this.sentSeconds - (nowMs - this.startedMs) / 1000;
    const least = this.sentSeconds === 0 ? FIRST_SECONDS : MIN_SECONDS;
    const seconds = Math.min(MAX_SECONDS, Math.max(least, inHandSeconds / 2));
    const wanted = Math.ceil(seconds * first.frameRate - 1e-6);
    if (this.pendingFrames < wanted && !isFinal) return null;
    const frames = this.cut(Math.min(wanted, this.pendingFrames));
    this.sentSeconds = (frames.startFrame + frames.frameCount) / frames.frameRate;
    return frames;
  }

  /** @param frameCount 1..pendingFrames */
  private cut(frameCount: number): MotionFrames {
    const parts: MotionFrames[] = [];
    let missing = frameCount;
    while (missing > 0) {
      const head = this.pending[0];
      const taken = Math.min(head.frameCount, missing);
      parts.push(sliceFrames(head, 0, taken));
      if (taken === head.frameCount) this.pending.shift();
      else this.pending[0] = sliceFrames(head, taken, head.frameCount);
      missing -= taken;
    }
    this.pendingFrames -= frameCount;
    return joinFrames(parts);
  }
}
