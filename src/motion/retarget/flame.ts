/**
 * Converts FLAME keyframes, as a Spatius Motion Server sends them, to neutral channels.
 *
 * FLAME (Li et al. 2017, "Learning a model of facial shape and expression from 4D scans"): right-handed, +x = the character's
 * left, +y up, +z out of the face, the same axes as ours. Poses are axis-angle vectors in radians relative to the parent joint
 * (root → neck → jaw, eyes), so a positive x component turns the face downwards and opens the jaw. `translation` is in metres,
 * `eyePose` holds the left eye's vector, then the right one's, `eyeLid` the left and the right lid, 0 open .. 1 closed.
 *
 * Expression coefficients are weights of principal components of scanned faces, in standard deviations; they have no names.
 * The table below derives the engine's mouth curves from the strongest of them, and the engine's own assembly makes a face of
 * those. It is our own approximation from correlations in recorded motion, with enough contrast that lips meet as often as they
 * do in speech; it is neither a calibration nor part of the FLAME model. docs/flame.md gives its accuracy.
 */
import { CHANNEL_INDEX as C, CHANNEL_COUNT } from '../../shared/contracts/channels.js';
import { assembleFace } from '../engine/face-assembly.js';
import { MouthShape as M, MOUTH_SHAPE_COUNT } from '../engine/mouth-shapes.js';
import type { ProsodyPose } from '../engine/prosody.js';

/** One keyframe; vectors may be empty (all zero), since proto3 omits defaults. */
export interface FlameKeyframe {
  readonly translation: ArrayLike<number>;
  readonly rotation: ArrayLike<number>;
  readonly neckPose: ArrayLike<number>;
  readonly jawPose: ArrayLike<number>;
  readonly eyePose: ArrayLike<number>;
  readonly eyeLid: ArrayLike<number>;
  readonly expression: ArrayLike<number>;
}

/** Rotation of an eye that ARKit's eyeLook shapes show at weight 1, radians: 30° sideways, 25° up and down. */
const EYE_LOOK_YAW = 0.52;
const EYE_LOOK_PITCH = 0.44;

/** Mouth curve = base + jaw · pitch of the jaw (radians) + Σ weight · expression[index], 0..1. */
interface MouthRow {
  shape: number;
  base: number;
  jaw: number;
  terms: readonly (readonly [index: number, weight: number])[];
}

const MOUTH: readonly MouthRow[] = [
  {
    shape: M.jawOpen,
    base: 0.094,
    jaw: 7.5,
    terms: [
      [1, 0.15],
      [3, -0.113],
      [22, -0.132],
      [26, -0.094],
      [34, -0.132],
      [37, -0.075],
      [39, 0.113],
    ],
  },
  {
    shape: M.mouthFunnel,
    base: 0.035,
    jaw: 0,
    terms: [
      [0, -0.156],
      [1, 0.069],
      [9, -0.052],
      [13, 0.035],
      [22, -0.017],
      [26, -0.052],
      [34, -0.087],
    ],
  },
  {
    shape: M.mouthPucker,
    base: 0.167,
    jaw: 0,
    terms: [
      [0, -0.186],
      [10, 0.074],
      [15, -0.074],
      [25, 0.056],
      [28, -0.019],
      [29, -0.111],
      [34, -0.13],
    ],
  },
  {
    shape: M.mouthStretch,
    base: 0.331,
    jaw: -1.182,
    terms: [
      [0, 0.095],
      [6, -0.165],
      [13, -0.071],
      [15, -0.095],
      [24, -0.071],
      [30, -0.142],
      [39, 0.071],
    ],
  },
  {
    shape: M.lipsPress,
    base: 1.28,
    jaw: -7.2,
    terms: [
      [3, -0.576],
      [7, 0.504],
      [9, -0.36],
      [10, 0.216],
      [21, -0.288],
      [24, -0.864],
      [26, -0.432],
    ],
  },
  {
    shape: M.lowerLipBite,
    base: 0.44,
    jaw: -7.2,
    terms: [
      [1, 0.36],
      [3, -0.648],
      [9, 0.648],
      [10, -0.576],
      [17, 0.216],
      [23, -0.288],
      [37, -0.648],
    ],
  },
];

/** Sideways rotation of the jaw that ARKit's jawLeft shows at weight 1, radians. */
const JAW_YAW = 0.25;

/** Prosody is not computed: a keyframe has its own. */
const STILL: ProsodyPose = {
  blink: 0,
  pitch: 0,
  yaw: 0,
  roll: 0,
  browInnerUp: 0,
  browOuterUp: 0,
  browDown: 0,
  eyeSquint: 0,
  eyeWide: 0,
  cheekSquint: 0,
};
const mouth = new Float32Array(MOUTH_SHAPE_COUNT);

/**
 * @param keyframes Consecutive keyframes, 25 a second.
 * @returns `[keyframes.length, 58]`
 */
export function framesFromFlame(keyframes: readonly FlameKeyframe[]): Float32Array {
  const out = new Float32Array(keyframes.length * CHANNEL_COUNT);
  keyframes.forEach((keyframe, i) => channelsFromFlame(keyframe, out, i * CHANNEL_COUNT));
  return out;
}

/**
 * @param out Filled in place from `offset` on, `[58]`.
 */
export function channelsFromFlame(keyframe: FlameKeyframe, out: Float32Array, offset: number): void {
  const { jawPose, eyePose, eyeLid, expression } = keyframe;
  for (const { shape, base, jaw, terms } of MOUTH) {
    let value = base + jaw * at(jawPose, 0);
    for (const [index, weight] of terms) value += weight * at(expression, index);
    mouth[shape] = limit(value);
  }
  assembleFace(mouth, STILL, 0, out, offset);
  out[offset + C.jawLeft] = limit(at(jawPose, 1) / JAW_YAW);
  out[offset + C.jawRight] = limit(-at(jawPose, 1) / JAW_YAW);
  out[offset + C.eyeBlinkLeft] = limit(at(eyeLid, 0));
  out[offset + C.eyeBlinkRight] = limit(at(eyeLid, 1));
  setGaze(out, offset, at(eyePose, 0), at(eyePose, 1), C.eyeLookUpLeft, C.eyeLookDownLeft, C.eyeLookOutLeft, C.eyeLookInLeft);
  setGaze(out, offset, at(eyePose, 3), at(eyePose, 4), C.eyeLookUpRight, C.eyeLookDownRight, C.eyeLookInRight, C.eyeLookOutRight);

  // Rotations of a few degrees: the vectors of root and neck add up, and a vector's components are pitch, yaw and roll.
  // Our roll tilts towards the right shoulder for positive values, like a positive turn about +z.
  for (let axis = 0; axis < 3; axis++) {
    out[offset + C.headPitch + axis] = at(keyframe.rotation, axis) + at(keyframe.neckPose, axis);
    out[offset + C.headX + axis] = at(keyframe.translation, axis);
  }
}

/** @param toLeft Channel for rotation to the character's left. */
function setGaze(
  out: Float32Array,
  offset: number,
  pitch: number,
  yaw: number,
  up: number,
  down: number,
  toLeft: number,
  toRight: number,
): void {
  out[offset + up] = limit(-pitch / EYE_LOOK_PITCH);
  out[offset + down] = limit(pitch / EYE_LOOK_PITCH);
  out[offset + toLeft] = limit(yaw / EYE_LOOK_YAW);
  out[offset + toRight] = limit(-yaw / EYE_LOOK_YAW);
}

function at(vector: ArrayLike<number>, index: number): number {
  return vector[index] ?? 0;
}

function limit(x: number): number {
  return x > 0 ? Math.min(x, 1) : 0;
}
