/**
 * FLAME keyframes, as a Spatius Motion Server sends them, → neutral channels.
 *
 * FLAME (Li et al. 2017, "Learning a model of facial shape and expression from 4D scans"): right-handed, +x = the character's
 * left, +y up, +z out of the face, the same axes as ours. Poses are axis-angle vectors in radians relative to the parent joint
 * (root → neck → jaw, eyes), so a positive x component turns the face downwards and opens the jaw. `translation` is in metres,
 * `eyePose` holds the left eye's vector, then the right one's, `eyeLid` the left and the right lid, 0 open .. 1 closed.
 *
 * Expression coefficients are weights of principal components of scanned faces, in standard deviations; they have no names.
 * The table below reads the mouth out of the strongest of them. It is an approximation of our own, made by watching what moves
 * together in recorded motion, with some contrast added; it is neither a calibration nor part of the FLAME model.
 */
import { CHANNEL_COUNT, CHANNEL_INDEX as C } from '../../shared/channels.js';

/** One keyframe; vectors may be empty (all zero), as proto3 leaves defaults out. */
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

/**
 * Mouth channel = base + jaw · pitch of the jaw (radians) + Σ weight · expression[index].
 */
interface MouthRow {
  channels: readonly number[];
  base: number;
  jaw: number;
  terms: readonly (readonly [index: number, weight: number])[];
}

const MOUTH: readonly MouthRow[] = [
  { channels: [C.jawOpen], base: 0.068, jaw: 5.4, terms: [[1, 0.108], [3, -0.081], [22, -0.095], [26, -0.068], [34, -0.095], [37, -0.054], [39, 0.081]] },
  { channels: [C.mouthFunnel], base: 0.026, jaw: 0, terms: [[0, -0.117], [1, 0.052], [9, -0.039], [13, 0.026], [22, -0.013], [26, -0.039], [34, -0.065]] },
  { channels: [C.mouthPucker], base: 0.117, jaw: 0, terms: [[0, -0.13], [10, 0.052], [15, -0.052], [25, 0.039], [28, -0.013], [29, -0.078], [34, -0.091]] },
  { channels: [C.mouthStretchLeft, C.mouthStretchRight], base: 0.182, jaw: -0.65, terms: [[0, 0.052], [6, -0.091], [13, -0.039], [15, -0.052], [24, -0.039], [30, -0.078], [39, 0.039]] },
  { channels: [C.mouthPressLeft, C.mouthPressRight], base: 0.38, jaw: -1.8, terms: [[3, -0.144], [7, 0.126], [9, -0.09], [10, 0.054], [21, -0.072], [24, -0.216], [26, -0.108]] },
  { channels: [C.mouthRollLower], base: 0.16, jaw: -1.8, terms: [[1, 0.09], [3, -0.162], [9, 0.162], [10, -0.144], [17, 0.054], [23, -0.072], [37, -0.162]] },
];

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
  out.fill(0, offset, offset + CHANNEL_COUNT);
  const { jawPose, eyePose, eyeLid, expression } = keyframe;
  const set = (channel: number, value: number): void => {
    out[offset + channel] = limit(value);
  };
  for (const { channels, base, jaw, terms } of MOUTH) {
    let value = base + jaw * at(jawPose, 0);
    for (const [index, weight] of terms) value += weight * at(expression, index);
    for (const channel of channels) set(channel, value);
  }
  const jawOpen = out[offset + C.jawOpen]!;
  const press = out[offset + C.mouthPressLeft]!;
  set(C.mouthClose, Math.min(jawOpen, Math.max(out[offset + C.mouthClose]!, jawOpen * press)));
  set(C.mouthRollUpper, 0.25 * press);
  for (const channel of [C.mouthLowerDownLeft, C.mouthLowerDownRight]) set(channel, 0.3 * jawOpen * (1 - press));
  for (const channel of [C.mouthUpperUpLeft, C.mouthUpperUpRight]) set(channel, 0.2 * jawOpen * (1 - press));
  set(C.jawLeft, at(jawPose, 1) * 4);
  set(C.jawRight, -at(jawPose, 1) * 4);

  set(C.eyeBlinkLeft, at(eyeLid, 0));
  set(C.eyeBlinkRight, at(eyeLid, 1));
  setGaze(out, offset, at(eyePose, 0), at(eyePose, 1), C.eyeLookUpLeft, C.eyeLookDownLeft, C.eyeLookOutLeft, C.eyeLookInLeft);
  setGaze(out, offset, at(eyePose, 3), at(eyePose, 4), C.eyeLookUpRight, C.eyeLookDownRight, C.eyeLookInRight, C.eyeLookOutRight);

  // Rotations of a few degrees: the vectors of root and neck add up, and a vector's components are pitch, yaw and roll.
  // Our roll tilts towards the right shoulder for positive values, like a positive turn about +z.
  for (let axis = 0; axis < 3; axis++) {
    out[offset + C.headPitch + axis] = at(keyframe.rotation, axis) + at(keyframe.neckPose, axis);
    out[offset + C.headX + axis] = at(keyframe.translation, axis);
  }
}

/** @param toLeft Channel that shows a turn to the character's left. */
function setGaze(
  out: Float32Array, offset: number, pitch: number, yaw: number, up: number, down: number, toLeft: number, toRight: number,
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
  return x > 0 ? (x < 1 ? x : 1) : 0;
}
