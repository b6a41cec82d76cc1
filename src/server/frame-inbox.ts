/**
 * Frames of one session that wait to be handled. Sockets deliver thousands of tiny frames at once; handling them here in turns keeps one
 * client from holding up the others, and a limit per second keeps many such clients from doing so together.
 */
import type { FairScheduler, Runnable } from './fair-scheduler.js';

export interface FrameInboxOptions {
  scheduler: FairScheduler;
  /** Further frames wait; a burst of one second's worth is handled at once. */
  maxPerSecond: number;
  handleFrame: (data: Buffer, isBinary: boolean) => void;
  /** Called when a turn is over. */
  handleTurnEnd: () => void;
}

/** Frames of one turn: about half a millisecond of decoding. */
const FRAMES_PER_TURN = 32;
/** Delay until frames above the limit are looked at again, ms. */
const REFILL_MS = 20;
/** What a waiting frame costs beside its bytes. */
export const FRAME_BYTES = 256;

export class FrameInbox implements Runnable {
  private readonly options: FrameInboxOptions;
  private frames: { data: Buffer; isBinary: boolean }[] = [];
  private next = 0;
  private bytes = 0;
  private isHeld = false;
  private allowance: number;
  private refilledMs = performance.now();
  private refill: ReturnType<typeof setTimeout> | null = null;

  constructor(options: FrameInboxOptions) {
    this.options = options;
    this.allowance = options.maxPerSecond;
  }

  get length(): number {
    return this.frames.length - this.next;
  }

  /** Memory of what waits. */
  get byteCount(): number {
    return this.bytes;
  }

  push(data: Buffer, isBinary: boolean): void {
    this.frames.push({ data, isBinary });
    this.bytes += data.length + FRAME_BYTES;
    this.options.scheduler.schedule(this);
  }

  /** While held nothing is handled. */
  setHeld(isHeld: boolean): void {
    this.isHeld = isHeld;
    if (!isHeld) this.options.scheduler.schedule(this);
  }

  clear(): void {
    this.frames = [];
    this.next = 0;
    this.bytes = 0;
    if (this.refill) clearTimeout(this.refill);
    this.refill = null;
  }

  get hasWork(): boolean {
    return this.length > 0 && !this.isHeld && this.refill === null;
  }

  runSlice(): void {
    this.renewAllowance();
    for (let count = 0; count < FRAMES_PER_TURN && this.hasWork; count++) {
      if (this.allowance < 1) {
        this.refill = setTimeout(() => {
          this.refill = null;
          this.options.scheduler.schedule(this);
        }, REFILL_MS);
        break;
      }
      this.allowance--;
      const { data, isBinary } = this.frames[this.next++];
      this.bytes -= data.length + FRAME_BYTES;
      this.options.handleFrame(data, isBinary);
    }
    if (this.next >= this.frames.length) {
      this.frames = [];
      this.next = 0;
    }
    this.options.handleTurnEnd();
  }

  private renewAllowance(): void {
    const { maxPerSecond } = this.options;
    const nowMs = performance.now();
    this.allowance = Math.min(maxPerSecond, this.allowance + ((nowMs - this.refilledMs) / 1000) * maxPerSecond);
    this.refilledMs = nowMs;
  }
}
