/**
 * The life of one avatar on a page: makes it when there is a place for it, gives it a stage when it can be seen, loads its file, and
 * disposes of it when the place is gone. After a worker or the audio output died, a new avatar replaces the old one.
 *
 * Owns what outlives avatars: the settings of stage and sound, and the app's raw speech.
 */

import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { DEFAULT_SOUND_SETTINGS, type SoundSettings } from '../../shared/contracts/sound-settings.js';
import type { ShownAvatar } from '../../shared/contracts/stage.js';
import { DEFAULT_STAGE_SETTINGS, type StageSettings } from '../../shared/contracts/stage-settings.js';
import type { Avatar } from '../avatar.js';
import type { AvatarPicture } from '../avatar-picture.js';
import { SpeechInput } from '../conversations/speech-input.js';
import type { AvatarHost } from './avatar-host.js';
import { FirstPicture } from './first-picture.js';
import { type ElementSize, SizeObserver } from './size-observer.js';
import { VisibilityObserver } from './visibility-observer.js';

/** A part that dies again this soon, in ms, is not replaced automatically. */
const BREAKDOWN_INTERVAL_MS = 10_000;

/** The code of the avatar requests worker and file itself, at once. */
let isCodeLoaded = false;

export class AvatarLifecycle {
  readonly size: SizeObserver;
  readonly visibility: VisibilityObserver;
  /** Raw speech from the app. */
  readonly input: SpeechInput;
  readonly host: AvatarHost;
  private current: Avatar | null = null;
  /** The avatar that is being made, or null. */
  private opening: Promise<Avatar> | null = null;
  /** The scripts could not be loaded, or a part died again: only `retry()`, `ask()` or `connect()` try again. */
  private hasFailed = false;
  private picture: AvatarPicture | null = null;
  private isHeld = false;
  private readonly firstPicture = new FirstPicture();
  private lastBreakdownMs = -Infinity;
  private _stageSettings: StageSettings = { ...DEFAULT_STAGE_SETTINGS };
  private isUserSpeaking = false;
  private sound = DEFAULT_SOUND_SETTINGS;
  /** Why WebGPU cannot draw here, found while it was tried; null before. Set by the picture, and kept for later ones. */
  gpuFailure: string | null = null;

  /** @param place The element that shows the avatar; its size and visibility decide what is drawn. */
  constructor(host: AvatarHost, place: HTMLElement) {
    this.host = host;
    this.size = new SizeObserver(place, (size) => this.handleSize(size));
    this.visibility = new VisibilityObserver(place, () => this.handleVisibility());
    this.input = new SpeechInput({
      // A failure to make the avatar is reported by `open`.
      receiveSpeech: (...chunk) => this.ask(({ speech }) => speech.receiveSpeech(...chunk)).catch(() => undefined),
      handleError: (error) => host.handleError(error),
    });
  }

  /** The avatar file that is shown, or null. */
  get shown(): ShownAvatar | null {
    return this.picture?.shown ?? null;
  }

  /** The living avatar, or null before it is made and outside a document. */
  get avatar(): Avatar | null {
    return this.current;
  }

  /**
   * Calls back with the avatar, which is made first if there is none. Callbacks run in the order of the calls.
   *
   * @throws {AvatarError} `aborted`, synchronously, outside a document; the promise rejects when the avatar cannot be made.
   */
  ask<Answer>(question: (avatar: Avatar) => Answer | Promise<Answer>): Promise<Answer> {
    if (!this.host.isConnected) {
      throw new AvatarError(ErrorCode.aborted, 'The avatar is not in a document.');
    }
    if (this.current) return Promise.resolve(question(this.current));
    // The same promise for all calls: its callbacks run in their order.
    this.opening ??= this.open();
    return this.opening.then(question);
  }

  /** Calls back with the avatar, in order with `ask`; never where there is none, nor one being made. */
  tell(act: (avatar: Avatar) => void): void {
    if (this.current) act(this.current);
    // A failure is reported by `open`.
    else this.opening?.then(act, () => undefined);
  }

  private open(): Promise<Avatar> {
    const opening = import('../living-avatar.js').then(
      ({ Avatar, AvatarPicture }) => {
        isCodeLoaded = true;
        if (this.opening !== opening) throw new AvatarError(ErrorCode.aborted, 'The avatar has left the document.');
        this.opening = null;
        return this.make(Avatar, AvatarPicture);
      },
      (reason: unknown) => {
        const error = avatarErrorFrom(reason, ErrorCode.connectionFailed, 'A script of the avatar could not be loaded');
        if (this.opening !== opening) throw error;
        this.opening = null;
        this.host.handleError(error);
        this.fail(error);
        throw error;
      },
    );
    this.beginFirstPicture();
    return opening;
  }

  /** Requests what will be drawn, together with the code that draws it. */
  private beginFirstPicture(): void {
    const { src, avatarId, isEager } = this.host.avatarSettings;
    if (this.opening && !isCodeLoaded && (isEager || this.visibility.isVisible)) this.firstPicture.begin(src, avatarId);
  }

  private make(AvatarClass: typeof Avatar, PictureClass: typeof AvatarPicture): Avatar {
    const { host, input, sound } = this;
    const avatar = new AvatarClass(
      { ...host.avatarSettings, sound, input, host },
      {
        handleLoadProgress: (fraction) => host.handleLoading(fraction),
        handleFirstFrame: () => host.handleReady(),
        handleContextLost: () => host.handleLoading(null),
        handleContextRestored: () => host.handleReady(),
        handleDeviceLost: (reason) => picture.fallBack(reason),
        handleUserSpeech: (isSpeaking) => this.handleUserSpeech(isSpeaking),
        handleError: (error) => host.handleError(error),
        handleBreakdown: (error) => this.handleBreakdown(avatar, error),
      },
    );
    const picture = new PictureClass(avatar, this);
    this.current = avatar;
    this.picture = picture;
    host.handleAvatar(avatar);
    picture.open();
    return avatar;
  }

  /** The place is in the document: watches its size and visibility. */
  connect(): void {
    this.hasFailed = false;
    this.size.connect();
    this.visibility.connect();
  }

  /** The place has left the document, perhaps to be moved. The avatar lives on until `close()`. */
  disconnect(): void {
    this.size.disconnect();
    this.visibility.disconnect();
  }

  /** Makes the avatar if there is none and it can be made. */
  update(): void {
    if (this.current || this.opening || this.hasFailed || !this.host.isConnected) return;
    this.begin(this.host.avatarSettings.isAutostarted);
  }

  private begin(isStarted: boolean): void {
    // Failures are reported by state and event.
    this.ask(({ speech }) => (isStarted ? speech.start() : undefined)).catch(() => undefined);
  }

  /** Loads the avatar file that `src` and `avatarId` name now. */
  reload(): void {
    this.picture?.reload();
  }

  /** Starts over after a failure of the picture. */
  retry(): void {
    if (this.current?.openedStage) return this.reload();
    this.hasFailed = false;
    this.close();
    this.update();
  }

  /** Ends everything; `update()` begins anew. */
  close(): void {
    const { current } = this;
    this.opening = null;
    this.firstPicture.cancel();
    this.input.drop();
    if (!current) return;
    this.current = null;
    this.isUserSpeaking = false;
    this.picture?.close();
    this.picture = null;
    current.dispose();
    this.host.handleClosed();
  }

  get soundSettings(): SoundSettings {
    return this.sound;
  }

  /** Changes how sound is played, now and by later avatars. The volume is clamped to 0..1; one that is no number changes nothing. */
  configureSound(changes: Partial<SoundSettings>): void {
    const sound = { ...this.sound, ...changes };
    const volume = Number.isFinite(sound.volume) ? Math.min(1, Math.max(0, sound.volume)) : this.sound.volume;
    if (
      volume === this.sound.volume &&
      sound.isMuted === this.sound.isMuted &&
      sound.latencyOffsetSeconds === this.sound.latencyOffsetSeconds
    )
      return;
    this.sound = { ...sound, volume };
    this.current?.configureSound(this.sound);
  }

  /** The settings of the stage. */
  get stageSettings(): Readonly<StageSettings> {
    const settings = this._stageSettings;
    return this.isUserSpeaking ? { ...settings, isListening: true } : settings;
  }

  /** Changes settings of the stage, of the present one and of later ones. Equal values change nothing. */
  configure(changes: Partial<StageSettings>): void {
    const before = this.stageSettings;
    this._stageSettings = { ...this._stageSettings, ...changes };
    this.applySettings(before);
  }

  /** The character also listens while the user is heard to speak. */
  private handleUserSpeech(isSpeaking: boolean): void {
    const before = this.stageSettings;
    this.isUserSpeaking = isSpeaking;
    this.applySettings(before);
  }

  private applySettings(before: Readonly<StageSettings>): void {
    const after = this.stageSettings;
    const names = Object.keys(after) as (keyof StageSettings)[];
    const changed = names.filter((name) => after[name] !== before[name]).map((name) => [name, after[name]]);
    if (changed.length > 0) this.current?.openedStage?.configure(Object.fromEntries(changed));
  }

  /** `pixelRatioFor` of the host has changed. */
  resize(): void {
    if (this.size.size) this.handleSize(this.size.size);
  }

  /** Stops drawing while true, whether the avatar can be seen or not; sound goes on. */
  holdPicture(isHeld: boolean): void {
    this.isHeld = isHeld;
    this.current?.openedStage?.setVisible(this.isDrawing);
  }

  /** A PNG of the next frame, which is drawn out of sight as well. @throws {AvatarError} `renderingFailed` before there is a stage. */
  async toBlob(): Promise<Blob> {
    const stage = this.current?.openedStage;
    if (!stage) throw new AvatarError(ErrorCode.renderingFailed, 'There is no picture yet.');
    const release = this.visibility.hold();
    try {
      return await stage.toBlob();
    } finally {
      release();
    }
  }

  /** Whether pictures are drawn, once there is a stage. */
  get isDrawing(): boolean {
    return this.visibility.isVisible && !this.isHeld;
  }

  private handleSize(size: ElementSize): void {
    this.picture?.resize(size);
  }

  private handleVisibility(): void {
    this.current?.openedStage?.setVisible(this.isDrawing);
    this.beginFirstPicture();
    this.picture?.open();
  }

  /** Why WebGL draws where WebGPU was asked for; null otherwise. */
  get rendererNote(): string | null {
    return this.gpuFailure ?? this.current?.gpuObstacle ?? null;
  }

  /** Switches to the renderer of the settings once it is ready. Speech continues. */
  changeRenderer(): void {
    this.gpuFailure = null;
    this.picture?.changeRenderer();
  }

  /** The request for a file that has begun before the avatar's code was there, or null. */
  takeRequest(url: string): Promise<Response> | null {
    return this.firstPicture.take(url);
  }

  private handleBreakdown(avatar: Avatar, error: AvatarError): void {
    if (this.current !== avatar) return;
    const now = performance.now();
    const isAgain = now - this.lastBreakdownMs < BREAKDOWN_INTERVAL_MS;
    this.lastBreakdownMs = now;
    const wasOnline = avatar.speech.connectionState !== 'disconnected';
    this.close();
    if (isAgain) this.fail(error);
    else this.begin(wasOnline);
  }

  private fail(error: AvatarError): void {
    this.hasFailed = true;
    this.host.handleStageFailure(error);
  }
}
