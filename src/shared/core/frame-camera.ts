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

/** Room above, beside and below what has to be seen, as a share of its size. */
const MARGIN = 0.025;
const MARGIN_BELOW = 0.02;
/** A nose reaches this far before the eyes, in the same units; the views leave room for it. */
const NOSE = 0.6;

/**
 * Where the camera stands so that the view shows what it promises in a picture of this shape. A head that is wider, deeper or
 * lower than the view expects moves the camera away until all of it is seen.
 *
 * @param aspect Width / height.
 * @param out Filled in place.
 */
export function frameCamera(view: View, anchors: FramingAnchors, aspect: number, out: CameraFraming): CameraFraming {
  const { eyes, topY, bottomY, head } = anchors;
  const unit = Math.max(topY - eyes.y, 1e-3);
  const modelHeight = Math.max(topY - bottomY, unit);
  const wanted = view === 'full' ? fullFrame(unit, anchors) : FRAMES[view];
  // A bust cannot show what is not there: it ends where the model ends. A head alone may hang in the air.
  const isHeadAlone = head !== undefined && head.bottomY - bottomY < (topY - head.bottomY) * 0.15;
  const available = view === 'full' || isHeadAlone ? Infinity : (modelHeight / unit) * 0.94 + (wanted.eyesFromTop - 1);
  const height = Math.min(wanted.height, available);
  // Narrow pictures keep the width of the head and show more above and below, the larger part below.
  const widened = Math.max(height, wanted.minWidth / aspect);
  const eyesFromTop = wanted.eyesFromTop + (widened - height) * 0.4;
  let visibleHeight = widened * unit;
  let centerY = eyes.y + eyesFromTop * unit - visibleHeight / 2;
  const tangent = Math.tan((CAMERA_FOV_DEGREES * Math.PI) / 360);
  const subject = subjectOf(view, anchors);
  if (subject) {
    const subjectHeight = subject.topY - subject.bottomY;
    const top = subject.topY + subjectHeight * MARGIN;
    const bottom = subject.bottomY - subjectHeight * MARGIN_BELOW;
    const needed = Math.max(top - bottom, (subject.halfWidth * 2 * (1 + 2 * MARGIN)) / aspect);
    // Parts nearer to the camera than the eyes appear larger.
    const nearer = Math.max(0, subject.frontZ - eyes.z - NOSE * unit);
    const widest = needed + 2 * tangent * nearer;
    if (widest > visibleHeight) {
      centerY -= (widest - visibleHeight) * 0.1;
      visibleHeight = widest;
    }
    const half = visibleHeight / 2 - tangent * nearer;
    centerY = Math.min(Math.max(centerY, top - half), bottom + half);
  }
  out.x = eyes.x;
  out.y = centerY;
  out.z = eyes.z + visibleHeight / 2 / tangent;
  out.fovDegrees = CAMERA_FOV_DEGREES;
  return out;
}

/** The box that must be completely in view. */
function subjectOf(view: View, { topY, bottomY, highestY = topY, halfWidth, frontZ, head }: FramingAnchors) {
  if (view !== 'full') return head && { ...head, topY };
  return frontZ === undefined ? undefined : { topY: highestY, bottomY, halfWidth, frontZ };
}

function fullFrame(unit: number, { eyes, topY, bottomY, highestY = topY, halfWidth }: FramingAnchors) {
  const modelHeight = Math.max(highestY - bottomY, unit) / unit;
  return { height: modelHeight * 1.06, eyesFromTop: (highestY - eyes.y) / unit + modelHeight * 0.03, minWidth: (halfWidth / unit) * 2.1 };
}
