import type { SpeechStyle } from './speech-style.js';

/** How one speech is to be spoken, as the page says it. All of it is checked where it is used, in the motion worker. */
export interface SpeechManner {
  /** Changes amplitude and smoothness of the face, never its timing. Default `natural`. */
  readonly style?: SpeechStyle;
  /** 0 (hardly moves) .. 2, default 1. */
  readonly intensity?: number;
}
