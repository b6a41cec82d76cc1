import { type Camera, Vector3 } from 'three';
import type { GazeTarget } from '../motion/life/life-motion.js';
import type { GazePoint } from '../shared/contracts/stage-settings.js';

/** Points of the picture lie on a plane between face and viewer, this share of the distance from the camera. */
const PANE_SHARE = 0.5;
/** Beyond this angle of the camera the character no longer looks at it but ahead, radians. */
const [VIEWER_SIDE, VIEWER_BEHIND] = [0.9, 1.3];

/** Converts the camera and points of the picture to directions as the character sees them. */
export class StageGaze {
  /** The target; null is the viewer, at the camera. */
  point: GazePoint | null = null;
  private readonly place = new Vector3();
  private readonly cameraPlace = new Vector3();
  private readonly gaze: GazeTarget = { yaw: 0, pitch: 0, isHeld: false };

  /**
   * @param camera Its position and projection are used.
   * @param eyes Midpoint of the eyes at rest, metres; the face looks along +z.
   * @returns Filled in place.
   */
  target(camera: Camera, eyes: { x: number; y: number; z: number }): GazeTarget {
    const { point, place, cameraPlace, gaze } = this;
    camera.updateMatrixWorld();
    cameraPlace.setFromMatrixPosition(camera.matrixWorld);
    if (point) {
      place.set(point.x, point.y, 0.5).unproject(camera).sub(cameraPlace);
      const forward = camera.getWorldDirection(direction);
      const distance = direction.copy(forward).dot(toEyes.copy(eyes).sub(cameraPlace));
      place.multiplyScalar((PANE_SHARE * distance) / Math.max(1e-6, place.dot(forward))).add(cameraPlace);
    } else place.copy(cameraPlace);
    place.sub(toEyes.copy(eyes));
    gaze.yaw = Math.atan2(place.x, place.z);
    gaze.pitch = -Math.atan2(place.y, Math.hypot(place.x, place.z));
    gaze.isHeld = point !== null;
    if (!point) {
      const share = 1 - Math.min(1, Math.max(0, (Math.abs(gaze.yaw) - VIEWER_SIDE) / (VIEWER_BEHIND - VIEWER_SIDE)));
      gaze.yaw *= share;
      gaze.pitch *= share;
    }
    return gaze;
  }
}

const direction = new Vector3();
const toEyes = new Vector3();
