/**
 * One `speak()`: audio is read from its source and sent, and the resulting motion is iterated.
 *
 * Back-pressure: audio is read only while the server accepts it and the motion so far has been read, so a slow
 * consumer slows its own source down and memory stays bounded. Nothing is sent before the iteration begins.
 */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { type AudioSource, type ChunkReader, chunkReaderOf } from './audio-source.js';
import type { OpenRequest, RequestChannel, RequestListener } from './request-channel.js';
import { RequestTiming } from './request-timing.js';
import { AvatarSDKError, AvatarSDKErrorCode, abortedError } from './sdk-error.js';

/** One piece of motion. */
export interface MotionMessage {
  /** The whole binary `Message`, byte for byte as the server sent it. */
  readonly envelope: Uint8Array;
  readonly reqId: string;
  /** The last of its request. */
  readonly isLast: boolean;
}

export interface SpeakOptions {
  /** Ends the speech: the iteration rejects with `aborted`, and the request is interrupted on the server. */
  signal?: AbortSignal;
}

/** The part of a session that a speech uses. */
export interface SpeechHost {
  readonly channel: RequestChannel;
  readonly maxBufferedBytes: number;
  /**
   * Waits until no other request takes audio; the returned function lets the next one.
   *
   * @throws {AvatarError} when the session cannot speak.
   */
  takeInput(): Promise<() => void>;
}

/** Audio that is handed over in one go, bytes: small enough to stop soon, 1 s at 16 kHz. */
const CHUNK_BYTES = 32 * 1024;

/** The motion of one utterance; it can be iterated once. */
export class Speech implements AsyncIterable<MotionMessage> {
  readonly timing = new RequestTiming();
  private readonly host: SpeechHost;
  private readonly source: AudioSource;
  private readonly signal: AbortSignal | undefined;
  private isUsed = false;

  constructor(host: SpeechHost, source: AudioSource, { signal }: SpeakOptions = {}) {
    this.host = host;
    this.source = source;
    this.signal = signal;
  }

  /**
   * Begins to speak. Ending the iteration early (`break`) interrupts the speech.
   *
   * `next()` rejects with an `AvatarSDKError` for what fails on the way, with `unknown` and the `cause` where the source
   * of the audio fails, and with `aborted` when the signal aborts; motion that arrived before a failure is returned first.
   *
   * @throws {AvatarError} `invalidRequest` when it is iterated a second time.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<MotionMessage> {
    if (this.isUsed) throw new AvatarError(ErrorCode.invalidRequest, 'a speech can be iterated once');
    this.isUsed = true;
    return new SpeechIteration(this.host, this.source, this.timing, this.signal);
  }
}

class SpeechIteration implements AsyncIterableIterator<MotionMessage>, RequestListener {
  private readonly host: SpeechHost;
  private readonly source: AudioSource;
  private readonly timing: RequestTiming;
  private readonly signal: AbortSignal | undefined;
  private readonly messages: MotionMessage[] = [];
  private bufferedBytes = 0;
  private isStarted = false;
  /** Ended, failed, aborted or left. */
  private isOver = false;
  private failure: AvatarError | null = null;
  private request: OpenRequest | null = null;
  private releaseInput: (() => void) | null = null;
  private readonly consumers: (() => void)[] = [];
  /** Ends the pump's wait for audio that is no longer needed. */
  private wakeReader: (() => void) | null = null;
  /** Wakes the pump when there is room again, or nothing left to do. */
  private wakePump: (() => void) | null = null;
  private readonly onAbort = (): void => this.stop(abortedError(this.signal!));

  constructor(host: SpeechHost, source: AudioSource, timing: RequestTiming, signal: AbortSignal | undefined) {
    this.host = host;
    this.source = source;
    this.timing = timing;
    this.signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<MotionMessage>> {
    if (!this.isStarted) this.start();
    for (;;) {
      const message = this.messages.shift();
      if (message) {
        this.noteTaken(message.envelope.length);
        return { done: false, value: message };
      }
      if (this.failure) {
        const { failure } = this;
        this.failure = null;
        throw failure;
      }
      if (this.isOver) return { done: true, value: undefined };
      await new Promise<void>((resolve) => this.consumers.push(resolve));
    }
  }

  async return(): Promise<IteratorResult<MotionMessage>> {
    this.isStarted = true;
    this.stop(null);
    return { done: true, value: undefined };
  }

  // ---- from the channel ----

  handleMotion(envelope: Uint8Array, isLast: boolean): void {
    this.messages.push({ envelope, reqId: this.request!.reqId, isLast });
    this.bufferedBytes += envelope.length;
    this.host.channel.noteUnread(envelope.length);
    if (isLast) this.finish();
    this.wakeConsumers();
  }

  handleFailure(error: AvatarError): void {
    this.failure ??= error;
    this.finish();
  }

  // ---- the way out ----

  private start(): void {
    this.isStarted = true;
    if (this.signal?.aborted) return this.onAbort();
    this.signal?.addEventListener('abort', this.onAbort);
    void this.pump().catch((error: unknown) => this.fail(error));
  }

  private async pump(): Promise<void> {
    const release = await this.host.takeInput();
    if (this.isOver) return release();
    this.releaseInput = release;
    const { channel } = this.host;
    const chunks = chunkReaderOf(this.source);
    const request = (this.request = channel.open(this, this.timing));
    let isAllTaken = false;
    try {
      for (let audio; (audio = await this.nextChunk(chunks)); ) {
        for (let from = 0; from < audio.length && !this.isOver; from += CHUNK_BYTES) {
          await this.untilRoom();
          if (!this.isOver) await channel.deliver(request, audio.subarray(from, from + CHUNK_BYTES), false);
        }
      }
      isAllTaken = !this.isOver;
      if (isAllTaken) await channel.deliver(request, new Uint8Array(0), true);
    } finally {
      // Also after unusable data from the source.
      if (!isAllTaken) chunks.stop();
      this.freeInput();
    }
  }

  /** Null at the end of the source or of the speech, so that a silent source does not delay an interruption. */
  private nextChunk(chunks: ChunkReader): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
      if (this.isOver) return resolve(null);
      this.wakeReader = () => resolve(null);
      chunks.next().then(resolve, reject);
    });
  }

  private async untilRoom(): Promise<void> {
    while (!this.isOver && this.bufferedBytes > this.host.maxBufferedBytes) {
      await new Promise<void>((resolve) => (this.wakePump = resolve));
    }
  }

  // ---- the end ----

  private fail(error: unknown): void {
    // The reason has been reported already.
    if (this.isOver) return;
    if (error instanceof AvatarError) return this.stop(error);
    const context = { phase: 'websocket_send', cause: error, ...(this.request && { reqId: this.request.reqId }) } as const;
    this.stop(new AvatarSDKError(AvatarSDKErrorCode.unknown, 'the source of the audio failed', context));
  }

  /** Ends it from this side. @param error Null: the iteration ends without an error. */
  private stop(error: AvatarError | null): void {
    if (this.isOver && error) return;
    for (const { envelope } of this.messages.splice(0)) this.noteTaken(envelope.length);
    this.failure = error;
    if (this.request) this.host.channel.cancel(this.request);
    this.finish();
  }

  private finish(): void {
    this.isOver = true;
    this.signal?.removeEventListener('abort', this.onAbort);
    this.freeInput();
    this.wakeReader?.();
    this.wakePump?.();
    this.wakeConsumers();
  }

  private freeInput(): void {
    this.releaseInput?.();
    this.releaseInput = null;
  }

  private noteTaken(byteLength: number): void {
    this.bufferedBytes -= byteLength;
    this.host.channel.noteUnread(-byteLength);
    if (this.bufferedBytes <= this.host.maxBufferedBytes) this.wakePump?.();
  }

  private wakeConsumers(): void {
    for (const wake of this.consumers.splice(0)) wake();
  }
}
