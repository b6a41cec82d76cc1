import type { SpeechStyle } from './speech-style.js';

/** When a viseme begins, s from the first sample of the speech, and what text-to-speech services send of the kind. */
export type TimedViseme =
  | {
      /** Oculus name (`PP`, `aa`, …, also as `viseme_PP`), Amazon Polly name (`p`, `@`, …), or Azure id 0..21. */
      readonly viseme: string | number;
      readonly startSeconds: number;
      /** Default: the start of the next one. */
      readonly endSeconds?: number;
    }
  /** A speech mark of Amazon Polly, as it comes; `time` in ms. Marks of another `type` are passed over. */
  | { readonly time: number; readonly value: string; readonly type?: string }
  /** A viseme event of Azure Speech; `audioOffset` in units of 100 ns. */
  | { readonly audioOffset: number; readonly visemeId: number };

export interface TimedPhoneme {
  /** IPA, X-SAMPA or ARPAbet (if all of them are), with or without stress, length and tone; `''`, `_`, `sil`, `pau` … are silence. */
  readonly phoneme: string;
  readonly startSeconds: number;
  /** Default: the start of the next one. */
  readonly endSeconds?: number;
}

export type TimedWord =
  | { readonly word: string; readonly startSeconds: number; readonly endSeconds?: number }
  /** As OpenAI and Whisper send them, s. */
  | { readonly word: string; readonly start: number; readonly end?: number }
  /** A speech mark of Amazon Polly, see `TimedViseme`. */
  | { readonly time: number; readonly value: string; readonly type?: string };

/** How one speech is to be spoken, as the page says it. All of it is checked where it is used, in the motion worker. */
export interface SpeechManner {
  /** Changes amplitude and smoothness of the face, never its timing. Default `natural`. */
  readonly style?: SpeechStyle;
  /** 0 (hardly moves) .. 2, default 1. */
  readonly intensity?: number;
  /**
   * Exact timing, where the caller has it: then the mouth follows it, computed in the browser in every mode, and the rest of the
   * face follows the sound. The first of `visemes`, `phonemes` and `words` that is not empty counts. Order does not matter, ends
   * are cut at the next start, what lies beyond the audio is never shown.
   */
  readonly visemes?: readonly TimedViseme[];
  readonly phonemes?: readonly TimedPhoneme[];
  /**
   * Words say less: within them the mouth hears for itself, but lips only press and tuck where the spelling allows it, and
   * between words the mouth rests.
   */
  readonly words?: readonly TimedWord[];
}
