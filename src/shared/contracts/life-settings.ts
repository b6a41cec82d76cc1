/** How the character behaves besides speech, as the page and the render worker know it. */
import type { AttributeTable, SettingsOf } from './attribute-table.js';

/** Facial expressions an avatar can hold; `neutral` is its own face. */
export const MOODS = [
  'neutral',
  'happy',
  'sad',
  'surprised',
  'angry',
  'thinking',
  'afraid',
  'disgusted',
  'sleepy',
  'concerned',
  'skeptical',
] as const;
export type Mood = (typeof MOODS)[number];

/** `viewer`: mostly at the viewer; `pointer`: follows the mouse or finger; `free`: around, now and then at the viewer. */
export const GAZES = ['viewer', 'pointer', 'free'] as const;
export type GazeHabit = (typeof GAZES)[number];

/** How much the character moves on its own; `calm` keeps lips and blinks only. */
export const MOTION_STYLES = ['lively', 'calm'] as const;
export type MotionStyle = (typeof MOTION_STYLES)[number];

export const LIFE_ATTRIBUTES = {
  motionStyle: { property: 'motion', values: MOTION_STYLES },
  mood: { property: 'mood', values: MOODS },
  moodIntensity: {
    property: 'moodIntensity',
    default: 1,
    requirement: 'a number from 0 to 1',
    isValid: (value: number) => value >= 0 && value <= 1,
  },
  gaze: { property: 'gaze', values: GAZES },
  /** Someone is speaking to the character. */
  isListening: { property: 'listening', flag: true },
} as const satisfies AttributeTable;

export type LifeSettings = SettingsOf<typeof LIFE_ATTRIBUTES>;

export const DEFAULT_LIFE: Readonly<LifeSettings> = Object.freeze({
  motionStyle: 'lively',
  mood: 'neutral',
  moodIntensity: 1,
  gaze: 'viewer',
  isListening: false,
});
