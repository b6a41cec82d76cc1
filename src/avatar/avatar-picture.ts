/**
 * What is drawn of one avatar: opens its stage when it has a size and is about to be visible, loads the avatar file, and replaces
 * the stage when another renderer is to draw.
 */
import { avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { Renderer, ShownAvatar, Stage } from '../shared/contracts/stage.js';
import type { StageSettings } from '../shared/contracts/stage-settings.js';
import type { Avatar, StageSetup } from './avatar.js';
import type { AvatarHost } from './lifecycle/avatar-host.js';
import type { ElementSize, SizeObserver } from './lifecycle/size-observer.js';
import type { VisibilityObserver } from './lifecycle/visibility-observer.js';

/** What outlives the picture; `AvatarLifecycle` is one. */
export interface PictureOwner {
  readonly host: AvatarHost;
  readonly size: SizeObserver;
  readonly visibility: VisibilityObserver;
  readonly isDrawing: boolean;
  readonly stageSettings: Readonly<StageSettings>;
  /** Why WebGPU is not used although it is requested; null otherwise. */
  gpuFailure: string | null;
  takeRequest(url: string): Promise<Response> | null;
}

export class AvatarPicture {
  private readonly avatar: Avatar;
  private readonly owner: PictureOwner;
  private readonly host: AvatarHost;
  private hasStage = false;
  private isClosed = false;
  private loadCount = 0;
  private changeCount = 0;
  /** The renderer that the stage was requested with. */
  private stageRenderer: Renderer = 'webgl';
  private _shown: ShownAvatar | null = null;
  private shownSource: string | Blob | null = null;

  constructor(avatar: Avatar, owner: PictureOwner) {
    this.avatar = avatar;
    this.owner = owner;
    this.host = owner.host;
  }

  /** The avatar file that is shown, or null. */
  get shown(): ShownAvatar | null {
    return this._shown;
  }

  /** Opens the stage, once, as soon as there is a size and the avatar is about to be visible. */
  open(): void {
    const { avatar, host, owner } = this;
    const { size } = owner.size;
    if (this.hasStage || !size || !(host.avatarSettings.isEager || owner.visibility.isVisible)) return;
    const setup = this.stageSetup(size);
    if (!host.placeCanvas(setup.canvas)) return;
    this.hasStage = true;
    host.handleLoading(null);
    avatar.openStage(setup).then(
      (stage) => {
        this.applyAll(stage);
        return this.load();
      },
      (reason: unknown) => {
        if (this.isClosed) return;
        const error = avatarErrorFrom(reason, ErrorCode.renderingFailed);
        host.handleError(error);
        host.handleStageFailure(error);
      },
    );
  }

  /** Loads the avatar file that the settings name now. */
  reload(): void {
    if (this.hasStage) void this.load();
  }

  resize(size: ElementSize): void {
    this.avatar.openedStage?.resize(size.width, size.height, this.pixelRatioOf(size));
    this.open();
  }

  /** Switches to the renderer of the settings once it is ready. Speech continues. */
  changeRenderer(): void {
    if (this.hasStage && this.renderer !== this.stageRenderer) void this.changeStage();
  }

  /** WebGPU failed: WebGL takes over. */
  fallBack(reason: string): void {
    if (this.isClosed) return;
    this.owner.gpuFailure = reason;
    this.host.handleLoading(null);
    void this.changeStage();
  }

  /** Reports nothing any more. */
  close(): void {
    this.isClosed = true;
    this.loadCount++;
  }

  /** `auto` is WebGL. */
  private get renderer(): Renderer {
    return this.owner.gpuFailure === null && this.host.avatarSettings.renderer === 'webgpu' ? 'webgpu' : 'webgl';
  }

  private pixelRatioOf(size: ElementSize): number {
    return this.host.pixelRatioFor?.(size) ?? size.pixelRatio;
  }

  private stageSetup(size: ElementSize): StageSetup {
    this.stageRenderer = this.renderer;
    return {
      canvas: document.createElement('canvas'),
      ...size,
      pixelRatio: this.pixelRatioOf(size),
      settings: this.owner.stageSettings,
      renderer: this.stageRenderer,
    };
  }

  /** Applies what may have changed since the stage was requested. */
  private applyAll(stage: Stage): void {
    const { size } = this.owner.size;
    if (size) stage.resize(size.width, size.height, this.pixelRatioOf(size));
    stage.setVisible(this.owner.isDrawing);
    stage.configure(this.owner.stageSettings);
  }

  private async load(): Promise<void> {
    if (this.isClosed) return;
    const { avatar, host, owner } = this;
    const loadId = ++this.loadCount;
    const source = host.avatarSettings;
    host.handleLoading(null);
    try {
      const shown = await avatar.load(source, (url) => owner.takeRequest(url));
      if (loadId !== this.loadCount) return;
      this.handleShown(shown, source.src ?? source.avatarId);
    } catch (reason) {
      if (loadId !== this.loadCount) return;
      const error = avatarErrorFrom(reason, ErrorCode.failedToDownloadAvatarAssets);
      // Some avatars can be drawn by WebGL only.
      const isByGpu = this.stageRenderer === 'webgpu' && avatar.gpuObstacle === null;
      if (isByGpu && error.code === ErrorCode.renderingFailed) return this.fallBack(error.message);
      host.handleError(error);
      if (this._shown) host.handlePictureKept();
      else host.handleStageFailure(error);
    }
  }

  /** Remembers what is shown. @returns Whether it is another file than before. */
  private handleShown(shown: ShownAvatar, source: string | Blob | null): boolean {
    const isOther = !this._shown || source !== this.shownSource;
    this._shown = shown;
    this.shownSource = source;
    return isOther;
  }

  private async changeStage(): Promise<void> {
    const { avatar, host, owner } = this;
    const setup = this.stageSetup(owner.size.size ?? { width: 0, height: 0, pixelRatio: 1 });
    const loadId = ++this.loadCount;
    const changeId = ++this.changeCount;
    const source = host.avatarSettings;
    try {
      const shown = await avatar.changeStage(setup, source, () => host.placeCanvas(setup.canvas));
      if (this.isClosed) return;
      this.applyAll(avatar.openedStage!);
      if (loadId !== this.loadCount) return;
      if (this.handleShown(shown, source.src ?? source.avatarId)) host.handleReady();
      else host.handlePictureKept();
    } catch (reason) {
      if (this.isClosed || changeId !== this.changeCount) return;
      // Another file was requested meanwhile.
      if (loadId !== this.loadCount) return this.changeStage();
      const error = avatarErrorFrom(reason, ErrorCode.renderingFailed);
      if (setup.renderer === 'webgpu') {
        owner.gpuFailure = error.message;
        this.stageRenderer = 'webgl';
      } else {
        host.handleError(error);
        host.handleStageFailure(error);
      }
    }
  }
}
