import { CAMERA_FOV_DEGREES } from '../contracts/camera.js';
import type { FramingAnchors, View } from '../contracts/framing.js';

/** A camera that looks along −z. */
export interface CameraFraming {
  x: number;
  y: number;
  z: number;
  /** Vertical field of view, degrees. */
  fovDegrees: number;
}

/** Heights of the picture and the place of the eye line in it, in units of (top of the head − eye line). */
const FRAMES = {
  portrait: { height: 2.5, eyesFromTop: 1.2, minWidth: 1.7 },
  bust: { height: 4.1, eyesFromTop: 1.35, minWidth: 2.3 },
} as const;

/**
 * Where the camera stands so that the view shows what it promises in a picture of this shape.
 *
 * @param aspect Width / height.
 * @param out Filled in place.
 */
export function frameCamera(view: View, anchors: FramingAnchors, aspect: number, out: CameraFraming): CameraFraming {
  const unit = Math.max(anchors.topY - anchors.eyes.y, 1e-3);
  const modelHeight = Math.max(anchors.topY - anchors.bottomY, unit);
  const wanted = view === 'full' ? fullFrame(modelHeight, unit, anchors) : FRAMES[view];
  // A bust cannot show what is not there: it ends where the model ends.
  const available = view === 'full' ? Infinity : (modelHeight / unit) * 0.94 + (wanted.eyesFromTop - 1);
  const height = Math.min(wanted.height, available);
  // Narrow pictures keep the width of the head and show more above and below, the larger part below.
  const widened = Math.max(height, wanted.minWidth / aspect);
  const eyesFromTop = wanted.eyesFromTop + (widened - height) * 0.4;
  const visibleHeight = widened * unit;
  const distance = visibleHeight / 2 / Math.tan((CAMERA_FOV_DEGREES * Math.PI) / 360);
  out.x = anchors.eyes.x;
  out.y = anchors.eyes.y + eyesFromTop * unit - visibleHeight / 2;
  out.z = anchors.eyes.z + distance;
  out.fovDegrees = CAMERA_FOV_DEGREES;
  return out;
}

function fullFrame(modelHeight: number, unit: number, anchors: FramingAnchors) {
  const height = (modelHeight / unit) * 1.06;
  return { height, eyesFromTop: 1 + (modelHeight / unit) * 0.03, minWidth: (anchors.halfWidth / unit) * 2.1 };
}
