/** The audio of a turn for the Motion Server, kept until motion has arrived, so that the request can be repeated. */
import { int16FromPcmBytes } from '../shared/samples/pcm.js';
import { Resampler } from '../shared/samples/resampler.js';
import { float32FromInt16, int16FromFloat32, pcmBytesFromInt16 } from '../shared/samples/sample-arithmetic.js';

export class SpeechFeed {
  private readonly resampler: Resampler | null;
  private readonly maxWaitingBytes: number;
  private chunks: Uint8Array[] = [];
  /** Number of `chunks[0]` in the turn. */
  private firstChunk = 0;
  private waitingBytes = 0;
  private isComplete = false;
  private isKept = true;
  private wake: (() => void) | null = null;

  /**
   * @param sampleRateHz Of what is pushed.
   * @param motionRateHz What the Motion Server is given.
   * @param maxWaitingSeconds Audio that was not read; with more the feed counts as stuck.
   */
  constructor(sampleRateHz: number, motionRateHz: number, maxWaitingSeconds: number) {
    this.resampler = sampleRateHz === motionRateHz ? null : new Resampler(sampleRateHz, motionRateHz);
    this.maxWaitingBytes = maxWaitingSeconds * motionRateHz * 2;
  }

  /** @returns False when the feed is stuck. */
  push(pcm: Uint8Array): boolean {
    const bytes = this.resampler ? pcmBytesFromInt16(int16FromFloat32(this.resampler.push(float32FromInt16(int16FromPcmBytes(pcm))))) : pcm;
    this.add(bytes);
    return this.waitingBytes <= this.maxWaitingBytes;
  }

  finish(): void {
    if (this.resampler) this.add(pcmBytesFromInt16(int16FromFloat32(this.resampler.flush())));
    this.isComplete = true;
    this.wake?.();
  }

  /** Motion has arrived: audio that was read is no longer needed. */
  release(): void {
    this.isKept = false;
  }

  /** All of it from the beginning, as long as nothing was released; one reader at a time. */
  async *read(): AsyncGenerator<Uint8Array> {
    let next = this.firstChunk;
    for (;;) {
      const chunk = this.chunks[next - this.firstChunk];
      if (chunk) {
        next++;
        yield chunk;
        if (!this.isKept) this.dropBefore(next);
      } else if (this.isComplete) {
        return;
      } else {
        await new Promise<void>((resolve) => (this.wake = resolve));
        this.wake = null;
      }
    }
  }

  private add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.chunks.push(bytes);
    this.waitingBytes += bytes.length;
    this.wake?.();
  }

  private dropBefore(chunk: number): void {
    for (const { length } of this.chunks.splice(0, chunk - this.firstChunk)) this.waitingBytes -= length;
    this.firstChunk = chunk;
  }
}
