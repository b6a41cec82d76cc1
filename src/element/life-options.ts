/** From attributes to how the character lives. */
import { AvatarError, ErrorCode } from '../shared/errors.js';
import { DEFAULT_LIFE, GAZES, MOODS, type LifeSettings } from '../shared/life-settings.js';

/** The properties of the element that its life comes from. */
export interface LifeProperties {
  motion: LifeSettings['motionStyle'];
  mood: LifeSettings['mood'];
  moodIntensity: number;
  gaze: LifeSettings['gaze'];
  listening: boolean;
}

export const LIFE_PROPERTIES: readonly (keyof LifeProperties)[] = ['motion', 'mood', 'moodIntensity', 'gaze', 'listening'];

/** @returns What is wrong with the properties, each with the attribute's name. Empty when they can work. */
export function lifeErrors({ motion, mood, moodIntensity, gaze }: LifeProperties): AvatarError[] {
  const errors: AvatarError[] = [];
  const complain = (words: string): void => {
    errors.push(new AvatarError(ErrorCode.invalidConfiguration, words));
  };
  const check = (attribute: string, value: string, allowed: readonly string[]): void => {
    if (!allowed.includes(value)) complain(`${attribute}="${value}" is not known. Use ${allowed.map((word) => `"${word}"`).join(', ')}.`);
  };
  check('motion', motion, ['lively', 'calm']);
  check('mood', mood, MOODS);
  check('gaze', gaze, GAZES);
  if (!(moodIntensity >= 0 && moodIntensity <= 1)) complain('mood-intensity is a number from 0 to 1.');
  return errors;
}

/** Values that cannot work are replaced by their defaults; `lifeErrors` has told of them. */
export function lifeSettings({ motion, mood, moodIntensity, gaze, listening }: LifeProperties, isReduced: boolean): LifeSettings {
  return {
    motionStyle: isReduced || motion === 'calm' ? 'calm' : 'lively',
    mood: MOODS.includes(mood) ? mood : DEFAULT_LIFE.mood,
    moodIntensity: moodIntensity >= 0 && moodIntensity <= 1 ? moodIntensity : DEFAULT_LIFE.moodIntensity,
    gaze: GAZES.includes(gaze) ? gaze : DEFAULT_LIFE.gaze,
    isListening: listening,
  };
}

export function isSameLife(a: LifeSettings, b: LifeSettings | null): boolean {
  return b !== null && (Object.keys(a) as (keyof LifeSettings)[]).every((name) => a[name] === b[name]);
}
