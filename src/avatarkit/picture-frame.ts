/** Where the avatar is in its picture: transform, lens and bounds of one view. */

import { CAMERA_FOV_DEGREES } from '../shared/contracts/camera.js';
import { type CameraFraming, frameCamera } from '../shared/core/frame-camera.js';
import { AvatarError, ErrorCode } from './errors.js';
import type { ViewCore } from './view-core.js';

/** x −1 left..1 right and y −1 bottom..1 top, in halves of the picture; scale > 0, 1 as it is. */
export interface AvatarTransform {
  x: number;
  y: number;
  scale: number;
}

export interface CameraConfig {
  /** Vertical field of view, degrees, 1..120. The camera stays where it is: less shows the avatar larger. */
  fov: number;
}

export class PictureFrame {
  private readonly core: ViewCore;
  private readonly container: HTMLElement;
  private _transform: Readonly<AvatarTransform> = { x: 0, y: 0, scale: 1 };
  private _camera: Readonly<CameraConfig> = { fov: CAMERA_FOV_DEGREES };

  constructor(core: ViewCore, container: HTMLElement) {
    this.core = core;
    this.container = container;
  }

  get transform(): AvatarTransform {
    return { ...this._transform };
  }

  /** @throws {AvatarError} `animationPlayerNotInitialized` for what is no transform. */
  set transform(transform: AvatarTransform) {
    const { x, y, scale } = transform ?? {};
    if (![x, y, scale].every(Number.isFinite) || scale <= 0) {
      throw new AvatarError(ErrorCode.animationPlayerNotInitialized, 'A transform is { x, y, scale }, numbers, with scale above 0.');
    }
    this._transform = { x, y, scale };
    this.core.lifecycle.configure({ transform: this.onScreen });
  }

  get camera(): CameraConfig {
    return { ...this._camera };
  }

  /** @throws {AvatarError} `animationPlayerNotInitialized` for a field of view that cannot be. */
  set camera(camera: CameraConfig) {
    if (!(camera?.fov >= 1 && camera.fov <= 120)) {
      throw new AvatarError(ErrorCode.animationPlayerNotInitialized, 'A camera has a fov of 1 to 120 degrees.');
    }
    this._camera = { fov: camera.fov };
    this.core.lifecycle.configure({ transform: this.onScreen });
  }

  boundingRect(): DOMRect | null {
    const anchors = this.core.lifecycle.shown?.anchors;
    const { clientWidth, clientHeight } = this.container;
    if (!anchors || clientWidth === 0 || clientHeight === 0) return null;
    const aspect = clientWidth / clientHeight;
    const framing = frameCamera(this.core.lifecycle.stageSettings.view, anchors, aspect, { ...NO_FRAMING });
    // In halves of the picture, y up: at the depth of the eyes the picture is as high as the lens is wide.
    const halfHeight = (framing.z - anchors.eyes.z) * halfAngle(framing.fovDegrees);
    const { x, y, scale } = this.onScreen;
    const across = (metres: number): number => ((clamp(((metres - framing.x) / (halfHeight * aspect)) * scale + x) + 1) / 2) * clientWidth;
    const down = (metres: number): number => ((1 - clamp(((metres - framing.y) / halfHeight) * scale + y)) / 2) * clientHeight;
    const left = across(anchors.eyes.x - anchors.halfWidth);
    const top = down(anchors.topY);
    return new DOMRect(left, top, across(anchors.eyes.x + anchors.halfWidth) - left, down(anchors.bottomY) - top);
  }

  /** A lens changes the picture as a scale about its middle does, before it is moved. */
  private get onScreen(): AvatarTransform {
    const { x, y, scale } = this._transform;
    return { x, y, scale: (scale * halfAngle(CAMERA_FOV_DEGREES)) / halfAngle(this._camera.fov) };
  }
}

const NO_FRAMING: CameraFraming = { x: 0, y: 0, z: 0, fovDegrees: 0 };

/** Half the height of a picture at a distance of 1. */
function halfAngle(degrees: number): number {
  return Math.tan((degrees * Math.PI) / 360);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(-1, value));
}
