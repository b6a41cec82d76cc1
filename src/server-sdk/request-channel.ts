/**
 * The requests of one connection: audio is sent in order and no faster than the server takes it, motion is passed to the owner of
 * the request.
 *
 * One request takes audio at a time. All sends go through one queue, which waits for each to leave this process; nothing
 * of the caller's buffers is retained after that.
 */
import { createMessage, encodeMessage } from '../motion/protocol/envelope.js';
import type { MotionHeader } from '../motion/protocol/envelope-header.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { createLogId } from '../shared/core/ids.js';
import type { AudioUplink } from './audio-uplink.js';
import type { MotionConnection, MotionConnectionHandlers } from './motion-connection.js';
import { RequestTiming } from './request-timing.js';
import { AvatarSDKError, AvatarSDKErrorCode } from './sdk-error.js';

/** Receives the results of a request. `handleFailure` is the last call. */
export interface RequestListener {
  handleMotion(envelope: Uint8Array, isLast: boolean): void;
  handleFailure(error: AvatarError): void;
}

/** A request as its maker knows it. */
export interface OpenRequest {
  readonly reqId: string;
  readonly timing: RequestTiming;
}

interface Request extends OpenRequest {
  readonly listener: RequestListener;
  readonly uplink: AudioUplink;
  /** Whether any of it was sent. */
  isKnown: boolean;
  /** Ended, failed or cancelled. */
  isOver: boolean;
}

export interface RequestChannelOptions {
  createUplink: (reqId: string) => AudioUplink;
  maxBufferedBytes: number;
  /** Motion of requests that were not made here. */
  handleForeignMotion: (envelope: Uint8Array, isLast: boolean) => void;
  /** Failures that belong to no request. */
  handleError: (error: AvatarSDKError) => void;
  handleRequestEnd: (timing: RequestTiming) => void;
  handleClosed: (error: AvatarSDKError | null) => void;
}

/** Longer audio is cut into several messages, bytes; servers limit the length of one. Even, so that no sample is cut. */
const MAX_AUDIO_BYTES = 256 * 1024;
/** So many times `maxBufferedBytes` may wait unread before the socket is not read any more. */
const UNREAD_FACTOR = 4;
/** Ids whose late motion is dropped. */
const REMEMBERED_IDS = 256;

export class RequestChannel implements MotionConnectionHandlers {
  private readonly options: RequestChannelOptions;
  private connection: MotionConnection | null = null;
  private readonly requests = new Map<string, Request>();
  private readonly overIds = new Set<string>();
  private sending: Promise<unknown> = Promise.resolve();
  private unreadBytes = 0;
  private isPaused = false;

  constructor(options: RequestChannelOptions) {
    this.options = options;
  }

  /** To be called once, before anything is sent. */
  attach(connection: MotionConnection): void {
    this.connection = connection;
  }

  open(listener: RequestListener, timing = new RequestTiming()): OpenRequest {
    const reqId = createLogId();
    timing.reqId = reqId;
    const request: Request = { reqId, timing, listener, uplink: this.options.createUplink(reqId), isKnown: false, isOver: false };
    this.requests.set(reqId, request);
    return request;
  }

  /** Whether a request still waits for audio or motion. */
  isOpen(request: OpenRequest): boolean {
    return this.requests.has(request.reqId);
  }

  /**
   * Sends audio of a request, after everything that was given before it.
   *
   * @param audio Borrowed until the promise settles.
   * @throws {AvatarSDKError} `connectionClosed`, or why the connection ended.
   * @throws {AvatarError} `aborted` when the request was cancelled, ended or failed meanwhile.
   */
  deliver({ reqId }: OpenRequest, audio: Uint8Array, isEnd: boolean): Promise<void> {
    const request = this.requests.get(reqId);
    return this.enqueue(async () => {
      if (!request || request.isOver) throw overError();
      const bytes = await this.encode(request, audio, isEnd);
      for (let from = 0; from < bytes.length || (isEnd && from === 0); from += MAX_AUDIO_BYTES) {
        if (request.isOver) throw overError();
        const piece = bytes.subarray(from, from + MAX_AUDIO_BYTES);
        const isLastPiece = from + MAX_AUDIO_BYTES >= bytes.length;
        request.isKnown = true;
        request.timing.audioSeconds = request.uplink.audioSeconds;
        request.timing.noteAudio(piece.length);
        await this.send({ case: 'clientAudioInput', value: { reqId, audio: piece, end: isEnd && isLastPiece } });
        // A socket with room calls back immediately, so that a long send would keep motion from being read.
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
  }

  /**
   * Drops a request at once, here and on the server: nothing more of it is sent or passed on.
   *
   * @returns False when it was over already.
   */
  cancel({ reqId }: Pick<OpenRequest, 'reqId'>): boolean {
    const request = this.requests.get(reqId);
    if (!request) return false;
    this.forget(request);
    if (request.isKnown) this.interrupt(reqId);
    return true;
  }

  /** Interrupts a request on the server, even if all its motion has arrived: with an egress it may still be playing. */
  interrupt(reqId: string): void {
    // Queued behind the request's own audio, which ends first. On a lost connection there is nothing to interrupt.
    this.enqueue(() => this.send({ case: 'clientInterrupt', value: { reqId } })).catch(() => undefined);
  }

  /** @param error What requests in progress end with. */
  failAll(error: AvatarError): void {
    for (const request of [...this.requests.values()]) this.fail(request, error);
  }

  /** Counts motion that was passed on and not taken yet (positive) or is taken now (negative), bytes. */
  noteUnread(byteLength: number): void {
    this.unreadBytes += byteLength;
    const limit = this.options.maxBufferedBytes * UNREAD_FACTOR;
    const isFull = this.unreadBytes > (this.isPaused ? limit / 2 : limit);
    if (isFull === this.isPaused) return;
    this.isPaused = isFull;
    if (isFull) this.connection?.pause();
    else this.connection?.resume();
  }

  // ---- from the connection ----

  handleMotion(envelope: Uint8Array, { reqId, isLast }: MotionHeader): void {
    const request = this.requests.get(reqId);
    if (!request) {
      if (!this.overIds.has(reqId)) this.options.handleForeignMotion(envelope, isLast);
      return;
    }
    request.timing.noteEnvelope(envelope.length);
    if (isLast) this.forget(request);
    request.listener.handleMotion(envelope, isLast);
    if (isLast) this.options.handleRequestEnd(request.timing);
  }

  handleError(error: AvatarSDKError): void {
    const request = error.reqId === undefined ? undefined : this.requests.get(error.reqId);
    if (request) this.fail(request, error);
    // Errors of finished requests, such as for audio sent before a cancel arrived, are ignored.
    else if (error.reqId === undefined || !this.overIds.has(error.reqId)) this.options.handleError(error);
  }

  handleClosed(error: AvatarSDKError | null): void {
    const reason = error ?? this.connection?.closedError('websocket_runtime');
    this.failAll(
      reason ?? new AvatarSDKError(AvatarSDKErrorCode.connectionClosed, 'the session is closed', { phase: 'websocket_runtime' }),
    );
    this.options.handleClosed(error);
  }

  private async encode(request: Request, audio: Uint8Array, isEnd: boolean): Promise<Uint8Array> {
    try {
      return await request.uplink.encode(audio, isEnd);
    } catch (error) {
      this.cancel(request);
      throw error;
    }
  }

  private fail(request: Request, error: AvatarError): void {
    this.forget(request);
    request.listener.handleFailure(error);
  }

  private forget(request: Request): void {
    request.isOver = true;
    this.requests.delete(request.reqId);
    this.overIds.add(request.reqId);
    if (this.overIds.size > REMEMBERED_IDS) this.overIds.delete(this.overIds.values().next().value!);
    // After an encode that may be running.
    void this.enqueue(async () => request.uplink.free());
  }

  private enqueue<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.sending.then(task);
    this.sending = result.catch(() => undefined);
    return result;
  }

  private send(data: Parameters<typeof createMessage>[0]): Promise<void> {
    if (!this.connection) throw new AvatarError(ErrorCode.invalidRequest, 'the session has not been started');
    return this.connection.send(encodeMessage(createMessage(data)));
  }
}

function overError(): AvatarError {
  return new AvatarError(ErrorCode.aborted, 'the request has ended: it was interrupted, failed, or the session was closed');
}
