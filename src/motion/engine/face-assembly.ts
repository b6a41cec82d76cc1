import { CHANNEL_INDEX as C, CHANNEL_COUNT } from '../../shared/contracts/channels.js';
import { MouthShape } from './mouth-shapes.js';
import type { ProsodyPose } from './prosody.js';

/** The widest a talking jaw opens; ARKit's 1 is a yawn. */
const JAW_SCALE = 0.72;

/** At this pressure the lips touch along their whole length: only a hard stop presses them further. */
const TOUCHING = 0.7;

/** How much of the jaw's opening pressed lips take back, 0..1, smooth. */
function sealOf(press: number): number {
  const share = Math.min(1, press / TOUCHING);
  return share * share * (3 - 2 * share);
}

/**
 * Converts one frame to ARKit shapes. Shapes that belong together in a real face come together: an open jaw draws the lower
 * lip down, spread lips lift the cheeks a little, pressed lips roll in.
 *
 * @param mouth `[8]`, see `MOUTH_SHAPES`.
 * @param warmth 0..1, how much of a friendly face shows while speaking.
 * @param out `[58]` from index `offset` on; every channel is written.
 */
export function assembleFace(mouth: Float32Array, pose: ProsodyPose, warmth: number, out: Float32Array, offset: number): void {
  out.fill(0, offset, offset + CHANNEL_COUNT);
  const open = mouth[MouthShape.jawOpen];
  const close = mouth[MouthShape.mouthClose];
  const funnel = mouth[MouthShape.mouthFunnel];
  const pucker = mouth[MouthShape.mouthPucker];
  const stretch = mouth[MouthShape.mouthStretch];
  const press = mouth[MouthShape.lipsPress];
  const bite = mouth[MouthShape.lowerLipBite];
  const round = Math.max(funnel, pucker);
  const sealed = sealOf(press);
  // Closed lips that do not press stay closed, too.
  const together = open > 0 ? Math.max(sealed, close / open) : sealed;
  const free = (1 - together) * (1 - 0.8 * bite);
  const jaw = open * JAW_SCALE;

  put(out, offset + C.jawOpen, jaw);
  put(out, offset + C.mouthClose, Math.min(jaw, Math.max(close * JAW_SCALE, jaw * sealed, 0.6 * jaw * bite)));
  put(out, offset + C.jawForward, 0.1 * funnel);
  put(out, offset + C.mouthFunnel, 0.75 * funnel * free);
  put(out, offset + C.mouthPucker, 0.7 * pucker * (1 - 0.5 * press));
  putPair(out, offset + C.mouthStretchLeft, offset + C.mouthStretchRight, 0.55 * stretch * free);
  putPair(
    out,
    offset + C.mouthSmileLeft,
    offset + C.mouthSmileRight,
    (0.16 * stretch + 0.1 * warmth) * (1 - 0.8 * round) * (1 - 0.6 * press),
  );
  putPair(out, offset + C.mouthDimpleLeft, offset + C.mouthDimpleRight, 0.12 * stretch);
  putPair(out, offset + C.mouthPressLeft, offset + C.mouthPressRight, press);
  put(out, offset + C.mouthRollLower, Math.max(0.15 * press, 0.7 * bite));
  put(out, offset + C.mouthRollUpper, 0.15 * press);
  put(out, offset + C.mouthShrugLower, 0.15 * press);
  putPair(
    out,
    offset + C.mouthUpperUpLeft,
    offset + C.mouthUpperUpRight,
    (0.12 * open + 0.24 * stretch + 0.18 * funnel * (1 - pucker)) * free + 0.2 * bite,
  );
  putPair(
    out,
    offset + C.mouthLowerDownLeft,
    offset + C.mouthLowerDownRight,
    (0.26 * open + 0.4 * stretch + 0.26 * funnel * (1 - pucker)) * free,
  );
  putPair(out, offset + C.cheekSquintLeft, offset + C.cheekSquintRight, 0.1 * stretch + 0.06 * warmth + pose.cheekSquint);
  put(out, offset + C.cheekPuff, 0.06 * press);

  putPair(out, offset + C.eyeBlinkLeft, offset + C.eyeBlinkRight, pose.blink);
  putPair(out, offset + C.eyeSquintLeft, offset + C.eyeSquintRight, pose.eyeSquint * (1 - pose.blink));
  putPair(out, offset + C.eyeWideLeft, offset + C.eyeWideRight, pose.eyeWide * (1 - pose.blink));
  put(out, offset + C.browInnerUp, pose.browInnerUp);
  putPair(out, offset + C.browOuterUpLeft, offset + C.browOuterUpRight, pose.browOuterUp);
  putPair(out, offset + C.browDownLeft, offset + C.browDownRight, pose.browDown);
  out[offset + C.headPitch] = pose.pitch;
  out[offset + C.headYaw] = pose.yaw;
  out[offset + C.headRoll] = pose.roll;
}

function put(out: Float32Array, index: number, weight: number): void {
  out[index] = weight < 0 ? 0 : Math.min(weight, 1);
}

function putPair(out: Float32Array, left: number, right: number, weight: number): void {
  put(out, left, weight);
  put(out, right, weight);
}
