/** A session with a Motion Server: speech audio goes in, motion comes out as the envelopes that a client understands. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { AudioSource } from './audio-source.js';
import type { MotionConnection } from './motion-connection.js';
import { type OpenRequest, RequestChannel } from './request-channel.js';
import { AvatarSDKError, AvatarSDKErrorCode, type ErrorPhase, throwIfAborted } from './sdk-error.js';
import { type AvatarSessionConfig, type PublicSessionConfig, publicConfigFrom } from './session-config.js';
import { SessionOpener } from './session-opener.js';
import { type SpeakOptions, Speech } from './speech.js';
import { untilAborted } from './until-aborted.js';
import { uplinkFactory } from './uplink-factory.js';

export interface SignalOptions {
  signal?: AbortSignal;
}

/** Makes a session; nothing is contacted yet. @throws {AvatarError} `invalidConfiguration`. */
export function newAvatarSession(config: AvatarSessionConfig): AvatarSession {
  return new AvatarSession(config);
}

/**
 * `init()` → `start()` → any number of requests, by `sendAudio()` or `speak()` → `close()`. A closed session stays
 * closed. Every promise rejects with an `AvatarError`; those of the protocol are `AvatarSDKError`s.
 */
export class AvatarSession {
  /** Everything but secrets and callbacks. */
  readonly config: PublicSessionConfig;
  private readonly options: AvatarSessionConfig;
  private readonly channel: RequestChannel;
  private readonly opener: SessionOpener;
  private connection: MotionConnection | null = null;
  private starting: Promise<string> | null = null;
  private isClosed = false;
  private readonly lifetime = new AbortController();
  private closing: Promise<void> | null = null;
  /** The request that `sendAudio` continues. */
  private current: OpenRequest | null = null;
  private lastReqId: string | null = null;
  /** Settles when the `speak()` that takes audio now has sent its last. */
  private inputTurn: Promise<void> = Promise.resolve();
  private speakersInLine = 0;

  constructor(config: AvatarSessionConfig) {
    this.options = { ...config };
    this.config = publicConfigFrom(config);
    this.opener = new SessionOpener(this.options, this.config);
    const { onEncodedAudio } = this.options;
    this.channel = new RequestChannel({
      createUplink: uplinkFactory(this.config, onEncodedAudio && ((reqId, audio) => quietly(() => onEncodedAudio(reqId, audio)))),
      maxBufferedBytes: this.config.maxBufferedBytes,
      handleForeignMotion: (envelope, isLast) => this.passOn(envelope, isLast),
      handleError: (error) => this.report(error),
      handleRequestEnd: (timing) => quietly(() => this.options.onRequestEnd?.(timing)),
      handleClosed: (error) => this.handleClosed(error),
    });
  }

  /** Null before `start()`. */
  get connectionId(): string | null {
    return this.connection?.connectionId ?? null;
  }

  /** Whether requests can be made now. */
  get isOpen(): boolean {
    return !this.isClosed && this.connection !== null && this.connection.isOpen;
  }

  /** When the session's token expires, Unix time in ms; null where it is not known. The session itself lives on. */
  get tokenExpiresAtMs(): number | null {
    return this.opener.tokenExpiresAtMs;
  }

  /**
   * Gets a Session Token: the one that was given, one that `prewarm()` has fetched, or a new one from the console.
   *
   * @throws {SessionTokenError}
   */
  async init({ signal }: SignalOptions = {}): Promise<void> {
    this.checkNotClosed('session_token');
    throwIfAborted(signal);
    await this.opener.prepare(signal);
  }

  /**
   * Connects, after `init()` where that has not been called.
   *
   * @returns The connection id.
   * @throws {AvatarSDKError} The session can be started again, unless it was closed.
   */
  async start({ signal }: SignalOptions = {}): Promise<string> {
    this.checkNotClosed('websocket_connect');
    if (this.starting) return untilAborted(this.starting, signal);
    const starting = this.connect(signal ? AbortSignal.any([signal, this.lifetime.signal]) : this.lifetime.signal);
    this.starting = starting;
    starting.catch(() => (this.starting = null));
    return starting;
  }

  /**
   * Adds audio to the request that is open, or opens one. Resolves when the audio has left this process: await it, and a
   * server that is busy slows you down instead of filling memory.
   *
   * @param audio PCM s16le mono in chunks of any size, or Ogg Opus; see `audioFormat`. Must not change until the promise settles; not retained.
   * @param end Closes the request; the next audio opens a new one. Empty audio with `end` is the usual last call.
   * @returns The id of the request, which its motion carries.
   * @throws {AvatarSDKError} `invalidRequest` before `start()` or while `speak()` is sending.
   * @throws {AvatarError} `aborted`; the request is interrupted then.
   */
  async sendAudio(audio: Uint8Array, end = false, { signal }: SignalOptions = {}): Promise<string> {
    this.checkStarted();
    throwIfAborted(signal);
    if (!(audio instanceof Uint8Array)) throw new AvatarError(ErrorCode.invalidAudioInput, 'audio must be a Uint8Array');
    if (this.speakersInLine > 0) throw this.misuse('sendAudio() cannot be called while speak() is sending');
    const request = this.current && this.channel.isOpen(this.current) ? this.current : this.openRequest();
    this.current = end ? null : request;
    const onAbort = (): void => void this.channel.cancel(request);
    signal?.addEventListener('abort', onAbort);
    try {
      await untilAborted(this.channel.deliver(request, audio, end), signal);
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    return request.reqId;
  }

  /**
   * Speaks audio. Iterate the result to begin and to receive the motion: `for await (const message of session.speak(pcm))`.
   * Leaving the loop early interrupts. Speeches of one session are sent one after another.
   */
  speak(audio: AudioSource, options: SpeakOptions = {}): Speech {
    return new Speech(
      { channel: this.channel, maxBufferedBytes: this.config.maxBufferedBytes, takeInput: () => this.takeInput() },
      audio,
      options,
    );
  }

  /**
   * Drops the last request made by `sendAudio`, at once: nothing more of it is sent or passed on. With an egress the
   * server also stops what is playing.
   *
   * @returns The id of the request.
   * @throws {AvatarSDKError} `invalidRequest` when there was none.
   */
  async interrupt(): Promise<string> {
    this.checkStarted();
    const { lastReqId } = this;
    if (lastReqId === null) throw this.misuse('there is no request to interrupt');
    this.current = null;
    if (!this.channel.cancel({ reqId: lastReqId })) this.channel.interrupt(lastReqId);
    return lastReqId;
  }

  /** Ends the session; requests in progress reject with `connectionClosed`. Never rejects; further calls wait for the first. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** For `console.log`: the fields hold secrets. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `AvatarSession { connectionId: ${this.connectionId ?? 'null'}, isOpen: ${this.isOpen} }`;
  }

  toJSON(): object {
    return { connectionId: this.connectionId, isOpen: this.isOpen };
  }

  private async connect(signal: AbortSignal): Promise<string> {
    const connection = await this.opener.open(this.channel, signal);
    this.connection = connection;
    this.channel.attach(connection);
    // It may have been closed while it was being opened.
    if (this.isClosed) {
      await connection.close();
      throw this.closedError('websocket_handshake');
    }
    return connection.connectionId;
  }

  // ---- requests ----

  private openRequest(): OpenRequest {
    const request = this.channel.open({
      handleMotion: (envelope, isLast) => this.passOn(envelope, isLast),
      handleFailure: (error) => this.report(error),
    });
    this.lastReqId = request.reqId;
    return request;
  }

  private async takeInput(): Promise<() => void> {
    this.checkStarted();
    if (this.current && this.channel.isOpen(this.current))
      throw this.misuse('speak() cannot begin before the request of sendAudio() has ended');
    const before = this.inputTurn;
    let release!: () => void;
    this.inputTurn = new Promise<void>((resolve) => (release = resolve));
    this.speakersInLine++;
    await before;
    return () => {
      this.speakersInLine--;
      release();
    };
  }

  private passOn(envelope: Uint8Array, isLast: boolean): void {
    if (this.config.egress === null) quietly(() => this.options.transportFrames?.(envelope, isLast));
  }

  private report(error: AvatarError): void {
    quietly(() => this.options.onError?.(error));
  }

  // ---- end ----

  private handleClosed(error: AvatarSDKError | null): void {
    const wasClosed = this.isClosed;
    this.isClosed = true;
    if (error) this.report(error);
    if (!wasClosed) quietly(() => this.options.onClose?.());
  }

  private async shutDown(): Promise<void> {
    const wasClosed = this.isClosed;
    this.isClosed = true;
    this.lifetime.abort();
    this.channel.failAll(this.closedError('websocket_runtime'));
    await this.connection?.close();
    if (!wasClosed) quietly(() => this.options.onClose?.());
  }

  private checkNotClosed(phase: ErrorPhase): void {
    if (this.isClosed) throw this.closedError(phase);
  }

  private checkStarted(): void {
    this.checkNotClosed('websocket_send');
    if (!this.connection) throw this.misuse('the session has not been started');
  }

  private closedError(phase: ErrorPhase): AvatarSDKError {
    return (
      this.connection?.closedError(phase) ?? new AvatarSDKError(AvatarSDKErrorCode.connectionClosed, 'the session is closed', { phase })
    );
  }

  private misuse(message: string): AvatarSDKError {
    const { connectionId } = this;
    return new AvatarSDKError(AvatarSDKErrorCode.invalidRequest, message, {
      phase: 'websocket_send',
      ...(connectionId && { connectionId }),
    });
  }
}

/** Runs a user's callback; its exceptions must not affect the session. */
function quietly(callback: () => void): void {
  try {
    callback();
  } catch {
    // Documented: ignored.
  }
}
