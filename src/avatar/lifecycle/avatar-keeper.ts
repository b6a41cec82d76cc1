/**
 * Keeps the assembly of one avatar alive, whoever shows it: makes it when there is a place for it, gives it a stage when
 * it can be seen, loads the avatar, and ends everything when the place is gone. A worker that died is replaced, with all
 * that hung on it.
 */

import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { Renderer, ShownAvatar, Stage } from '../../shared/contracts/stage.js';
import { DEFAULT_STAGE_SETTINGS, type StageSettings } from '../../shared/contracts/stage-settings.js';
import type { AssembledAvatar, StageSetup } from '../assembled-avatar.js';
import { SpeechInput } from '../conversations/speech-input.js';
import type { AvatarHost } from './avatar-host.js';
import { FirstPicture } from './first-picture.js';
import { type ElementSize, SizeObserver } from './size-observer.js';
import { VisibilityObserver } from './visibility-observer.js';

/** A part that dies again this soon, in ms, is not replaced by itself. */
const BREAKDOWN_INTERVAL_MS = 10_000;

/** Once it is here, it asks for worker and file itself, at once. */
let isCodeLoaded = false;

export class AvatarKeeper {
  readonly size: SizeObserver;
  readonly visibility: VisibilityObserver;
  /** Raw speech from the app. */
  readonly input: SpeechInput;
  private readonly host: AvatarHost;
  private current: AssembledAvatar | null = null;
  /** Settles when `current` is there; null when nothing is on its way. */
  private opening: Promise<AssembledAvatar> | null = null;
  /** The scripts could not be loaded, or a part died again: only `retry()`, a question or another place tries again. */
  private hasFailed = false;
  private hasStage = false;
  private isHeld = false;
  private loadCount = 0;
  private changeCount = 0;
  private readonly firstPicture = new FirstPicture();
  private lastBreakdownMs = -Infinity;
  private _stageSettings: StageSettings = { ...DEFAULT_STAGE_SETTINGS };
  private isUserSpeaking = false;
  /** What the stage was asked to draw with. */
  private stageRenderer: Renderer = 'webgl';
  /** Why WebGPU cannot draw here, found while it was tried; null before. */
  private gpuFailure: string | null = null;
  private _avatar: ShownAvatar | null = null;
  private shownSource: string | Blob | null = null;

  /** @param place Where the avatar is shown: its size and visibility count. */
  constructor(host: AvatarHost, place: HTMLElement) {
    this.host = host;
    this.size = new SizeObserver(place, (size) => this.handleSize(size));
    this.visibility = new VisibilityObserver(place, () => this.handleVisibility());
    this.input = new SpeechInput({
      receiveSpeech: (...speech) => this.ask(({ controller }) => controller.receiveSpeech(...speech)).catch(() => undefined),
      handleError: (error) => host.handleError(error),
    });
  }

  /** The avatar that is shown, or null. */
  get avatar(): ShownAvatar | null {
    return this._avatar;
  }

  /** The living assembly, or null outside a document. */
  get assembly(): AssembledAvatar | null {
    return this.current;
  }

  /**
   * Asks the assembly, which is loaded and made when there is none yet. Questions are asked in order.
   *
   * @throws {AvatarError} `aborted`, at once, outside a document; the promise rejects when the assembly cannot be had.
   */
  ask<Answer>(question: (assembly: AssembledAvatar) => Answer | Promise<Answer>): Promise<Answer> {
    if (!this.host.isConnected) {
      throw new AvatarError(ErrorCode.aborted, 'The avatar is in no document.');
    }
    if (this.current) return Promise.resolve(question(this.current));
    // Always the same promise while it is on its way: its callbacks run in the order they came.
    this.opening ??= this.open();
    return this.opening.then(question);
  }

  /** Tells the assembly something, in order with what was asked; nothing where there is none, nor one on its way. */
  tell(words: (assembly: AssembledAvatar) => void): void {
    if (this.current) words(this.current);
    else this.opening?.then(words, () => undefined);
  }

  private open(): Promise<AssembledAvatar> {
    const opening = import('../assembled-avatar.js').then(
      ({ AssembledAvatar }) => {
        isCodeLoaded = true;
        if (this.opening !== opening) throw new AvatarError(ErrorCode.aborted, 'The avatar has left the document.');
        this.opening = null;
        return this.assemble(AssembledAvatar);
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
    const { src, avatarId, isEager } = this.host.assemblySettings;
    if (this.opening && !isCodeLoaded && (isEager || this.visibility.isVisible)) this.firstPicture.begin(src, avatarId);
  }

  private assemble(Assembly: typeof AssembledAvatar): AssembledAvatar {
    const { options, volume, isMuted } = this.host.assemblySettings;
    const assembly = new Assembly(
      options,
      {
        handleLoadProgress: (fraction) => this.host.handleLoading(fraction),
        handleFirstFrame: () => this.host.handleReady(),
        handleContextLost: () => this.host.handleLoading(null),
        handleContextRestored: () => this.host.handleReady(),
        handleDeviceLost: (reason) => this.current === assembly && this.fallBack(reason),
        handleUserSpeech: (isSpeaking) => this.handleUserSpeech(isSpeaking),
        handleError: (error) => this.host.handleError(error),
        handleBreakdown: (error) => this.handleBreakdown(assembly, error),
      },
      this.input,
      this.host.loadRooms,
    );
    this.current = assembly;
    assembly.controller.volume = volume;
    assembly.controller.muted = isMuted;
    this.host.handleController(assembly.controller);
    this.openStage();
    return assembly;
  }

  /** There is a place now: watches it. */
  connect(): void {
    this.hasFailed = false;
    this.size.connect();
    this.visibility.connect();
  }

  /** The place is gone, or about to be another one. What was made lives on until `close()`. */
  disconnect(): void {
    this.size.disconnect();
    this.visibility.disconnect();
  }

  /** Makes the assembly when there is none and it can be had. */
  update(): void {
    if (this.current || this.opening || this.hasFailed || !this.host.isConnected) return;
    this.begin(this.host.assemblySettings.isAutostarted);
  }

  /** What goes wrong is told by state and event. */
  private begin(isStarted: boolean): void {
    this.ask(({ controller }) => (isStarted ? controller.start() : undefined)).catch(() => undefined);
  }

  /** Loads what `src` and `avatarId` name now. */
  reload(): void {
    if (this.hasStage) void this.load();
  }

  /** Starts again from nothing after a failure of the picture. */
  retry(): void {
    const { current } = this;
    if (current && this.hasStage && current.openedStage) return void this.load();
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
    this.hasStage = this.isUserSpeaking = false;
    this._avatar = null;
    this.loadCount++;
    current.dispose();
    this.host.handleClosed();
  }

  /** What stages are configured with; it outlives them. */
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

  /** What the host says of its pixels has changed. */
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
    this.current?.openedStage?.resize(size.width, size.height, this.pixelRatioOf(size));
    this.openStage();
  }

  private pixelRatioOf(size: ElementSize): number {
    return this.host.pixelRatioFor?.(size) ?? size.pixelRatio;
  }

  private handleVisibility(): void {
    this.current?.openedStage?.setVisible(this.isDrawing);
    this.beginFirstPicture();
    this.openStage();
  }

  /** Gives the avatar a stage as soon as it has a size and is about to be seen. */
  private openStage(): void {
    const { current, host, size } = this;
    if (!current || this.hasStage || !size.size || !(host.assemblySettings.isEager || this.visibility.isVisible)) return;
    const setup = this.stageSetup(size.size);
    if (!host.placeCanvas(setup.canvas)) return;
    this.hasStage = true;
    host.handleLoading(null);
    current.openStage(setup).then(
      (stage) => {
        this.handleStage(stage);
        return this.load();
      },
      (reason: unknown) => {
        if (this.current !== current) return;
        const error = avatarErrorFrom(reason, ErrorCode.renderingFailed);
        host.handleError(error);
        host.handleStageFailure(error);
      },
    );
  }

  /** `auto` is WebGL. */
  private get renderer(): Renderer {
    return this.gpuFailure === null && this.host.assemblySettings.renderer === 'webgpu' ? 'webgpu' : 'webgl';
  }

  private stageSetup(size: ElementSize): StageSetup {
    this.stageRenderer = this.renderer;
    return {
      canvas: document.createElement('canvas'),
      ...size,
      pixelRatio: this.pixelRatioOf(size),
      settings: this.stageSettings,
      renderer: this.stageRenderer,
    };
  }

  /** Tells a stage what has changed since it was asked for. */
  private handleStage(stage: Stage): void {
    const { size } = this.size;
    if (size) stage.resize(size.width, size.height, this.pixelRatioOf(size));
    stage.setVisible(this.isDrawing);
    stage.configure(this.stageSettings);
  }

  private async load(): Promise<void> {
    const { current, host } = this;
    if (!current) return;
    const loadId = ++this.loadCount;
    const { src, avatarId } = host.assemblySettings;
    host.handleLoading(null);
    try {
      const avatar = await current.load(src, avatarId, (url) => this.firstPicture.take(url));
      if (loadId !== this.loadCount) return;
      this.handleShown(avatar, src ?? avatarId);
    } catch (reason) {
      if (loadId !== this.loadCount) return;
      const error = avatarErrorFrom(reason, ErrorCode.failedToDownloadAvatarAssets);
      // Some avatars only WebGL can draw.
      const isByGpu = this.stageRenderer === 'webgpu' && current.gpuObstacle === null;
      if (isByGpu && error.code === ErrorCode.renderingFailed) return this.fallBack(error.message);
      host.handleError(error);
      if (this._avatar) host.handlePictureKept();
      else host.handleStageFailure(error);
    }
  }

  /** Takes note of what is shown now. @returns Whether it is another one than before. */
  private handleShown(avatar: ShownAvatar, source: string | Blob | null): boolean {
    const isOther = !this._avatar || source !== this.shownSource;
    this._avatar = avatar;
    this.shownSource = source;
    return isOther;
  }

  /** Why WebGL draws where WebGPU was asked for; null otherwise. */
  get rendererNote(): string | null {
    return this.gpuFailure ?? this.current?.gpuObstacle ?? null;
  }

  /** Draws with what the settings say now, once the other renderer is ready. Speech goes on. */
  changeRenderer(): void {
    this.gpuFailure = null;
    if (this.hasStage && this.renderer !== this.stageRenderer) void this.changeStage();
  }

  private async changeStage(): Promise<void> {
    const { current, host } = this;
    if (!current) return;
    const setup = this.stageSetup(this.size.size ?? { width: 0, height: 0, pixelRatio: 1 });
    const loadId = ++this.loadCount;
    const changeId = ++this.changeCount;
    const { src, avatarId } = host.assemblySettings;
    try {
      const avatar = await current.changeStage(setup, src, avatarId, () => host.placeCanvas(setup.canvas));
      if (this.current !== current) return;
      this.handleStage(current.openedStage!);
      if (loadId !== this.loadCount) return;
      if (this.handleShown(avatar, src ?? avatarId)) host.handleReady();
      else host.handlePictureKept();
    } catch (reason) {
      if (this.current !== current || changeId !== this.changeCount) return;
      // Another avatar was wanted meanwhile.
      if (loadId !== this.loadCount) return this.changeStage();
      const error = avatarErrorFrom(reason, ErrorCode.renderingFailed);
      if (setup.renderer === 'webgpu') {
        this.gpuFailure = error.message;
        this.stageRenderer = 'webgl';
      } else {
        host.handleError(error);
        host.handleStageFailure(error);
      }
    }
  }

  /** WebGPU failed: WebGL goes on in its place. */
  private fallBack(reason: string): void {
    this.gpuFailure = reason;
    this.host.handleLoading(null);
    void this.changeStage();
  }

  private handleBreakdown(assembly: AssembledAvatar, error: AvatarError): void {
    if (this.current !== assembly) return;
    const now = performance.now();
    const isAgain = now - this.lastBreakdownMs < BREAKDOWN_INTERVAL_MS;
    this.lastBreakdownMs = now;
    const wasOnline = assembly.controller.connectionState !== 'disconnected';
    this.close();
    if (isAgain) this.fail(error);
    else this.begin(wasOnline);
  }

  private fail(error: AvatarError): void {
    this.hasFailed = true;
    this.host.handleStageFailure(error);
  }
}
