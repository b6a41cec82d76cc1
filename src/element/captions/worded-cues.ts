/**
 * Words with times → captions that can be read: at most two lines, long enough on the screen, broken where a sentence breaks.
 *
 * @see BBC Subtitle Guidelines (37 characters a line, two lines) and Netflix Timed Text Style Guide (16 wide characters a line)
 */
import type { Span } from '../../shared/core/read-spans.js';
import type { CaptionCue } from './caption-cue.js';

type Word = Span<string>;

const CUE_CHARACTERS = 2 * 37;
/** Room a Chinese, Japanese or Korean character takes: 16 of them make a line. */
const WIDE_CHARACTERS = 37 / 16;
const SHORTEST_SECONDS = 1;
const LONGEST_SECONDS = 6;
/** A silence this long ends a caption. */
const PAUSE_SECONDS = 0.7;
/** A caption stays until the next one where that comes this soon, so that the box does not flicker. */
const BRIDGED_SECONDS = 0.5;

const WIDE = /[\u1100-\u11FF\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF]/;
const SENTENCE_END = /[.!?…。！？؟۔।]["'”’»)\]」』]*$/;
const CLAUSE_END = /[,;:،؛、，；：–—]["'”’»)\]」』]*$/;
const CLOSING = /^[.,!?;:…。、，！？；：)\]」』]/;

/** @param words In order, without overlaps. */
export function cuesFromWords(words: readonly Word[]): CaptionCue[] {
  const groups = sentences(words).flatMap(divided);
  return groups.map((group, i) => {
    const { start, end } = extentOf(group);
    const next = groups[i + 1]?.[0].startSeconds ?? Infinity;
    const readEnd = Math.max(end, start + SHORTEST_SECONDS);
    return { start, end: readEnd > next - BRIDGED_SECONDS ? next : readEnd, text: textOf(group) };
  });
}

/** Sentences, and what silence parts; one too short to be read stays with the next. */
function sentences(words: readonly Word[]): Word[][] {
  const groups: Word[][] = [];
  let group: Word[] = [];
  for (const [i, word] of words.entries()) {
    group.push(word);
    const next = words[i + 1];
    const isPause = next !== undefined && next.startSeconds - word.endSeconds > PAUSE_SECONDS;
    const { start, end } = extentOf(group);
    if (!next || isPause || (SENTENCE_END.test(word.label) && end - start >= SHORTEST_SECONDS)) {
      groups.push(group);
      group = [];
    }
  }
  return groups;
}

/** Splits what is too long near its middle, at the end of a clause if there is one, until everything fits. */
function divided(words: Word[]): Word[][] {
  const { start, end } = extentOf(words);
  const total = widthOf(words);
  if (words.length === 1 || (total <= CUE_CHARACTERS && end - start <= LONGEST_SECONDS)) return [words];
  let best = 1;
  let least = Infinity;
  for (let i = 1; i < words.length; i++) {
    const { label, endSeconds } = words[i - 1];
    const offCentre = Math.abs(widthOf(words.slice(0, i)) / total - 0.5);
    const bonus = SENTENCE_END.test(label) ? 0.4 : CLAUSE_END.test(label) ? 0.3 : Math.min(words[i].startSeconds - endSeconds, 0.2);
    if (offCentre - bonus >= least) continue;
    least = offCentre - bonus;
    best = i;
  }
  return [...divided(words.slice(0, best)), ...divided(words.slice(best))];
}

function extentOf(words: readonly Word[]): { start: number; end: number } {
  return { start: words[0].startSeconds, end: words.at(-1)!.endSeconds };
}

function widthOf(words: readonly Word[]): number {
  let width = 0;
  for (const character of textOf(words)) width += WIDE.test(character) ? WIDE_CHARACTERS : 1;
  return width;
}

/** Scripts without spaces between words get none. */
function textOf(words: readonly Word[]): string {
  return words.reduce((text, { label }) => {
    const word = label.trim();
    const isTight = !text || !word || CLOSING.test(word) || (WIDE.test(text.at(-1)!) && WIDE.test(word[0]));
    return isTight ? text + word : `${text} ${word}`;
  }, '');
}
