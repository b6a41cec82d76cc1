/**
 * Motion as the CSV that Epic's Live Link Face app records, which the importers of Unreal, Blender and Maya read:
 * timecode, the number of values, 52 shapes, and the rotation of head and eyes in radians.
 *
 * The app puts JawRight before JawLeft and MouthRight before MouthLeft; some importers use the column's position, not its name.
 */
import { ARKIT_CHANNELS, CHANNEL_INDEX as C, CHANNEL_COUNT } from '../../shared/contracts/channels.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import { eyeRotation } from '../retarget/joints.js';
import type { MotionTextWriter } from './motion-writer.js';

const SWAPPED: Readonly<Record<string, (typeof ARKIT_CHANNELS)[number]>> = {
  jawLeft: 'jawRight',
  jawRight: 'jawLeft',
  mouthLeft: 'mouthRight',
  mouthRight: 'mouthLeft',
};
const SHAPES = ARKIT_CHANNELS.map((name) => SWAPPED[name] ?? name);
const ROTATIONS = [
  'HeadYaw',
  'HeadPitch',
  'HeadRoll',
  'LeftEyeYaw',
  'LeftEyePitch',
  'LeftEyeRoll',
  'RightEyeYaw',
  'RightEyePitch',
  'RightEyeRoll',
];
const VALUE_COUNT = SHAPES.length + ROTATIONS.length;
const DIGITS = 6;

export class LiveLinkCsvWriter implements MotionTextWriter {
  private readonly frameRate: number;

  /** @param frameRate Frames per second, a whole number: timecodes count frames. */
  constructor(frameRate: number) {
    this.frameRate = frameRate;
  }

  begin(): string {
    const names = SHAPES.map((name) => name[0].toUpperCase() + name.slice(1));
    return `${['Timecode', 'BlendShapeCount', ...names, ...ROTATIONS].join(',')}\n`;
  }

  add({ startFrame, frameCount, values }: MotionFrames): string {
    let text = '';
    for (let frame = 0; frame < frameCount; frame++) {
      const pose = values.subarray(frame * CHANNEL_COUNT, (frame + 1) * CHANNEL_COUNT);
      const left = eyeRotation(pose, 'leftEye');
      const right = eyeRotation(pose, 'rightEye');
      const row = [
        ...SHAPES.map((name) => pose[C[name]]),
        pose[C.headYaw],
        pose[C.headPitch],
        pose[C.headRoll],
        left.yaw,
        left.pitch,
        0,
        right.yaw,
        right.pitch,
        0,
      ];
      text += `${timecode(startFrame + frame, this.frameRate)},${VALUE_COUNT},${row.map((value) => value.toFixed(DIGITS)).join(',')}\n`;
    }
    return text;
  }

  end(): Iterable<string> {
    return [];
  }
}

/** `HH:MM:SS:FF.sss`, the last three digits being the part of a frame, here none. */
function timecode(frame: number, frameRate: number): string {
  const seconds = Math.floor(frame / frameRate);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, frame % frameRate];
  return `${parts.map((part) => String(part).padStart(2, '0')).join(':')}.000`;
}
