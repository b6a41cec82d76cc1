import type { Object3D, Texture } from 'three';
import type { FramingAnchors } from '../../shared/contracts/framing.js';
import type { MotionStyle } from '../../shared/contracts/life-settings.js';
import type { AvatarInfo } from '../../shared/contracts/stage.js';

/** An avatar ready to be drawn, whatever its file format: what the stage needs of it and nothing else. */
export interface AvatarModel {
  /** Added to the scene by the stage. Metres, y up, face towards +z. */
  readonly root: Object3D;
  /** Lamps within the root, for those who do without our own shader. They turn with the camera. */
  readonly lights: Object3D | null;
  readonly info: AvatarInfo;
  /** Where head and body are at rest, for the camera. */
  readonly anchors: FramingAnchors;
  /** Its outlines fade away by themselves: drawn anyhow, it has no steps. */
  readonly isSoft?: boolean;
  /** Set by the stage, for those that bring movement of their own along. */
  motionStyle?: MotionStyle;

  /**
   * Takes a pose on. Called once per drawn frame; allocates nothing.
   *
   * @param pose `[58]`, channels in the order of `CHANNELS`. Only read.
   * @param elapsedSeconds Since the frame before, 0 and more.
   * @param breath Rise of the chest, about −1..1; 0 is the middle.
   */
  apply(pose: Float32Array, elapsedSeconds: number, breath?: number): void;
  /** Its textures, to be sent to the GPU before the first frame. */
  eachTexture(visit: (texture: Texture) => void): void;
  /** Frees everything it holds on the GPU. */
  dispose(): void;
}
