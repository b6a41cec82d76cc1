import { CHANNEL_INDEX as C } from '../../shared/channels.js';
import { MouthShape } from './mouth-shapes.js';
import type { ProsodyPose } from './prosody.js';

/** The widest a talking jaw opens; ARKit's 1 is a yawn. */
const JAW_SCALE = 0.72;

/**
 * Puts one frame into ARKit's words. Shapes that belong together in a real face come together: an open jaw draws the lower
 * lip down, spread lips lift the cheeks a little, pressed lips roll in.
 *
 * @param mouth `[8]`, see `MOUTH_SHAPES`.
 * @param warmth 0..1, how much of a friendly face shows while speaking.
 * @param out `[58]` from index `offset` on; every channel is written.
 */
export function assembleFace(mouth: Float32Array, pose: ProsodyPose, warmth: number, out: Float32Array, offset: number): void {
  out.fill(0, offset, offset + 58);
  const set = (channel: number, value: number): void => {
    out[offset + channel] = value < 0 ? 0 : value > 1 ? 1 : value;
  };
  const both = (left: number, right: number, value: number): void => {
    set(left, value);
    set(right, value);
  };
  const open = mouth[MouthShape.jawOpen]!;
  const close = mouth[MouthShape.mouthClose]!;
  const funnel = mouth[MouthShape.mouthFunnel]!;
  const pucker = mouth[MouthShape.mouthPucker]!;
  const stretch = mouth[MouthShape.mouthStretch]!;
  const press = mouth[MouthShape.lipsPress]!;
  const bite = mouth[MouthShape.lowerLipBite]!;
  const round = Math.max(funnel, pucker);
  const free = (1 - press) * (1 - 0.8 * bite);
  const jaw = open * JAW_SCALE;

  set(C.jawOpen, jaw);
  set(C.mouthClose, Math.min(jaw, Math.max(close * JAW_SCALE, jaw * press)));
  set(C.jawForward, 0.1 * funnel);
  set(C.mouthFunnel, 0.75 * funnel * free);
  set(C.mouthPucker, 0.7 * pucker * (1 - 0.5 * press));
  both(C.mouthStretchLeft, C.mouthStretchRight, 0.55 * stretch * free);
  both(C.mouthSmileLeft, C.mouthSmileRight, (0.16 * stretch + 0.1 * warmth) * (1 - 0.8 * round));
  both(C.mouthDimpleLeft, C.mouthDimpleRight, 0.12 * stretch + 0.06 * press);
  both(C.mouthPressLeft, C.mouthPressRight, press);
  set(C.mouthRollLower, Math.max(0.3 * press, 0.6 * bite));
  set(C.mouthRollUpper, 0.3 * press);
  set(C.mouthShrugLower, 0.15 * press);
  both(C.mouthUpperUpLeft, C.mouthUpperUpRight, (0.22 * open + 0.12 * stretch + 0.1 * funnel) * free + 0.3 * bite);
  both(C.mouthLowerDownLeft, C.mouthLowerDownRight, (0.3 * open + 0.14 * stretch + 0.12 * funnel) * free);
  both(C.cheekSquintLeft, C.cheekSquintRight, 0.1 * stretch + 0.06 * warmth);
  set(C.cheekPuff, 0.06 * press);

  both(C.eyeBlinkLeft, C.eyeBlinkRight, pose.blink);
  both(C.eyeSquintLeft, C.eyeSquintRight, pose.eyeSquint * (1 - pose.blink));
  set(C.browInnerUp, pose.browInnerUp);
  both(C.browOuterUpLeft, C.browOuterUpRight, pose.browOuterUp);
  both(C.browDownLeft, C.browDownRight, pose.browDown);
  out[offset + C.headPitch] = pose.pitch;
  out[offset + C.headYaw] = pose.yaw;
  out[offset + C.headRoll] = pose.roll;
}
