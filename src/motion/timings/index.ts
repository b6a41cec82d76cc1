/** Exact timing of the mouth. Loaded for speech that has timings. */
import type { Mouth } from '../engine/mouth.js';
import { RuleBasedMouth } from '../engine/rule-based-mouth.js';
import type { SpeechModel } from '../engine/speech-model.js';
import { TrainedMouth } from '../engine/trained-mouth.js';
import type { MouthTimings } from './read-timings.js';
import { TimedMouth } from './timed-mouth.js';
import { WordTimedMouth } from './word-timed-mouth.js';

export { type MouthTimings, readTimings } from './read-timings.js';

/**
 * The mouth for an engine (`MotionEngineOptions.mouth`) of a speech with these timings.
 *
 * @param model Model for the sounds within words; null selects the rules.
 */
export function mouthFromTimings(timings: MouthTimings, model: SpeechModel | null): Mouth {
  if (timings.kind === 'visemes') return new TimedMouth(timings.spans);
  return new WordTimedMouth(model ? new TrainedMouth(model) : new RuleBasedMouth(), timings.spans);
}
