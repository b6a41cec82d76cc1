import type { Avatar } from './avatar.js';
import { AvatarController } from './avatar-controller.js';
import { type AudioFormat, checkAudioFormat, DEFAULT_AUDIO_FORMAT } from './configuration.js';
import { AvatarError, documentedError, ErrorCode } from './errors.js';
import { type AvatarTransform, type CameraConfig, PictureFrame } from './picture-frame.js';
import { ViewCore } from './view-core.js';

export interface AvatarViewOptions {
  /** Audio format of this view; overrides the configuration's. */
  readonly audioFormat?: Partial<AudioFormat>;
}

/** An avatar in a container of the page: appends a canvas to it, and has a controller. */
export class AvatarView {
  readonly controller: AvatarController;
  /** Called once, when the first picture is drawn. */
  onFirstRendering: (() => void) | null = null;
  /** Resolves with the first picture. @deprecated `onFirstRendering`. */
  readonly ready: Promise<void>;
  private readonly core: ViewCore;
  private readonly frame: PictureFrame;

  /**
   * @param avatar What `AvatarManager.load()` gave.
   * @param container The canvas fills it and follows its size; its background shows through.
   * @throws {AvatarError} `appIDUnrecognized` before `AvatarSDK.initialize()`, `invalidAudioInput` for a format that cannot
   *   be, `animationPlayerNotInitialized` without avatar or container.
   */
  constructor(avatar: Avatar, container: HTMLElement, options: AvatarViewOptions = {}) {
    if (!avatar?.file || !(container instanceof HTMLElement)) {
      throw new AvatarError(ErrorCode.animationPlayerNotInitialized, 'AvatarView needs an avatar that was loaded, and an element.');
    }
    if (options.audioFormat) checkAudioFormat({ ...DEFAULT_AUDIO_FORMAT, ...options.audioFormat });
    this.core = new ViewCore(avatar, container, options.audioFormat);
    this.frame = new PictureFrame(this.core, container);
    this.controller = new AvatarController(this.core);
    this.ready = new Promise((resolve) => this.core.on('first-frame', resolve));
    this.core.on('first-frame', () => this.onFirstRendering?.());
    this.core.on('disposed', () => (this.onFirstRendering = null));
  }

  /** The avatar that is shown. */
  get avatar(): Avatar {
    return this.core.avatar;
  }

  /** @deprecated `controller`. */
  get avatarController(): AvatarController {
    return this.controller;
  }

  /** Where the avatar is in the picture: x −1 left..1 right, y −1 bottom..1 top, scale > 0. */
  get avatarTransform(): AvatarTransform {
    return this.frame.transform;
  }

  set avatarTransform(transform: AvatarTransform) {
    this.frame.transform = transform;
  }

  /** The name of `avatarTransform` before 1.1. */
  get transform(): AvatarTransform {
    return this.frame.transform;
  }

  set transform(transform: AvatarTransform) {
    this.frame.transform = transform;
  }

  /** @deprecated `avatarTransform`. */
  setTransform(x: number, y: number, scale: number): void {
    this.frame.transform = { x, y, scale };
  }

  /** Size of the drawn picture, device pixels; 0 before the first. */
  get renderSize(): { width: number; height: number } {
    return this.core.renderSize;
  }

  /** About where the avatar is, CSS pixels from the container's left and top; null before it is shown. */
  getBoundingRect(): DOMRect | null {
    return this.frame.boundingRect();
  }

  /** The camera; null before the avatar is shown. */
  getCameraConfig(): CameraConfig | null {
    return this.core.lifecycle.shown ? this.frame.camera : null;
  }

  updateCameraConfig(camera: CameraConfig): void {
    this.frame.camera = camera;
  }

  /** A PNG of the next picture; null while none is drawn. */
  async exportBitmap(): Promise<Blob | null> {
    const { lifecycle } = this.core;
    if (!lifecycle.shown || !this.isRenderingEnabled()) return null;
    try {
      return await lifecycle.toBlob();
    } catch (reason) {
      throw documentedError(reason);
    }
  }

  /** Stops drawing; sound goes on. */
  pauseRendering(): void {
    this.core.lifecycle.holdPicture(true);
  }

  resumeRendering(): void {
    this.core.lifecycle.holdPicture(false);
  }

  /** Whether pictures are drawn: not while paused, out of sight or on a hidden page. */
  isRenderingEnabled(): boolean {
    return this.core.isConnected && this.core.lifecycle.isDrawing;
  }

  /** Ends connection, sound and picture, takes the canvas away and forgets all callbacks. */
  dispose(): void {
    this.core.dispose();
  }
}
