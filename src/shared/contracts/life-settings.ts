/** What an app may say about the life of its avatar; page and render worker share these words. */

/** Faces an avatar can put on; `neutral` is its own. */
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

/** `viewer`: at whoever looks; `pointer`: after the mouse or finger; `free`: around, now and then at the viewer. */
export const GAZES = ['viewer', 'pointer', 'free'] as const;
export type GazeHabit = (typeof GAZES)[number];

/** How much the character moves on its own; `calm` keeps lips and blinks only. */
export type MotionStyle = 'lively' | 'calm';

export interface LifeSettings {
  motionStyle: MotionStyle;
  mood: Mood;
  /** 0..1 */
  moodIntensity: number;
  gaze: GazeHabit;
  /** Somebody speaks to the character. */
  isListening: boolean;
}

export const DEFAULT_LIFE: Readonly<LifeSettings> = Object.freeze({
  motionStyle: 'lively',
  mood: 'neutral',
  moodIntensity: 1,
  gaze: 'viewer',
  isListening: false,
});
