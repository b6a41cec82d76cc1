/**
 * Keeps the assembly of one avatar alive, whoever shows it: makes it when there is a place for it, gives it a stage when
 * it can be seen, loads the avatar, and ends everything when the place is gone. A worker that died is replaced, with all
 * that hung on it.
 */
import type { AssembledAvatar, RoomLoader } from '../assemble.js';
import type { AvatarController } from '../controller/avatar-controller.js';
import type { AvatarControllerOptions } from '../controller/controller-options.js';
import { SpeechInput } from '../controller/speech-input.js';
import { AvatarError, ErrorCode, avatarErrorFrom } from '../shared/errors.js';
import type { LifeSettings } from '../shared/life-settings.js';
import type { GazePoint, Renderer, ShownAvatar, Stage, View } from '../workers/worker-api.js';
import { isRendererDecided, rememberedRenderer } from './remembered-renderer.js';
import { SizeObserver, type ElementSize } from './size-observer.js';
import { VisibilityObserver } from './visibility-observer.js';

/** What the assembly needs of who shows it, and what it tells it. */
export interface AvatarHost {
  /** False while there is no place to show anything: nothing is made then. */
  readonly isConnected: boolean;
  readonly assemblySettings: {
    readonly options: AvatarControllerOptions;
    /** URL, or the file itself; wins over `avatarId`. */
    readonly src: string | Blob | null;
    readonly avatarId: string | null;
    readonly view: View;
    readonly life: LifeSettings;
    /** What draws; `auto` when absent. */
    readonly renderer?: Renderer | 'auto';
    readonly volume: number;
    readonly isMuted: boolean;
    readonly isEager: boolean;
    readonly isAutostarted: boolean;
  };
  /** Device pixels per CSS pixel to draw with, 0 < … ≤ the size's own; its own by default. */
  pixelRatioFor?(size: ElementSize): number;
  /** Brings what joins LiveKit rooms; without it, `options.mode` is never `livekit`. */
  readonly loadRooms?: RoomLoader;
  /** Puts a canvas in the place of the one before; null while nothing is rendered. */
  replaceCanvas(): HTMLCanvasElement | null;
  /** A controller was made; its listeners go with it. */
  handleController(controller: AvatarController): void;
  handleError(error: AvatarError): void;
  /** The load of an avatar: its progress, 0..1 or null while unknown. */
  handleLoading(progress: number | null): void;
  /** There is a stage, or another one; it is told what only some set before it shows anything. */
  handleStage?(stage: Stage): void;
  handleReady(): void;
  /** There is no picture, and there will be none without `retry()`. */
  handleStageFailure(error: AvatarError): void;
  /** Everything was ended, or is made anew. */
  handleClosed(): void;
}

/** A part that dies again this soon, in ms, is not replaced by itself. */
const BREAKDOWN_INTERVAL_MS = 10_000;
/** After this long in ms it is known whether WebGL keeps the frame rate. */
const CONSIDER_GPU_MS = 6000;

export class AvatarKeeper {
  readonly size: SizeObserver;
  readonly visibility: VisibilityObserver;
  /** Raw speech from the app. */
  readonly input: SpeechInput;
  private readonly host: AvatarHost;
  private current: AssembledAvatar | null = null;
  /** Settles when `current` is there; null when nothing is on its way. */
  private opening: Promise<AssembledAvatar> | null = null;
  /** The scripts could not be loaded: only `retry()` or a question tries again. */
  private hasFailed = false;
  private hasStage = false;
  private isHeld = false;
  private loadCount = 0;
  private lastBreakdownMs = -Infinity;
  private gazePoint: GazePoint | null = null;
  /** What the stage was asked to draw with. */
  private stageRenderer: Renderer = 'webgl';
  /** Why WebGPU is not to draw, whoever asks for it. */
  private gpuObstacle: string | null = null;
  private _avatar: ShownAvatar | null = null;

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
    const opening = import('../assemble.js').then(
      ({ AssembledAvatar }) => {
        if (this.opening !== opening) throw new AvatarError(ErrorCode.aborted, 'The avatar has left the document.');
        this.opening = null;
        return this.assemble(AssembledAvatar);
      },
      (reason: unknown) => {
        const error = avatarErrorFrom(reason, ErrorCode.connectionFailed, 'A script of the avatar could not be loaded');
        if (this.opening !== opening) throw error;
        this.opening = null;
        this.hasFailed = true;
        this.host.handleError(error);
        this.host.handleStageFailure(error);
        throw error;
      },
    );
    return opening;
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
    this.input.drop();
    if (!current) return;
    this.current = null;
    this.hasStage = false;
    this._avatar = null;
    this.loadCount++;
    current.dispose();
    this.host.handleClosed();
  }

  /** What the avatar looks at from now on, in its picture (see `Stage.lookAt`); null gives its gaze back. Outlives what shows it. */
  lookAt(point: GazePoint | null): void {
    this.gazePoint = point;
    this.current?.openedStage?.lookAt(point);
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
    this.openStage();
  }

  /** Gives the avatar a stage as soon as it has a size and is about to be seen. */
  private openStage(): void {
    const { current, host, size } = this;
    const { isEager, view, life } = host.assemblySettings;
    if (!current || this.hasStage || !size.size || !(isEager || this.visibility.isVisible)) return;
    const canvas = host.replaceCanvas();
    if (!canvas) return;
    this.hasStage = true;
    this.stageRenderer = this.renderer;
    host.handleLoading(null);
    current.openStage({ canvas, ...size.size, pixelRatio: this.pixelRatioOf(size.size), view, life, renderer: this.stageRenderer }).then(
      (stage) => {
        // What has changed meanwhile.
        const { view, life } = host.assemblySettings;
        if (size.size) stage.resize(size.size.width, size.size.height, this.pixelRatioOf(size.size));
        stage.setVisible(this.isDrawing);
        stage.setView(view);
        current.setLife(life);
        stage.lookAt(this.gazePoint);
        host.handleStage?.(stage);
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

  private async load(): Promise<void> {
    const { current, host } = this;
    if (!current) return;
    const loadId = ++this.loadCount;
    const { src, avatarId } = host.assemblySettings;
    host.handleLoading(null);
    try {
      const avatar = await current.load(src, avatarId);
      if (loadId !== this.loadCount) return;
      this._avatar = avatar;
      if (host.assemblySettings.renderer !== 'webgl') void this.considerGpu(current);
    } catch (reason) {
      if (loadId !== this.loadCount) return;
      const error = avatarErrorFrom(reason, ErrorCode.failedToDownloadAvatarAssets);
      // Some avatars only WebGL can draw.
      if (error.code === ErrorCode.renderingFailed && (await current.stageStats())?.renderer === 'webgpu') return this.fallBack(error.message);
      host.handleError(error);
      if (this._avatar) host.handleReady();
      else host.handleStageFailure(error);
    }
  }

  /** Why WebGL draws where WebGPU was asked for; null otherwise. */
  get rendererNote(): string | null {
    return this.gpuObstacle ?? this.current?.gpuObstacle ?? null;
  }

  /** Draws with what the settings say now. What is being said ends. */
  changeRenderer(): void {
    this.gpuObstacle = null;
    if (this.hasStage && this.renderer !== this.stageRenderer) this.restart();
  }

  private get renderer(): Renderer {
    const { renderer = 'auto' } = this.host.assemblySettings;
    if (this.gpuObstacle !== null) return 'webgl';
    return renderer === 'auto' ? rememberedRenderer() : renderer;
  }

  /** `auto`: where WebGL cannot keep the frame rate, tries once how WebGPU does. The next stage of the session is drawn by the faster. */
  private async considerGpu(assembly: AssembledAvatar): Promise<void> {
    const { renderer = 'auto', src, avatarId, view, life } = this.host.assemblySettings;
    if (renderer !== 'auto' || isRendererDecided() || !('gpu' in navigator)) return;
    await new Promise((resolve) => setTimeout(resolve, CONSIDER_GPU_MS));
    const isIdle = () => this.current === assembly && this.visibility.isVisible && assembly.controller.conversationState === 'idle';
    const stats = isIdle() ? await assembly.stageStats() : null;
    if (!stats || stats.resolutionScale === 1 || !isIdle() || isRendererDecided()) return;
    const { tryRenderers } = await import('./renderer-trial.js');
    if (!this.size.size) return;
    await tryRenderers(assembly, await assembly.avatarFile(src, avatarId), { ...this.size.size, view, life, renderer: 'webgpu' }, isIdle);
  }

  /** WebGPU failed: WebGL goes on in its place. */
  private fallBack(reason: string): void {
    this.gpuObstacle = reason;
    this.restart();
  }

  private restart(): void {
    const wasOnline = this.current?.controller.connectionState !== 'disconnected';
    this.close();
    this.begin(wasOnline);
  }

  private handleBreakdown(assembly: AssembledAvatar, error: AvatarError): void {
    if (this.current !== assembly) return;
    const now = performance.now();
    const isAgain = now - this.lastBreakdownMs < BREAKDOWN_INTERVAL_MS;
    this.lastBreakdownMs = now;
    const wasOnline = assembly.controller.connectionState !== 'disconnected';
    this.close();
    this.begin(wasOnline && !isAgain);
    if (isAgain) this.opening?.then(() => this.host.handleStageFailure(error), () => undefined);
  }
}
