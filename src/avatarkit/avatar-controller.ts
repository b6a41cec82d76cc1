import type { Avatar as LivingAvatar } from '../avatar/avatar.js';
import { readMotionPayloads } from '../avatar/conversations/motion-payloads.js';
import { OpusInput } from '../avatar/conversations/opus-input.js';
import type { PcmInput } from '../avatar/conversations/pcm-input.js';
import { isPcmSampleRate } from '../shared/samples/sample-rates.js';
import type { AudioFormat } from './configuration.js';
import { ControllerReports } from './controller-reports.js';
import type { FrameStarvationMode } from './enums.js';
import { AvatarError, ErrorCode } from './errors.js';
import { logWarning } from './log.js';
import type { ViewCore } from './view-core.js';

/** Audio of `playback()`: bytes, and whether they are the last. */
export interface PlaybackAudio {
  readonly data: Uint8Array | ArrayBuffer;
  readonly isLast?: boolean;
}

/**
 * Speech and playback of one view, under AvatarKit's documented names.
 *
 * Errors of a call without a promise are reported by `onError`, and the call returns null or false.
 */
export class AvatarController extends ControllerReports {
  private readonly core: ViewCore;
  private readonly opus: OpusInput;
  /** Between `start()` and `close()`. */
  private isStarted = false;

  /** @internal */
  constructor(core: ViewCore) {
    super(core);
    this.core = core;
    this.opus = new OpusInput({
      // A failure to make the avatar is reported by its lifecycle.
      receiveSpeech: (...chunk) => void core.lifecycle.ask(({ speech }) => speech.receiveSpeech(...chunk)).catch(() => undefined),
      handleError: (error) => {
        this.interrupt();
        core.fail(error);
      },
    });
  }

  get frameStarvationMode(): FrameStarvationMode {
    return this.core.frameStarvation === 'strict-sync' ? 'strictSync' : 'audioIndependent';
  }

  set frameStarvationMode(mode: FrameStarvationMode) {
    this.core.frameStarvation = mode === 'strictSync' ? 'strict-sync' : 'audio-independent';
    this.configure();
  }

  /**
   * Unlocks sound; call it in a click or key handler.
   *
   * @throws {AvatarError} `audioContextNotInitialized` when the browser keeps the sound locked, `playbackInitFailed`.
   */
  async initializeAudioContext(): Promise<void> {
    await this.ask((speech) => speech.unlockSound());
  }

  /**
   * Direct mode: begins to connect. `onConnectionState` reports the outcome.
   *
   * @throws {AvatarError} `networkLayerNotAvailable` in another mode, `sessionTokenInvalid` without a token,
   *   `connectionInProgress` while connecting.
   */
  async start(): Promise<void> {
    this.requireMode('direct', 'start()');
    if (this.connectionState === 'connecting') {
      throw new AvatarError(ErrorCode.connectionInProgress, 'A connection is being made: wait for onConnectionState.');
    }
    const { options } = this.core;
    // Throws where there is no token, before anything is asked of a server.
    await options.token.requestToken?.(false);
    this.isStarted = true;
    await this.ask((speech) => {
      speech.configure(options);
      // The outcome is reported by state and error.
      speech.start().catch(() => undefined);
    });
  }

  /**
   * Direct mode: speech of the avatar as raw PCM of the configured format, or Opus. The first chunk after an end opens a
   * new round and interrupts the one before.
   *
   * @param end Closes the round's input; the chunk may be empty then.
   * @returns The round's id; null for an empty chunk that belongs to none, and after an error, which `onError` reports.
   */
  send(audioData: PcmInput, end = false): string | null {
    return this.try(() => {
      this.requireMode('direct', 'send()');
      if (!this.isStarted) throw new AvatarError(ErrorCode.networkLayerNotAvailable, 'Call start() before send().');
      return this.read(audioData, end);
    }, null);
  }

  /** Ends the connection and what plays; `start()` connects again. */
  close(): void {
    this.isStarted = false;
    this.drop();
    this.core.lifecycle.tell(({ speech }) => speech.close());
  }

  /**
   * Backend mode: speech that the app's backend made. Its motion follows by `yieldFramesData()`.
   *
   * @param end Closes the round's input; the chunk may be empty then.
   * @returns The round's id, for its motion; null as with `send()`.
   */
  yieldAudioData(audioData: PcmInput, end = false): string | null {
    return this.try(() => {
      this.requireMode('backend', 'yieldAudioData()');
      return this.read(audioData, end);
    }, null);
  }

  /**
   * Backend mode: motion of a round, as the Motion Server sent it to the backend. That of another round is discarded.
   *
   * @param payloads Whole messages, in their order. None, or an empty one: the round goes on as sound alone.
   * @param conversationId What `yieldAudioData()` returned.
   * @returns True once the final motion of the round has come.
   */
  yieldFramesData(payloads: readonly (Uint8Array | ArrayBuffer)[] | null | undefined, conversationId: string | null): boolean {
    return this.try(() => {
      this.requireMode('backend', 'yieldFramesData()');
      const motion = readMotionPayloads(payloads);
      // Until the core is loaded there can be one round at most.
      let isFinal = motion.isFinal && conversationId === this.getCurrentConversationId();
      if (conversationId === null) return false;
      this.core.lifecycle.tell(({ speech }) => (isFinal = speech.receiveMotion(conversationId, motion)));
      return isFinal;
    }, false);
  }

  /**
   * Backend mode: a recorded round, sound and motion at once.
   *
   * @param audio Bytes, or chunks of them.
   * @param payloads As for `yieldFramesData()`.
   * @returns The round's id.
   */
  async playback(
    audio: Uint8Array | ArrayBuffer | readonly PlaybackAudio[],
    payloads: readonly (Uint8Array | ArrayBuffer)[],
  ): Promise<string | null> {
    const chunks = Array.isArray(audio) ? (audio as readonly PlaybackAudio[]) : [{ data: audio as Uint8Array | ArrayBuffer }];
    let conversationId: string | null = null;
    for (const { data } of chunks) conversationId = this.yieldAudioData(data, false) ?? conversationId;
    if (conversationId === null) return null;
    this.yieldFramesData(payloads, conversationId);
    return this.yieldAudioData(new Uint8Array(0), true);
  }

  /** Pauses sound and face. */
  pause(): void {
    this.core.lifecycle.tell(({ speech }) => speech.pause());
  }

  /** Resumes after `pause()`. */
  async resume(): Promise<void> {
    this.core.lifecycle.tell(({ speech }) => void speech.resume());
  }

  /** Stops the current round and drops the rest of it; the next audio opens a new round. */
  interrupt(): void {
    this.drop();
    this.core.lifecycle.tell(({ speech }) => speech.interrupt());
  }

  /** The name of `interrupt()` for all data, before 1.1. */
  clear(): void {
    this.interrupt();
  }

  /** @param volume 0..1, of this avatar; values beyond are clamped. */
  setVolume(volume: number): void {
    this.core.lifecycle.configureSound({ volume });
  }

  getVolume(): number {
    return this.core.lifecycle.soundSettings.volume;
  }

  /** Media time of the round that is audible now, s; 0 while none plays. */
  getAudioTime(): number {
    return this.core.speech?.audibleSeconds ?? 0;
  }

  /** Points of the avatar: splats of a Gaussian head, vertices of any other; 0 until it is shown. */
  getPointCount(): number {
    return this.core.lifecycle.shown?.vertexCount ?? 0;
  }

  /**
   * Changes the audio format. Interrupts, and ends a connection: call `start()` again. An unsupported rate is ignored, with a
   * warning in the log.
   */
  setAudioFormat(format: Partial<Omit<AudioFormat, 'channelCount'>>): void {
    const { core } = this;
    const after = { ...core.audioFormat, ...format };
    if (!isPcmSampleRate(after.sampleRate)) {
      logWarning(`setAudioFormat: ${after.sampleRate} Hz cannot be, ${core.audioFormat.sampleRate} stays.`);
      after.sampleRate = core.audioFormat.sampleRate;
    }
    core.audioFormat = after;
    this.interrupt();
    this.configure();
    if (core.mode === 'direct') this.close();
  }

  // ---- names of the betas ------------------------------------------------------------------------------------------

  /** @deprecated `yieldAudioData()`. */
  sendAudioChunk(audioData: PcmInput, end = false): string | null {
    return this.yieldAudioData(audioData, end);
  }

  /** @deprecated `yieldFramesData()`. */
  sendKeyframes(payloads: readonly (Uint8Array | ArrayBuffer)[], conversationId: string | null): boolean {
    return this.yieldFramesData(payloads, conversationId);
  }

  // ---- inside ------------------------------------------------------------------------------------------------------

  private read(audioData: PcmInput, end: boolean): string | null {
    const { core } = this;
    if (!core.isConnected) throw new AvatarError(ErrorCode.playbackStartFailed, 'The view was disposed.');
    // Makes the avatar if there is none; it plays what was read meanwhile. Failures are reported by state and error.
    const connect = ({ speech }: LivingAvatar) =>
      core.mode === 'backend' && speech.connectionState === 'disconnected' ? speech.start() : undefined;
    core.lifecycle.ask(connect).catch(() => undefined);
    const id = core.isOpus ? this.opus.send(audioData, end) : core.lifecycle.input.send(audioData, core.sampleRateHz, end);
    this.noteConversation(id);
    return id;
  }

  private drop(): void {
    this.core.lifecycle.input.drop();
    this.opus.drop();
    this.noteConversation(null);
  }

  private configure(): void {
    this.core.lifecycle.tell(({ speech }) =>
      speech.configure({ frameStarvation: this.core.frameStarvation, sampleRateHz: this.core.sampleRateHz }),
    );
  }

  private requireMode(mode: 'direct' | 'backend', call: string): void {
    if (this.core.mode === mode) return;
    throw new AvatarError(ErrorCode.networkLayerNotAvailable, `${call} needs DrivingServiceMode.${mode}.`);
  }

  private try<Answer>(call: () => Answer, otherwise: Answer): Answer {
    try {
      return call();
    } catch (reason) {
      this.core.fail(reason);
      return otherwise;
    }
  }
}
