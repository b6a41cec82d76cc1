/** Converts labels with times, as speech services send them, to sorted spans without overlaps. */
import { AvatarError, ErrorCode } from '../contracts/errors.js';

/** Seconds from the first sample; `startSeconds` < `endSeconds` ≤ the next start. */
export interface Span<Label> {
  readonly label: Label;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Default duration of the last sound. */
const LAST_SECONDS = { visemes: 0.15, phonemes: 0.15, words: 0.5 } as const;
const MS = 1e-3;
const AZURE_TICK = 1e-7;

export type TimingKind = keyof typeof LAST_SECONDS;
const LABEL_FIELDS: Readonly<Record<TimingKind, readonly string[]>> = {
  visemes: ['viseme', 'visemeId', 'value'],
  phonemes: ['phoneme', 'value'],
  words: ['word', 'value'],
};

export const TIMING_KINDS = Object.keys(LAST_SECONDS) as TimingKind[];

/** @throws {AvatarError} `invalidTimings` for a time that is not a number, a missing label, or a value that is not a list. */
export function readSpans(kind: TimingKind, items: unknown): Span<unknown>[] {
  if (!Array.isArray(items)) throw invalidTimings(`${kind} has to be a list`);
  const marks = items.filter((item: unknown) => !isMarkOfOtherKind(item, kind));
  const read = marks.map((item: unknown, i) => readItem(kind, item, `${kind}[${i}]`));
  read.sort((one, other) => one.startSeconds - other.startSeconds);
  return read.flatMap((item, i) => {
    const limit = read[i + 1]?.startSeconds ?? Infinity;
    const isEndKnown = item.endSeconds > item.startSeconds && item.endSeconds < Infinity;
    const natural = limit === Infinity ? item.startSeconds + LAST_SECONDS[kind] : limit;
    const endSeconds = isEndKnown ? Math.min(item.endSeconds, limit) : natural;
    // Services send spans without duration for letters that are not spoken.
    return endSeconds > item.startSeconds ? [{ ...item, endSeconds }] : [];
  });
}

/** A file of speech marks mixes sentences, words and visemes. */
function isMarkOfOtherKind(item: unknown, kind: TimingKind): boolean {
  const type = (item as { type?: unknown } | null)?.type;
  return typeof type === 'string' && `${type}s` !== kind;
}

function readItem(kind: TimingKind, item: unknown, place: string): Span<unknown> {
  const fields = (typeof item === 'object' && item !== null ? item : {}) as Readonly<Record<string, unknown>>;
  const field = LABEL_FIELDS[kind].find((name) => fields[name] !== undefined);
  if (field === undefined) throw invalidTimings(`${place} has no ${LABEL_FIELDS[kind][0]}`);
  // `start` and `end` count only alone: beside other times they are places in the text.
  const [start, unit, end] =
    fields.startSeconds !== undefined
      ? [fields.startSeconds, 1, fields.endSeconds]
      : fields.time !== undefined
        ? [fields.time, MS, fields.endSeconds]
        : fields.audioOffset !== undefined
          ? [fields.audioOffset, AZURE_TICK, fields.endSeconds]
          : [fields.start, 1, fields.end];
  if (typeof start !== 'number' || !Number.isFinite(start)) throw invalidTimings(`${place}.startSeconds is ${String(start)}`);
  if (end !== undefined && (typeof end !== 'number' || Number.isNaN(end))) throw invalidTimings(`${place}.endSeconds is ${String(end)}`);
  return { label: fields[field], startSeconds: Math.max(0, start * unit), endSeconds: end ?? -Infinity };
}

export function invalidTimings(detail: string): AvatarError {
  return new AvatarError(ErrorCode.invalidTimings, `The timings cannot be used: ${detail}.`);
}
