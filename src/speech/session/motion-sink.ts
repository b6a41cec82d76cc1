/** Motion of rounds that sound without our doing: decodes what a Motion Server answers and passes it to a stage. */
import { avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionSink, MotionSinkListener } from '../../shared/contracts/motion-session.js';
import type { MotionFeed } from '../../shared/contracts/playback-messages.js';
import { ForwardedMotion } from '../sources/forwarded-motion.js';

export class LiveMotionSink implements MotionSink {
  /** Called once, at `dispose()`. */
  handleDisposed: (() => void) | null = null;
  private readonly stagePort: MessagePort;
  private readonly listener: MotionSinkListener;
  private round = 0;
  private motion = new ForwardedMotion();
  private motionBytes = 0;
  private motionSeconds = 0;
  private discardedMessages = 0;
  private isDisposed = false;

  constructor(stagePort: MessagePort, listener: MotionSinkListener) {
    this.stagePort = stagePort;
    this.listener = listener;
  }

  receive(round: number, messages: Uint8Array<ArrayBuffer>[]): void {
    if (this.isDisposed) return;
    if (round < this.round) {
      this.discardedMessages += messages.length;
      return;
    }
    if (round > this.round) this.motion = new ForwardedMotion();
    this.round = round;
    for (const message of messages) this.read(message);
  }

  flush(beforeRound: number): void {
    this.round = Math.max(this.round, beforeRound);
    this.show({ type: 'flush', beforeRound });
  }

  async stats(): ReturnType<MotionSink['stats']> {
    return { motionBytes: this.motionBytes, motionSeconds: this.motionSeconds, discardedMessages: this.discardedMessages };
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.stagePort.close();
    this.handleDisposed?.();
  }

  private read(message: Uint8Array): void {
    this.motionBytes += message.length;
    try {
      const forwarded = this.motion.read(message, 0);
      if (forwarded.kind === 'discarded') this.discardedMessages++;
      if (forwarded.kind === 'motion') {
        const { frames } = forwarded;
        this.motionSeconds += frames.frameCount / frames.frameRate;
        this.show({ type: 'frames', round: this.round, frames }, [frames.values.buffer as ArrayBuffer]);
      }
    } catch (reason) {
      this.listener.handleError(avatarErrorFrom(reason, ErrorCode.invalidMotionData));
    }
    if (this.motion.isEnded) this.show({ type: 'finish', round: this.round });
  }

  private show(message: MotionFeed, transfer: ArrayBuffer[] = []): void {
    if (!this.isDisposed) this.stagePort.postMessage(message, transfer);
  }
}
