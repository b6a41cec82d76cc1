import { Box3, type Mesh, type Object3D, Vector3 } from 'three';
import type { JointRole } from '../../motion/retarget/joints.js';
import type { FramingAnchors } from '../../shared/contracts/framing.js';

type Joints = Partial<Record<JointRole, Object3D>>;

/** Highest plausible eye line, as a share of the distance from the head joint to the top of the head. */
const HIGHEST_EYES = 0.9;

/** Positions of head and body, from the eyes' joints, else the head's, else the bounds of everything. At rest, metres. */
export function anchorsOf(scene: Object3D, joints: Joints): FramingAnchors {
  scene.updateMatrixWorld(true);
  const bounds = new Box3().setFromObject(scene, true);
  const size = bounds.getSize(new Vector3());
  const eyes = new Vector3();
  const head = joints.head?.getWorldPosition(new Vector3());
  const between = middleOfEyes(joints);
  // Unused eye joints may be anywhere.
  const isPlausible = between && (!head || (between.y > head.y - 1e-3 && between.y < head.y + (bounds.max.y - head.y) * HIGHEST_EYES));
  if (isPlausible) {
    eyes.copy(between);
  } else if (head) {
    // The joint sits at the base of the skull; the eyes are about half way up from there.
    eyes.copy(head);
    eyes.y += (bounds.max.y - eyes.y) * 0.48;
  } else {
    bounds.getCenter(eyes);
    // A whole body is seven to eight heads high; less is a head or a bust.
    const headHeight = size.y > 3 * size.z ? size.y / 7.3 : size.y;
    eyes.y = bounds.max.y - headHeight * 0.5;
  }
  return {
    eyes: { x: eyes.x, y: eyes.y, z: eyes.z },
    topY: bounds.max.y,
    bottomY: bounds.min.y,
    halfWidth: Math.max(bounds.max.x - eyes.x, eyes.x - bounds.min.x),
  };
}

function middleOfEyes({ leftEye, rightEye }: Joints): Vector3 | null {
  if (!leftEye || !rightEye) return null;
  return leftEye.getWorldPosition(new Vector3()).add(rightEye.getWorldPosition(new Vector3())).multiplyScalar(0.5);
}

/** Distance from the eye line to the top of an adult's head, m; and the range that counts as a head in metres. */
const EYES_TO_TOP = 0.13;
const PLAUSIBLE = { min: 0.04, max: 0.5 };

/**
 * Converts a character to our axes and units: some files are in centimetres, or face backwards. Rotates and scales the root;
 * characters that are upright, in metres and face +z are not changed.
 */
export function normaliseRoot(root: Object3D, joints: Joints): void {
  root.updateMatrixWorld(true);
  if (facesBackwards(joints)) root.rotation.y += Math.PI;
  const { topY, eyes } = anchorsOf(root, joints);
  const height = topY - eyes.y;
  if (height > 0 && (height < PLAUSIBLE.min || height > PLAUSIBLE.max)) root.scale.multiplyScalar(EYES_TO_TOP / height);
  root.updateMatrixWorld(true);
}

/** Only if both agree: the left eye is on the wrong side, and the eyes are behind the head joint. */
function facesBackwards(joints: Joints): boolean {
  const { head, leftEye, rightEye } = joints;
  const between = middleOfEyes(joints);
  if (!head || !leftEye || !rightEye || !between) return false;
  const left = leftEye.getWorldPosition(new Vector3());
  const right = rightEye.getWorldPosition(new Vector3());
  const ahead = between.sub(head.getWorldPosition(new Vector3()));
  return left.x < right.x && ahead.z < -0.2 * Math.abs(left.x - right.x);
}

export function triangleCountOf(mesh: Mesh): number {
  return Math.floor((mesh.geometry.index?.count ?? mesh.geometry.attributes.position.count) / 3);
}
