/** From attributes to how the character lives. */
import type { AvatarError } from '../shared/contracts/errors.js';
import { DEFAULT_LIFE, GAZES, type LifeSettings, MOODS } from '../shared/contracts/life-settings.js';
import { AttributeChecks, knownOf, numberFrom } from './attribute-checks.js';

/** The properties of the element that its life comes from. */
export interface LifeProperties {
  motion: LifeSettings['motionStyle'];
  mood: LifeSettings['mood'];
  moodIntensity: number;
  gaze: LifeSettings['gaze'];
  listening: boolean;
}

export const LIFE_PROPERTIES: readonly (keyof LifeProperties)[] = ['motion', 'mood', 'moodIntensity', 'gaze', 'listening'];

const MOTIONS = ['lively', 'calm'] as const;

/** @returns What is wrong with the properties, each with the attribute's name. Empty when they can work. */
export function lifeErrors({ motion, mood, moodIntensity, gaze }: LifeProperties): AvatarError[] {
  const checks = new AttributeChecks();
  checks.choice('motion', motion, MOTIONS);
  checks.choice('mood', mood, MOODS);
  checks.choice('gaze', gaze, GAZES);
  checks.that(moodIntensity >= 0 && moodIntensity <= 1, 'mood-intensity is a number from 0 to 1.');
  return checks.errors;
}

/** Values that cannot work are replaced by their defaults; `lifeErrors` has told of them. */
export function lifeSettings({ motion, mood, moodIntensity, gaze, listening }: LifeProperties, isReduced: boolean): LifeSettings {
  return {
    motionStyle: isReduced ? 'calm' : knownOf(motion, MOTIONS),
    mood: knownOf(mood, MOODS),
    moodIntensity:
      moodIntensity >= 0 && moodIntensity <= 1 ? numberFrom(moodIntensity, DEFAULT_LIFE.moodIntensity) : DEFAULT_LIFE.moodIntensity,
    gaze: knownOf(gaze, GAZES),
    isListening: listening,
  };
}

export function isSameLife(a: LifeSettings, b: LifeSettings | null): boolean {
  return b !== null && (Object.keys(a) as (keyof LifeSettings)[]).every((name) => a[name] === b[name]);
}
