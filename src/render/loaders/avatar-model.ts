import type { Object3D, Texture } from 'three';
import type { FramingAnchors } from '../../shared/contracts/framing.js';
import type { MotionStyle } from '../../shared/contracts/life-settings.js';
import type { AvatarInfo } from '../../shared/contracts/stage.js';

/** A loaded avatar of any file format: the interface between loaders and the stage. */
export interface AvatarModel {
  /** Added to the scene by the stage. Metres, y up, face towards +z. */
  readonly root: Object3D;
  /** Lights within the root, for avatars without our own shader. They turn with the camera. */
  readonly lights: Object3D | null;
  readonly info: AvatarInfo;
  /** Positions of head and body at rest, for the camera. */
  readonly anchors: FramingAnchors;
  /** Its outlines are soft and need no antialiasing. */
  readonly isSoft?: boolean;
  /** Set by the stage, for avatars with recorded movement. */
  motionStyle?: MotionStyle;

  /**
   * Applies a pose. Called once per drawn frame; allocates nothing.
   *
   * @param pose `[58]`, channels in the order of `CHANNELS`. Only read.
   * @param elapsedSeconds Since the previous frame, ≥ 0.
   * @param breath Rise of the chest, about −1..1; 0 is the middle.
   */
  apply(pose: Float32Array, elapsedSeconds: number, breath?: number): void;
  /** Visits its textures, which are uploaded before the first frame. */
  eachTexture(visit: (texture: Texture) => void): void;
  /** Frees everything it holds on the GPU. */
  dispose(): void;
}
