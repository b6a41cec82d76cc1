/** Exact times that came with a speech. */

import type { Mouth } from '../../motion/engine/mouth.js';
import { loadMouthModel, mouthModel } from '../../motion/engine/mouth-model.js';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { SpeechManner } from '../../shared/contracts/speech-manner.js';

/** Times that reach further beyond the end of the sound belong to another sound, or are in another unit. */
const BEYOND_SOUND_SECONDS = 1;

export interface SpeechTimes {
  /** Moves by them. */
  readonly mouth: Mouth;
  /** When the last sound begins. */
  readonly lastStartSeconds: number;
}

/**
 * @returns Null where there are none. What reads them is loaded by those who have them only.
 * @throws {AvatarError} `invalidTimings`
 */
export async function timesFrom(manner: SpeechManner): Promise<SpeechTimes | null> {
  if (!manner.visemes && !manner.phonemes && !manner.words) return null;
  const { mouthFromTimings, readTimings } = await import('../../motion/timings/index.js');
  const timings = readTimings(manner);
  if (!timings) return null;
  if (timings.kind === 'words') await loadMouthModel();
  return { mouth: mouthFromTimings(timings, mouthModel()), lastStartSeconds: timings.spans.at(-1)!.startSeconds };
}

/** What is to be told when the sound has ended, or null. */
export function timesError({ lastStartSeconds }: SpeechTimes, soundSeconds: number): AvatarError | null {
  if (lastStartSeconds <= soundSeconds + BEYOND_SOUND_SECONDS) return null;
  const words = `The timings reach to ${lastStartSeconds.toFixed(1)} s, the sound is ${soundSeconds.toFixed(1)} s long. Are they in seconds?`;
  return new AvatarError(ErrorCode.invalidTimings, words);
}
