/** How a face speaks: words that the page, the motion worker and the command line share. */
import { AvatarError, ErrorCode } from './errors.js';

/**
 * `natural`: as the motion comes. `crisp`: more and sharper, for small pictures and noisy places. `calm`: less and softer, with a
 * quieter head.
 */
export const SPEECH_STYLES = ['natural', 'crisp', 'calm'] as const;
export type SpeechStyle = (typeof SPEECH_STYLES)[number];

export const MAX_INTENSITY = 2;

/** Amplitude and smoothness of speech motion; its timing never changes. */
export interface Expression {
  readonly style: SpeechStyle;
  /** 0 (hardly moves) .. 1 (as it comes) .. 2. */
  readonly intensity: number;
}

export const NATURAL_EXPRESSION: Expression = { style: 'natural', intensity: 1 };

export function isIntensity(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_INTENSITY;
}

/**
 * @param wanted What is undefined gets its default.
 * @throws {AvatarError} `invalidConfiguration` for an unknown style, or an intensity outside of 0..2.
 */
export function expressionFrom(wanted: { style?: unknown; intensity?: unknown }): Expression {
  const { style = NATURAL_EXPRESSION.style, intensity = NATURAL_EXPRESSION.intensity } = wanted;
  if (!SPEECH_STYLES.includes(style as SpeechStyle)) {
    throw new AvatarError(ErrorCode.invalidConfiguration, `style ${String(style)} is not known. Use ${SPEECH_STYLES.join(', ')}.`);
  }
  if (!isIntensity(intensity)) {
    throw new AvatarError(ErrorCode.invalidConfiguration, `intensity is a number from 0 to ${MAX_INTENSITY}, not ${String(intensity)}.`);
  }
  return { style: style as SpeechStyle, intensity };
}
