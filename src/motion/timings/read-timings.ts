/** What a page says of exact times → one sorted track without overlaps, or an error that names what is wrong. */
import { AvatarError, ErrorCode } from '../../shared/errors.js';
import type { SpeechManner } from '../../shared/speech-manner.js';
import { VISEME_INDEX } from '../../shared/visemes.js';
import { visemesFromPhonemes } from './phoneme-labels.js';
import { visemesFromLabel } from './viseme-labels.js';

/** Seconds from the first sample; `startSeconds` < `endSeconds` ≤ the next start. */
export interface Span<Label> {
  readonly label: Label;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

export type MouthTimings =
  /** Indices in `VISEMES`. */
  | { readonly kind: 'visemes'; readonly spans: readonly Span<number>[] }
  | { readonly kind: 'words'; readonly spans: readonly Span<string>[] };

/** How long the last sound lasts where nobody says. */
const LAST_SECONDS = { visemes: 0.15, phonemes: 0.15, words: 0.5 } as const;
/** Sounds that are this close to each other have no pause between them. */
const PAUSE_SECONDS = 0.06;
const MS = 1e-3;
const AZURE_TICK = 1e-7;

type Kind = keyof typeof LAST_SECONDS;
const LABEL_FIELDS: Readonly<Record<Kind, readonly string[]>> = {
  visemes: ['viseme', 'visemeId', 'value'],
  phonemes: ['phoneme', 'value'],
  words: ['word', 'value'],
};

/**
 * @returns Null where there are no times, or none but empty ones.
 * @throws {AvatarError} `invalidTimings` for a time that is no number, an unknown name, or what is no list of either.
 */
export function readTimings(manner: SpeechManner): MouthTimings | null {
  for (const kind of Object.keys(LAST_SECONDS) as Kind[]) {
    const spans = readSpans(kind, manner[kind] ?? []);
    if (spans.length === 0) continue;
    return kind === 'words' ? { kind, spans: spans.map((span) => ({ ...span, label: String(span.label) })) } : { kind: 'visemes', spans: visemeSpans(kind, spans) };
  }
  return null;
}

function readSpans(kind: Kind, items: unknown): Span<unknown>[] {
  if (!Array.isArray(items)) throw invalid(`${kind} is a list`);
  const marks = items.filter((item: unknown) => !isMarkOfOtherKind(item, kind));
  const read = marks.map((item: unknown, i) => readItem(kind, item, `${kind}[${i}]`));
  read.sort((one, other) => one.startSeconds - other.startSeconds);
  return read.flatMap((item, i) => {
    const limit = read[i + 1]?.startSeconds ?? Infinity;
    const isEndKnown = item.endSeconds > item.startSeconds && item.endSeconds < Infinity;
    const natural = limit === Infinity ? item.startSeconds + LAST_SECONDS[kind] : limit;
    const endSeconds = isEndKnown ? Math.min(item.endSeconds, limit) : natural;
    // A sound of no length at all is no sound; services send such for letters that are not spoken.
    return endSeconds > item.startSeconds ? [{ ...item, endSeconds }] : [];
  });
}

/** A file of speech marks holds sentences, words and visemes in turn. */
function isMarkOfOtherKind(item: unknown, kind: Kind): boolean {
  const type = (item as { type?: unknown } | null)?.type;
  return typeof type === 'string' && `${type}s` !== kind;
}

function readItem(kind: Kind, item: unknown, place: string): Span<unknown> {
  const fields = (typeof item === 'object' && item !== null ? item : {}) as Readonly<Record<string, unknown>>;
  const field = LABEL_FIELDS[kind].find((name) => fields[name] !== undefined);
  if (field === undefined) throw invalid(`${place} has no ${LABEL_FIELDS[kind][0]}`);
  const [start, unit] = fields['startSeconds'] !== undefined ? [fields['startSeconds'], 1]
    : fields['time'] !== undefined ? [fields['time'], MS]
    : [fields['audioOffset'], AZURE_TICK];
  const end = fields['endSeconds'];
  if (typeof start !== 'number' || !Number.isFinite(start)) throw invalid(`${place}.startSeconds is ${String(start)}`);
  if (end !== undefined && (typeof end !== 'number' || Number.isNaN(end))) throw invalid(`${place}.endSeconds is ${String(end)}`);
  return { label: fields[field], startSeconds: Math.max(0, start * unit), endSeconds: end ?? -Infinity };
}

function visemeSpans(kind: Kind, spans: readonly Span<unknown>[]): Span<number>[] {
  const visemes = kind === 'phonemes' ? visemesFromPhonemes(spans.map(({ label }) => String(label))) : spans.map(({ label }) => visemesFromLabel(label));
  const out: Span<number>[] = [];
  for (const [i, { label, startSeconds, endSeconds }] of spans.entries()) {
    const parts = visemes[i];
    if (!parts) throw invalid(`${kind} knows no "${String(label)}"`);
    const before = out.at(-1);
    const gap = before ? startSeconds - before.endSeconds : 0;
    if (before && gap > 0 && gap < PAUSE_SECONDS) out[out.length - 1] = { ...before, endSeconds: startSeconds };
    else if (gap > 0) out.push({ label: VISEME_INDEX.sil, startSeconds: before!.endSeconds, endSeconds: startSeconds });
    // A length mark or a tone lengthens the sound before it.
    if (parts.length === 0 && before) out[out.length - 1] = { ...out.at(-1)!, endSeconds };
    const step = (endSeconds - startSeconds) / parts.length;
    parts.forEach((viseme, k) => out.push({ label: viseme, startSeconds: startSeconds + k * step, endSeconds: startSeconds + (k + 1) * step }));
  }
  return out;
}

function invalid(detail: string): AvatarError {
  return new AvatarError(ErrorCode.invalidTimings, `The timings cannot be used: ${detail}.`);
}
