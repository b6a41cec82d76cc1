/** One `req_id`: audio in, motion out. Its queue calls `runSlice` while `hasWork`. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { MotionFrames } from '../shared/contracts/motion-frames.js';
import type { AudioReader } from './audio-reader.js';
import { MotionBatcher } from './motion-batcher.js';

/**
 * The part of a motion engine that a request uses. An engine that calls another server throws an `AvatarError` with
 * `upstreamError` when that fails; its message is sent to the client. For anything else the client receives "internal error".
 */
export interface SpeechEngine {
  push(samples: Int16Array | Float32Array): MotionFrames | null;
  finish(): MotionFrames | null;
}

/** Bytes → samples → motion. */
export interface SpeechParts {
  reader: AudioReader;
  engine: SpeechEngine;
}

/** Results of a request. `handleEnd` or `handleFailure` is the last call. */
export interface SpeechRequestListener {
  /** The engine has taken this many bytes; `isAll`: none is left. */
  handleTaken(byteCount: number, isAll: boolean): void;
  handleMotion(frames: MotionFrames): void;
  /** @param frames The last frames, or null. */
  handleEnd(frames: MotionFrames | null): void;
  handleFailure(error: AvatarError): void;
}

const CLIENT_FAULTS: ReadonlySet<ErrorCode> = new Set([ErrorCode.invalidAudioInput, ErrorCode.invalidRequest]);

/** Audio given to the engine in one slice, s: a millisecond or so of work. */
const SLICE_SECONDS = 0.2;

export class SpeechRequest {
  /** No more audio is expected. */
  isInputOver = false;
  /** Ended, failed or cancelled. */
  isOver = false;
  private readonly chunks: Uint8Array[] = [];
  private samples: Int16Array | Float32Array = new Int16Array(0);
  private samplesSeen = 0;
  private isReading = false;
  private isAllRead = false;
  private readonly batcher = new MotionBatcher();
  private parts: SpeechParts | null = null;
  private readonly createParts: () => SpeechParts;
  private readonly maxSeconds: number;
  private readonly listener: SpeechRequestListener;

  /** @param createParts Called when the request begins to run, so that a waiting request needs little memory. */
  constructor(createParts: () => SpeechParts, maxSeconds: number, listener: SpeechRequestListener) {
    this.createParts = createParts;
    this.maxSeconds = maxSeconds;
    this.listener = listener;
  }

  /** Adds a chunk of audio; the bytes are kept. */
  add(audio: Uint8Array, isEnd: boolean): void {
    this.batcher.start(performance.now());
    if (audio.length > 0) this.chunks.push(audio);
    if (isEnd) this.isInputOver = true;
  }

  get hasWork(): boolean {
    if (this.isOver || this.isReading) return false;
    return this.samples.length > 0 || this.chunks.length > 0 || this.isInputOver;
  }

  /** Drops everything; the listener is not called again. */
  cancel(): void {
    this.isOver = true;
    this.chunks.length = 0;
    this.samples = new Int16Array(0);
    // A decode may be running and use this memory; `read` frees it afterwards.
    if (!this.isReading) this.parts?.reader.free();
  }

  runSlice(): void | Promise<void> {
    try {
      const parts = (this.parts ??= this.createParts());
      const reading = this.samples.length === 0 && !this.isAllRead ? this.read(parts.reader) : undefined;
      if (reading) return reading.then(() => this.compute(parts)).catch((error: unknown) => this.fail(error));
      this.compute(parts);
    } catch (error) {
      this.fail(error);
    }
  }

  private read(reader: AudioReader): void | Promise<void> {
    const bytes = this.nextBytes(reader.sliceBytes);
    this.isAllRead = this.isInputOver && this.chunks.length === 0;
    const samples = reader.read(bytes, this.isAllRead);
    if (!(samples instanceof Promise)) {
      this.samples = samples;
      return;
    }
    this.isReading = true;
    return samples
      .then((decoded) => {
        if (!this.isOver) this.samples = decoded;
      })
      .finally(() => {
        this.isReading = false;
        if (this.isOver) reader.free();
      });
  }

  /** Up to `maxBytes`; small chunks are joined, so that a slice is worth its cost however the audio was cut. */
  private nextBytes(maxBytes: number): Uint8Array {
    let count = 0;
    let byteCount = 0;
    while (count < this.chunks.length && byteCount < maxBytes) byteCount += this.chunks[count++].length;
    if (count === 0) return new Uint8Array(0);
    const joined = count === 1 ? this.chunks[0] : joinBytes(this.chunks.slice(0, count), byteCount);
    this.chunks.splice(0, count);
    if (joined.length > maxBytes) this.chunks.unshift(joined.subarray(maxBytes));
    const bytes = joined.subarray(0, maxBytes);
    this.listener.handleTaken(bytes.length, this.chunks.length === 0);
    return bytes;
  }

  private compute({ reader, engine }: SpeechParts): void {
    if (this.isOver) return;
    const slice = this.samples.subarray(0, Math.round(reader.sampleRateHz * SLICE_SECONDS));
    this.samples = this.samples.subarray(slice.length);
    this.samplesSeen += slice.length;
    if (this.samplesSeen > this.maxSeconds * reader.sampleRateHz) {
      throw new AvatarError(ErrorCode.invalidRequest, `the audio of a request is limited to ${this.maxSeconds} s`);
    }
    if (slice.length > 0) this.keep(engine.push(slice));
    const isFinal = this.isAllRead && this.samples.length === 0;
    if (!isFinal) return this.sendMotion(false);
    if (this.samplesSeen > 0) this.keep(engine.finish());
    const fault = reader.faultAtEnd();
    if (fault) {
      this.sendMotion(true);
      throw fault;
    }
    // The last message is kept until here, so that it can carry the `end`.
    let last = this.batcher.take(performance.now(), true);
    for (let next; last && (next = this.batcher.take(performance.now(), true)); last = next) this.listener.handleMotion(last);
    this.end(last);
  }

  private keep(frames: MotionFrames | null): void {
    if (frames && frames.frameCount > 0) this.batcher.add(frames);
  }

  private sendMotion(isFinal: boolean): void {
    for (let frames; (frames = this.batcher.take(performance.now(), isFinal)); ) this.listener.handleMotion(frames);
  }

  private end(frames: MotionFrames | null): void {
    // Before `cancel()`: motion that cannot be packed still fails the request.
    this.listener.handleEnd(frames);
    this.cancel();
  }

  private fail(reason: unknown): void {
    if (this.isOver) return;
    this.cancel();
    this.listener.handleFailure(publicError(reason));
  }
}

export function joinBytes(chunks: readonly Uint8Array[], byteCount: number): Uint8Array {
  const joined = new Uint8Array(byteCount);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

/** The part of a failure that is sent to the client: its own faults, and a failed upstream engine, in the text that stock SDKs match. */
function publicError(reason: unknown): AvatarError {
  if (reason instanceof AvatarError && CLIENT_FAULTS.has(reason.code)) return reason;
  if (reason instanceof AvatarError && reason.code === ErrorCode.upstreamError) {
    return new AvatarError(ErrorCode.upstreamError, `driven server request failed: ${reason.message}`, { cause: reason });
  }
  // Internal details are not sent.
  return new AvatarError(ErrorCode.serverError, 'internal error', { cause: reason });
}
