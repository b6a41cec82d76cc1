/** Parses the captions that a page passes with a speech into cues in order, or reports what is wrong with them. */

import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { readSpans } from '../../shared/core/read-spans.js';
import type { CaptionCue, CaptionSource } from './caption-cue.js';
import { parseWebVtt, plainCueText } from './web-vtt.js';
import { cuesFromWords } from './worded-cues.js';

/**
 * @returns In order of their start.
 * @throws {AvatarError} `invalidCues`; `invalidTimings` for words whose times cannot be.
 */
export function readCues(source: CaptionSource): CaptionCue[] {
  if (typeof source === 'string') return parseWebVtt(source, plainCueText);
  if (!Array.isArray(source)) throw invalid('they are WebVTT or a list');
  if (source.some((item: unknown) => typeof item === 'object' && item !== null && 'text' in item)) {
    return source.map((item: unknown, i) => readCue(item, `cues[${i}]`)).sort((one, other) => one.start - other.start);
  }
  const words = readSpans('words', source).map((span) => ({ ...span, label: String(span.label) }));
  return cuesFromWords(words);
}

/** @throws {AvatarError} `invalidCues`. */
export function readCue(cue: unknown, place = 'a cue'): CaptionCue {
  const { start, end, text } = (cue ?? {}) as Record<keyof CaptionCue, unknown>;
  if (typeof text !== 'string') throw invalid(`${place} has no text`);
  if (typeof start !== 'number' || typeof end !== 'number' || !(end > start))
    throw invalid(`${place} is from ${String(start)} to ${String(end)}`);
  return { start, end, text };
}

function invalid(detail: string): AvatarError {
  return new AvatarError(ErrorCode.invalidCues, `The captions cannot be used: ${detail}.`);
}
