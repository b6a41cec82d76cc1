import { Box3, type Object3D, Vector3 } from 'three';
import type { JointRole } from '../../motion/retarget/joints.js';
import type { FramingAnchors } from '../../shared/contracts/framing.js';
import { eyesByBlinks, type ModelPoints, neckOf, pointsOf } from './head-extent.js';

type Joints = Partial<Record<JointRole, Object3D>>;

/** Highest plausible eye line, as a share of the distance from the head joint to the top of the head. */
const HIGHEST_EYES = 0.9;

/** Eyes above the head joint, as a share of the distance to the top of the head, where no eyes are known. */
const EYES_UP_HEAD = 0.48;
/** How far a chin may hang below the head joint, as a share of the distance to the top of the head; hair hangs further. */
const CHIN_BELOW_JOINT = 0.2;
/** Eyes nearer to the head joint than this share of the distance to the top: it sits in the middle of the head, not at the base of the skull. */
const CENTRAL_EYES = 0.3;
/** The chin below the eyes, as a share of the distance from the eyes to the top. */
const CHIN_BELOW_EYES = 1.1;
/** Share of a head that may be the neck, where the outline has to tell. */
const CHIN = 0.16;
/** Heads in the height of an adult. */
const HEADS_HIGH = 7.3;

/**
 * Positions of head and body: the eyes from their joints, else from the shapes that close them, else from the head; the head
 * from what follows its joint, else from the outline above the neck, else from the bounds of everything. At rest, metres.
 */
export function anchorsOf(scene: Object3D, joints: Joints): FramingAnchors {
  scene.updateMatrixWorld(true);
  const points = pointsOf(scene, joints.head);
  const { positions, isHead } = points;
  const bounds = new Box3().setFromArray(positions);
  const known = middleOfEyes(joints) ?? eyesByBlinks(scene);
  const box = headBoxOf(points, bounds, joints.head, known?.y);
  const eyes = eyesOf(scene, joints, box);
  // Long hair and beards are wide below the chin: only what is level with the head counts.
  // Without a joint shoulders and arms are cut off, too.
  const lowest = isHead ? box.min.y : box.min.y + (box.max.y - box.min.y) * CHIN;
  let halfWidth = 0;
  let frontZ = -Infinity;
  for (let at = 0; at < positions.length; at += 3) {
    if (positions[at + 1] < lowest || positions[at + 1] > box.max.y || (isHead && !isHead[at / 3])) continue;
    halfWidth = Math.max(halfWidth, Math.abs(positions[at] - eyes.x));
    frontZ = Math.max(frontZ, positions[at + 2]);
  }
  return {
    eyes: { x: eyes.x, y: eyes.y, z: eyes.z },
    topY: box.max.y,
    bottomY: bounds.min.y,
    highestY: bounds.max.y,
    halfWidth: Math.max(bounds.max.x - eyes.x, eyes.x - bounds.min.x),
    frontZ: bounds.max.z,
    head: { bottomY: box.min.y, halfWidth, frontZ },
  };
}

/** Without a joint what stands above the neck, or a share of the body, or everything. */
function headBoxOf(points: ModelPoints, bounds: Box3, joint: Object3D | undefined, eyesY: number | undefined): Box3 {
  const { positions, isHead } = points;
  const box = bounds.clone();
  if (isHead) {
    box.makeEmpty();
    const point = new Vector3();
    for (let at = 0; at < positions.length; at += 3) if (isHead[at / 3]) box.expandByPoint(point.fromArray(positions, at));
  } else if (!joint) {
    const { x: width, y: height, z: depth } = bounds.getSize(new Vector3());
    const neck = neckOf(points, bounds);
    // An adult's outline may hide the neck behind long hair; a head or a bust is less slender.
    const isBody = height > 3 * depth && height > width;
    box.min.y = neck ?? (isBody ? bounds.max.y - height / HEADS_HIGH : bounds.min.y);
  }
  if (joint) {
    const { y } = joint.getWorldPosition(new Vector3());
    const { max, min } = box;
    const isCentral = eyesY !== undefined && eyesY > min.y && eyesY < y + (max.y - y) * CENTRAL_EYES;
    if (isCentral) min.y = Math.max(min.y, eyesY - (max.y - eyesY) * CHIN_BELOW_EYES);
    else if (y < max.y) min.y = Math.max(min.y, y - (max.y - y) * CHIN_BELOW_JOINT);
  }
  return box;
}

function eyesOf(scene: Object3D, joints: Joints, box: Box3): Vector3 {
  const head = joints.head?.getWorldPosition(new Vector3());
  const lowest = head ? Math.min(head.y, box.min.y) : box.min.y;
  // Unused eye joints may be anywhere.
  const isPlausible = (eyes: Vector3 | null): eyes is Vector3 =>
    eyes !== null && eyes.y > lowest - 1e-3 && eyes.y < lowest + (box.max.y - lowest) * HIGHEST_EYES;
  const between = middleOfEyes(joints);
  if (isPlausible(between)) return between;
  const blinking = eyesByBlinks(scene);
  if (isPlausible(blinking)) return blinking;
  // The joint sits at the base of the skull.
  if (head && head.y < box.max.y) return head.setY(head.y + (box.max.y - head.y) * EYES_UP_HEAD);
  return box.getCenter(new Vector3());
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
