/** Types of captions. */
import type { SpeakOptions as SpokenOptions } from '../../avatar/speech-parts.js';
import type { TimedWord } from '../../shared/contracts/speech-manner.js';

/** A piece of text and when it is shown, s from the first sample of its speech. `end` > `start`. */
export interface CaptionCue {
  readonly start: number;
  readonly end: number;
  /** Plain text; a line break in it is kept. */
  readonly text: string;
}

/** Captions of one speech, in order of their start. */
export interface SpeechCues {
  readonly cues: CaptionCue[];
  /** Language of the text, as in a `lang` attribute; empty if unknown. */
  readonly lang: string;
}

/** A WebVTT file's text, cues, or words with their times, which are put together to cues. */
export type CaptionSource = string | readonly CaptionCue[] | readonly TimedWord[];

export interface SpeakOptions extends SpokenOptions {
  /** Captions of the speech. Without them, those of its `words`, if it has any. */
  readonly cues?: CaptionSource;
  /** Language of the captions, as in a `lang` attribute. */
  readonly lang?: string;
}
