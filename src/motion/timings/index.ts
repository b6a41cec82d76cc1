/** Exact timing of the mouth. Loaded by those who have it. */
import type { Mouth } from '../engine/mouth.js';
import { RuledMouth } from '../engine/ruled-mouth.js';
import type { SpeechModel } from '../engine/speech-model.js';
import { TrainedMouth } from '../engine/trained-mouth.js';
import type { MouthTimings } from './read-timings.js';
import { TimedMouth } from './timed-mouth.js';
import { WordedMouth } from './worded-mouth.js';

export { type MouthTimings, readTimings } from './read-timings.js';

/**
 * The mouth for an engine (`MotionEngineOptions.mouth`) of a speech with these timings.
 *
 * @param model What hears the sounds within words; null takes the rules.
 */
export function mouthFromTimings(timings: MouthTimings, model: SpeechModel | null): Mouth {
  if (timings.kind === 'visemes') return new TimedMouth(timings.spans);
  return new WordedMouth(model ? new TrainedMouth(model) : new RuledMouth(), timings.spans);
}
