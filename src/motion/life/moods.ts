/**
 * The faces and habits of moods. Besides the face a mood sets the pose of the head, the gaze, the rate of blinks and the breath.
 *
 * Faces after the action units of Ekman & Friesen 1978 (EMFACS), at the strength of conversation, not of acting: AU 6 with 12
 * for joy, 1 + 4 + 15 for sadness, 1 + 2 + 5 + 26 for surprise, 4 + 5 + 7 + 23 for anger, 1 + 2 + 4 + 5 + 20 for fear, 9 + 15 for disgust.
 */
import { CHANNEL_COUNT, CHANNEL_INDEX, type Channel } from '../../shared/contracts/channels.js';
import { MOODS, type Mood } from '../../shared/contracts/life-settings.js';

/** Idle behaviour besides the face. Times in seconds, angles in radians as in `HEAD_CHANNELS`. */
export interface Habits {
  /** Blinks a minute. */
  blinkRate: number;
  /** Factor on the duration of blinks. */
  blinkSlowness: number;
  /** Mean durations of eye contact and of looking elsewhere. */
  contactSeconds: number;
  awaySeconds: number;
  /** Preferred direction of glances away. */
  awayYaw: number;
  awayPitch: number;
  /** Breaths a minute, and their depth; 1 is usual. */
  breathRate: number;
  breathDepth: number;
  /** Factor on the head's idle movement. */
  sway: number;
}

/**
 * A person at rest. Blinks: 17 a minute (Bentivoglio et al. 1997; 8 to 21 in Doughty 2001). Breaths: 12 to 16 a minute. Gaze lies
 * between the talking and the listening of Lee, Badler & Badler 2002.
 */
export const AT_REST: Readonly<Habits> = {
  blinkRate: 15,
  blinkSlowness: 1,
  contactSeconds: 4.4,
  awaySeconds: 1.1,
  awayYaw: 0,
  awayPitch: 0,
  breathRate: 14,
  breathDepth: 1,
  sway: 1,
};
export const HABIT_NAMES = Object.keys(AT_REST) as (keyof Habits)[];

type Stem<Name> = Name extends `${infer Word}Left` ? Word : never;
/** Weights at full intensity; a name without its side means both. */
type Face = Partial<Record<Channel | Stem<Channel>, number>>;
const SKETCHES: Record<Exclude<Mood, 'neutral'>, { face: Face; habits: Partial<Habits> }> = {
  happy: {
    face: {
      mouthSmile: 0.78,
      mouthDimple: 0.2,
      cheekSquint: 0.75,
      eyeSquint: 0.34,
      mouthUpperUp: 0.3,
      jawOpen: 0.07,
      browOuterUp: 0.2,
      browInnerUp: 0.12,
      headPitch: -0.035,
      headRoll: 0.045,
    },
    habits: { contactSeconds: 5.5, awaySeconds: 0.8, breathDepth: 1.15, breathRate: 15, sway: 1.35 },
  },
  sad: {
    face: {
      browInnerUp: 1,
      browDown: 0.1,
      mouthFrown: 0.85,
      mouthShrugLower: 0.42,
      mouthPucker: 0.12,
      eyeSquint: 0.1,
      eyeBlink: 0.2,
      headPitch: 0.1,
      headRoll: -0.06,
      headZ: -0.004,
    },
    habits: {
      blinkRate: 13,
      blinkSlowness: 1.35,
      contactSeconds: 2.2,
      awaySeconds: 2,
      awayPitch: 0.2,
      breathRate: 11,
      breathDepth: 1.5,
      sway: 0.7,
    },
  },
  surprised: {
    face: {
      browInnerUp: 0.85,
      browOuterUp: 0.95,
      eyeWide: 0.85,
      jawOpen: 0.32,
      mouthFunnel: 0.42,
      mouthFrown: 0.15,
      headPitch: -0.055,
      headZ: -0.01,
    },
    habits: { blinkRate: 8, contactSeconds: 9, awaySeconds: 0.5, breathDepth: 1.3, sway: 0.7 },
  },
  angry: {
    face: {
      browDown: 1,
      eyeSquint: 0.5,
      eyeWide: 0.2,
      noseSneer: 0.5,
      mouthPress: 0.5,
      mouthFrown: 0.85,
      mouthShrugLower: 0.3,
      mouthRollUpper: 0.15,
      jawForward: 0.25,
      headPitch: 0.1,
      headZ: 0.008,
    },
    habits: { blinkRate: 9, blinkSlowness: 0.9, contactSeconds: 12, awaySeconds: 0.45, breathRate: 18, breathDepth: 1.5, sway: 0.5 },
  },
  thinking: {
    face: {
      browOuterUpLeft: 0.75,
      browInnerUp: 0.2,
      browDownRight: 0.55,
      eyeSquintRight: 0.25,
      eyeSquintLeft: 0.1,
      mouthPress: 0.3,
      mouthRight: 0.45,
      mouthPucker: 0.22,
      mouthFrown: 0.2,
      headYaw: 0.08,
      headRoll: -0.1,
      headPitch: -0.03,
    },
    habits: { blinkRate: 10, contactSeconds: 1.1, awaySeconds: 3.4, awayYaw: 0.3, awayPitch: -0.2, sway: 0.8 },
  },
  afraid: {
    face: {
      browInnerUp: 1,
      browOuterUp: 0.25,
      browDown: 0.15,
      eyeWide: 0.8,
      mouthStretch: 0.6,
      mouthFrown: 0.5,
      jawOpen: 0.1,
      mouthLowerDown: 0.25,
      headPitch: 0.04,
      headZ: -0.014,
      headYaw: -0.03,
    },
    habits: { blinkRate: 24, blinkSlowness: 0.85, contactSeconds: 1.4, awaySeconds: 0.6, breathRate: 26, breathDepth: 0.8, sway: 1.3 },
  },
  disgusted: {
    face: {
      noseSneer: 1,
      browDown: 0.7,
      eyeSquint: 0.62,
      cheekSquint: 0.35,
      mouthUpperUp: 0.42,
      mouthFrown: 0.75,
      mouthShrugLower: 0.35,
      mouthLeft: 0.2,
      headPitch: -0.05,
      headYaw: 0.1,
      headRoll: 0.04,
      headZ: -0.01,
    },
    habits: { blinkRate: 14, contactSeconds: 2.6, awaySeconds: 1.4, awayYaw: 0.18, awayPitch: 0.04, sway: 0.8 },
  },
  sleepy: {
    face: {
      eyeBlink: 0.5,
      browOuterUp: 0.12,
      browInnerUp: 0.3,
      mouthFrown: 0.45,
      jawOpen: 0.04,
      headPitch: 0.08,
      headRoll: 0.09,
    },
    habits: {
      blinkRate: 19,
      blinkSlowness: 2.3,
      contactSeconds: 3.5,
      awaySeconds: 2.4,
      awayPitch: 0.16,
      breathRate: 9.5,
      breathDepth: 1.7,
      sway: 0.9,
    },
  },
  concerned: {
    face: {
      browInnerUp: 0.95,
      browDown: 0.22,
      eyeSquint: 0.14,
      mouthPress: 0.25,
      mouthFrown: 0.68,
      mouthDimple: 0.12,
      mouthShrugLower: 0.15,
      headRoll: -0.09,
      headPitch: 0.035,
      headZ: 0.006,
    },
    habits: { blinkRate: 14, contactSeconds: 7, awaySeconds: 0.7, breathDepth: 1.1, sway: 0.8 },
  },
  skeptical: {
    face: {
      browOuterUpRight: 1,
      browInnerUp: 0.1,
      browDownLeft: 0.85,
      eyeSquintLeft: 0.5,
      eyeSquintRight: 0.12,
      mouthLeft: 0.4,
      mouthPress: 0.35,
      mouthFrownLeft: 0.6,
      mouthFrownRight: 0.35,
      headYaw: -0.1,
      headRoll: 0.06,
      headPitch: -0.03,
    },
    habits: { blinkRate: 11, contactSeconds: 7, awaySeconds: 0.7, sway: 0.8 },
  },
};

/** The numbers of a mood. */
export interface MoodTraits {
  /** `[58]`, at full intensity. */
  readonly face: Float32Array;
  readonly habits: Readonly<Habits>;
}

function traitsOf(mood: Mood): MoodTraits {
  const face = new Float32Array(CHANNEL_COUNT);
  if (mood === 'neutral') return { face, habits: AT_REST };
  const { face: weights, habits } = SKETCHES[mood];
  for (const [name, weight] of Object.entries(weights)) {
    const channels = name in CHANNEL_INDEX ? [name] : [`${name}Left`, `${name}Right`];
    for (const channel of channels) face[CHANNEL_INDEX[channel as Channel]] = weight;
  }
  return { face, habits: { ...AT_REST, ...habits } };
}

export const MOOD_TRAITS: readonly MoodTraits[] = MOODS.map(traitsOf);
