/**
 * The neutral channel set: what every source of motion is decoded to and every avatar is driven by.
 *
 * Axes everywhere: right-handed, +x = the character's left, +y up, +z out of the face (glTF).
 */

/** Apple's 52 ARKit blendshapes in Apple's order; weights 0..1. */
export const ARKIT_CHANNELS = [
  'eyeBlinkLeft',
  'eyeLookDownLeft',
  'eyeLookInLeft',
  'eyeLookOutLeft',
  'eyeLookUpLeft',
  'eyeSquintLeft',
  'eyeWideLeft',
  'eyeBlinkRight',
  'eyeLookDownRight',
  'eyeLookInRight',
  'eyeLookOutRight',
  'eyeLookUpRight',
  'eyeSquintRight',
  'eyeWideRight',
  'jawForward',
  'jawLeft',
  'jawRight',
  'jawOpen',
  'mouthClose',
  'mouthFunnel',
  'mouthPucker',
  'mouthLeft',
  'mouthRight',
  'mouthSmileLeft',
  'mouthSmileRight',
  'mouthFrownLeft',
  'mouthFrownRight',
  'mouthDimpleLeft',
  'mouthDimpleRight',
  'mouthStretchLeft',
  'mouthStretchRight',
  'mouthRollLower',
  'mouthRollUpper',
  'mouthShrugLower',
  'mouthShrugUpper',
  'mouthPressLeft',
  'mouthPressRight',
  'mouthLowerDownLeft',
  'mouthLowerDownRight',
  'mouthUpperUpLeft',
  'mouthUpperUpRight',
  'browDownLeft',
  'browDownRight',
  'browInnerUp',
  'browOuterUpLeft',
  'browOuterUpRight',
  'cheekPuff',
  'cheekSquintLeft',
  'cheekSquintRight',
  'noseSneerLeft',
  'noseSneerRight',
  'tongueOut',
] as const;

/**
 * Head motion after the blendshapes. Rotation in radians, applied yaw · pitch · roll (Euler 'YXZ'):
 * pitch > 0 looks down, yaw > 0 turns to the character's left, roll > 0 tilts towards the character's right
 * shoulder. Translation in metres.
 */
export const HEAD_CHANNELS = ['headPitch', 'headYaw', 'headRoll', 'headX', 'headY', 'headZ'] as const;

/** All channel names in the order of a frame: index in this array = index in `Float32Array [frameCount, 58]`. */
export const CHANNELS = [...ARKIT_CHANNELS, ...HEAD_CHANNELS] as const;

export type ArkitChannel = (typeof ARKIT_CHANNELS)[number];
export type Channel = (typeof CHANNELS)[number];

export const ARKIT_CHANNEL_COUNT = ARKIT_CHANNELS.length;
export const CHANNEL_COUNT = CHANNELS.length;

/**
 * Channels beside the 58, all optional and 0..1, in the order of `MotionFrames.extra`: three places of the tongue, how much the character
 * speaks, laughs and breathes in, and its arousal. The list belongs to `EXTRA_LAYOUT`: another list needs another number.
 */
export const EXTRA_CHANNELS = ['tongueTipUp', 'tongueBetweenTeeth', 'tongueBack', 'speech', 'laugh', 'breath', 'arousal'] as const;
export const EXTRA_LAYOUT = 1;

export type ExtraChannel = (typeof EXTRA_CHANNELS)[number];

export const EXTRA_CHANNEL_COUNT = EXTRA_CHANNELS.length;

/** Channel name → index in a frame. */
export const CHANNEL_INDEX = Object.freeze(Object.fromEntries(CHANNELS.map((name, index) => [name, index]))) as Readonly<
  Record<Channel, number>
>;
