/** Times of text as agents and text-to-speech services send them → words with times. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';

export interface TimedText {
  readonly text: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/**
 * `characters` with `character_start_times_seconds` (ElevenLabs), `chars` with `char_start_times_ms` (its agents), `words` with
 * `start` and `end` (Cartesia), a list of `{ word, start, end }` (OpenAI's `timestamp_granularities`, Whisper), or of
 * `{ word, startSeconds, endSeconds }`.
 */
export type Alignment = Readonly<Record<string, unknown>>;

/** @param fromSeconds Added to all times. @throws {AvatarError} `invalidTimings`. */
export function timedText(alignment: Alignment, fromSeconds: number): TimedText[] {
  const characters = list(alignment, 'characters', 'chars');
  if (characters) return wordsOf(characters.map(String), timesOf(alignment), fromSeconds);
  const words = list(alignment, 'words');
  if (!words) throw new AvatarError(ErrorCode.invalidTimings, 'The timings of a turn have characters or words.');
  const isList = words.every((word) => typeof word === 'object' && word !== null);
  const [starts, ends] = isList
    ? [words.map(startOf), words.map((word, i) => (word as Timed).endSeconds ?? (word as Timed).end ?? next(words, i))]
    : [list(alignment, 'start'), list(alignment, 'end')];
  return words.map((word, i) => {
    // Whisper keeps the space before a word.
    const text = isList ? (word as Timed).word : String(word);
    return checked(`${text.trim()} `, Number(starts?.[i]) + fromSeconds, Number(ends?.[i]) + fromSeconds);
  });
}

interface Timed {
  word: string;
  startSeconds?: number;
  endSeconds?: number;
  start?: number;
  end?: number;
}

function startOf(word: unknown): number {
  const { startSeconds, start } = word as Timed;
  return startSeconds ?? start ?? NaN;
}

function next(words: readonly unknown[], i: number): number {
  return i + 1 < words.length ? startOf(words[i + 1]) : startOf(words[i]) + 0.3;
}

function timesOf(alignment: Alignment): { starts: number[]; ends: number[] } {
  const seconds = list(alignment, 'character_start_times_seconds', 'characterStartTimesSeconds');
  if (seconds) {
    const starts = seconds.map(Number);
    const ends = list(alignment, 'character_end_times_seconds', 'characterEndTimesSeconds')?.map(Number);
    return { starts, ends: ends ?? starts.map((start, i) => starts[i + 1] ?? start + 0.08) };
  }
  const starts = (list(alignment, 'char_start_times_ms', 'charStartTimesMs') ?? []).map((ms) => Number(ms) / 1000);
  const durations = (list(alignment, 'char_durations_ms', 'charDurationsMs', 'charsDurationsMs') ?? []).map((ms) => Number(ms) / 1000);
  return { starts, ends: starts.map((start, i) => start + (durations[i] ?? 0.08)) };
}

/** Letters up to the next space are a word, which keeps that space. */
function wordsOf(characters: readonly string[], { starts, ends }: { starts: number[]; ends: number[] }, fromSeconds: number): TimedText[] {
  const words: TimedText[] = [];
  let first = 0;
  characters.forEach((character, i) => {
    const isEnd = i === characters.length - 1 || (/\s/.test(character) && !/\s/.test(characters[i + 1]));
    if (!isEnd) return;
    words.push(checked(characters.slice(first, i + 1).join(''), starts[first] + fromSeconds, ends[i] + fromSeconds));
    first = i + 1;
  });
  return words;
}

function checked(text: string, startSeconds: number, endSeconds: number): TimedText {
  if (startSeconds >= 0 && endSeconds >= startSeconds) return { text, startSeconds, endSeconds };
  throw new AvatarError(ErrorCode.invalidTimings, `The timings of a turn give "${text.trim()}" from ${startSeconds} to ${endSeconds} s.`);
}

function list(alignment: Alignment, ...names: string[]): unknown[] | null {
  const found = names.map((name) => alignment[name]).find(Array.isArray);
  return found ?? null;
}
