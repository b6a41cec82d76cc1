/**
 * The inside of an `AvatarView`: its canvas and its avatar's lifecycle. Knows nothing of AvatarKit's names; view and
 * controller are faces of it.
 */
import type { Avatar as LivingAvatar } from '../avatar/avatar.js';
import { type AvatarOptions, DEFAULT_AVATAR_OPTIONS } from '../avatar/avatar-options.js';
import type { AvatarSpeech } from '../avatar/avatar-speech.js';
import type { AvatarHost } from '../avatar/lifecycle/avatar-host.js';
import { AvatarLifecycle } from '../avatar/lifecycle/avatar-lifecycle.js';
import { MotionPreference } from '../avatar/lifecycle/motion-preference.js';
import type { ElementSize } from '../avatar/lifecycle/size-observer.js';
import type { AvatarError as CoreError } from '../shared/contracts/errors.js';
import { Emitter } from '../shared/core/emitter.js';
import type { Avatar } from './avatar.js';
import { type AudioFormat, DEFAULT_AUDIO_FORMAT, motionServerOf, presentMode } from './configuration.js';
import { type AvatarError, documentedError } from './errors.js';
import { logError, logInfo } from './log.js';
import { sdkSettings } from './sdk-settings.js';

interface ViewCoreEvents {
  error: AvatarError;
  'first-frame': void;
  /** An avatar was made; the one before is gone. */
  avatar: LivingAvatar;
  /** Everything was ended; something new may follow. */
  closed: void;
  disposed: void;
}

/** Opus decodes to this rate, whatever was configured. */
const OPUS_RATE_HZ = 48_000;

export class ViewCore implements AvatarHost {
  readonly lifecycle: AvatarLifecycle;
  readonly avatar: Avatar;
  audioFormat: AudioFormat;
  frameStarvation: AvatarOptions['frameStarvation'] = 'audio-independent';
  private readonly container: HTMLElement;
  private readonly motionPreference: MotionPreference;
  private readonly events = new Emitter<ViewCoreEvents>();
  private readonly unsubscribe: (() => void)[];
  private canvas: HTMLCanvasElement | null = null;
  private hasFirstFrame = false;
  private isDisposed = false;

  /** @throws {AvatarError} `appIDUnrecognized` before `AvatarSDK.initialize()`. */
  constructor(avatar: Avatar, container: HTMLElement, audioFormat: Partial<AudioFormat> | undefined) {
    const { configuration } = sdkSettings.require();
    this.avatar = avatar;
    this.container = container;
    this.motionPreference = new MotionPreference(container, () => this.applyMotion());
    this.audioFormat = { ...DEFAULT_AUDIO_FORMAT, ...configuration.audioFormat, ...audioFormat };
    this.lifecycle = new AvatarLifecycle(this, container);
    this.unsubscribe = [sdkSettings.on('cleanup', () => this.dispose()), sdkSettings.on('resolution', () => this.lifecycle.resize())];
    this.motionPreference.connect();
    this.lifecycle.configure({ view: 'bust' });
    this.applyMotion();
    this.lifecycle.connect();
    this.lifecycle.update();
  }

  on<Name extends keyof ViewCoreEvents>(name: Name, listener: (event: ViewCoreEvents[Name]) => void): () => void {
    return this.events.on(name, listener);
  }

  get mode(): 'direct' | 'backend' | 'rtc' {
    return presentMode(sdkSettings.configuration?.drivingServiceMode);
  }

  get isOpus(): boolean {
    return this.audioFormat.inputAudioFormat === 'opus';
  }

  /** Rate of the samples that come out of what the app hands over, Hz. */
  get sampleRateHz(): number {
    return this.isOpus ? OPUS_RATE_HZ : this.audioFormat.sampleRate;
  }

  /** The speech of the living avatar, or null while there is none. */
  get speech(): AvatarSpeech | null {
    return this.lifecycle.avatar?.speech ?? null;
  }

  /** Size of the drawn picture, device pixels; 0 before the first. */
  get renderSize(): { width: number; height: number } {
    // A canvas reports its size even when a worker draws on it.
    const { canvas, hasFirstFrame } = this;
    return canvas && hasFirstFrame ? { width: canvas.width, height: canvas.height } : { width: 0, height: 0 };
  }

  /** The avatar options by the present configuration. */
  get options(): AvatarOptions {
    const configuration = sdkSettings.configuration ?? {};
    return {
      ...DEFAULT_AVATAR_OPTIONS,
      ...motionServerOf(configuration),
      mode: this.mode === 'direct' ? 'direct' : 'backend',
      appId: sdkSettings.appId ?? '',
      avatarId: this.avatar.motionId,
      token: { requestToken: sdkSettings.requestToken },
      sampleRateHz: this.sampleRateHz,
      frameStarvation: this.frameStarvation,
    };
  }

  fail(reason: unknown): AvatarError {
    const error = documentedError(reason);
    logError(`${error.code}: ${error.message}`);
    this.events.emit('error', error);
    return error;
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.motionPreference.disconnect();
    this.lifecycle.disconnect();
    this.lifecycle.close();
    this.canvas?.remove();
    this.canvas = null;
    this.events.emit('disposed', undefined);
    this.events.clear();
  }

  // ---- what the lifecycle asks and reports ----------------------------------------------------------------------------

  get isConnected(): boolean {
    return !this.isDisposed;
  }

  get avatarSettings(): AvatarHost['avatarSettings'] {
    return {
      options: this.options,
      src: this.avatar.file,
      avatarId: null,
      isEager: true,
      isAutostarted: false,
      isSpeechPreloaded: true,
      logLevel: null,
    };
  }

  pixelRatioFor(size: ElementSize): number {
    return sdkSettings.pixelRatioFor(size);
  }

  placeCanvas(canvas: HTMLCanvasElement): boolean {
    // Fills the container and never sets its size.
    Object.assign(canvas.style, { display: 'block', width: '100%', height: '100%' });
    if (this.canvas?.isConnected) this.canvas.replaceWith(canvas);
    else this.container.append(canvas);
    this.canvas = canvas;
    return true;
  }

  handleAvatar(avatar: LivingAvatar): void {
    this.events.emit('avatar', avatar);
  }

  handleError(error: CoreError): void {
    this.fail(error);
  }

  handleLoading(): void {}

  handleReady(): void {
    if (this.hasFirstFrame) return;
    this.hasFirstFrame = true;
    logInfo('First frame.');
    this.events.emit('first-frame', undefined);
  }

  handlePictureKept(): void {}

  /** Reported by `handleError` as well. */
  handleStageFailure(): void {}

  handleClosed(): void {
    this.events.emit('closed', undefined);
  }

  private applyMotion(): void {
    this.lifecycle.configure({ motionStyle: this.motionPreference.isReduced ? 'calm' : 'lively' });
  }
}
