/** Faces as the stage shows them: what the engine makes of a mouth, over the life of somebody in a mood. */
import { assembleFace } from '../../../src/motion/engine/face-assembly.js';
import { MOUTH_SHAPES } from '../../../src/motion/engine/mouth-shapes.js';
import { SpeechBlend } from '../../../src/motion/life/blend.js';
import { LifeMotion } from '../../../src/motion/life/life-motion.js';
import { CHANNEL_COUNT, CHANNELS, type Channel } from '../../../src/shared/contracts/channels.js';
import { DEFAULT_LIFE, type Mood } from '../../../src/shared/contracts/life-settings.js';

export type Mouth = Partial<Record<(typeof MOUTH_SHAPES)[number], number>>;
export type Face = Record<Channel, number>;

function channelsOf(mouth: Mouth): Float32Array {
  const channels = new Float32Array(CHANNEL_COUNT);
  const still = {
    blink: 0,
    cheekSquint: 0,
    eyeSquint: 0,
    eyeWide: 0,
    browInnerUp: 0,
    browOuterUp: 0,
    browDown: 0,
    pitch: 0,
    yaw: 0,
    roll: 0,
  };
  assembleFace(
    Float32Array.from(MOUTH_SHAPES, (name) => mouth[name] ?? 0),
    still,
    0.5,
    channels,
    0,
  );
  return channels;
}

const named = (channels: Float32Array): Face => Object.fromEntries(CHANNELS.map((name, index) => [name, channels[index]])) as Face;

/** What the engine makes of a mouth. */
export function spoken(mouth: Mouth): Face {
  return named(channelsOf(mouth));
}

const faces = new Map<string, Face>();

/** The face in a mood after a sound has been said for so many seconds. The same for every avatar, so each is computed once. */
export function faceOf(mood: Mood, mouth: Mouth | null, seconds = 1): Face {
  const key = JSON.stringify([mood, mouth, seconds]);
  let face = faces.get(key);
  if (!face) faces.set(key, (face = computedFace(mood, mouth, seconds)));
  return face;
}

function computedFace(mood: Mood, mouth: Mouth | null, seconds: number): Face {
  const life = new LifeMotion(21, { ...DEFAULT_LIFE, mood });
  const blend = new SpeechBlend();
  const pose = new Float32Array(CHANNEL_COUNT);
  const said = mouth && channelsOf(mouth);
  const start = 180;
  for (let frame = 0; frame <= start + Math.round(seconds * 60); frame++) {
    life.sample(frame / 60, pose);
    blend.advance(1 / 60, frame > start ? said : null, pose, pose);
  }
  return named(pose);
}
