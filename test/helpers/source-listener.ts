/** The part of a source's listener that only sources with rounds of their own may call. */
import type { SourceListener } from '../../src/speech/source.js';

function refuse(): never {
  throw new Error('this source begins no rounds');
}

export const NO_OWN_ROUNDS: Pick<SourceListener, 'handleRoundOpened' | 'handleSpeech' | 'handleInterrupted'> = {
  handleRoundOpened: refuse,
  handleSpeech: refuse,
  handleInterrupted: refuse,
};
