/** Converts a page's timings to one sorted track without overlaps. */
import type { SpeechManner } from '../../shared/contracts/speech-manner.js';
import { VISEME_INDEX } from '../../shared/contracts/visemes.js';
import { invalidTimings, readSpans, type Span, TIMING_KINDS, type TimingKind } from '../../shared/core/read-spans.js';
import { visemesFromPhonemes } from './phoneme-labels.js';
import { visemesFromLabel } from './viseme-labels.js';

export type MouthTimings =
  /** Indices in `VISEMES`. */
  | { readonly kind: 'visemes'; readonly spans: readonly Span<number>[] }
  | { readonly kind: 'words'; readonly spans: readonly Span<string>[] };

/** Sounds closer than this have no pause between them. */
const PAUSE_SECONDS = 0.06;

/**
 * @returns Null for no timings or empty ones only.
 * @throws {AvatarError} `invalidTimings` for a time that is not a number, an unknown name, or a value that is not a list; the
 *   message names it.
 */
export function readTimings(manner: SpeechManner): MouthTimings | null {
  for (const kind of TIMING_KINDS) {
    const spans = readSpans(kind, manner[kind] ?? []);
    if (spans.length === 0) continue;
    return kind === 'words'
      ? { kind, spans: spans.map((span) => ({ ...span, label: String(span.label) })) }
      : { kind: 'visemes', spans: visemeSpans(kind, spans) };
  }
  return null;
}

function visemeSpans(kind: TimingKind, spans: readonly Span<unknown>[]): Span<number>[] {
  const visemes =
    kind === 'phonemes' ? visemesFromPhonemes(spans.map(({ label }) => String(label))) : spans.map(({ label }) => visemesFromLabel(label));
  const out: Span<number>[] = [];
  for (const [i, { label, startSeconds, endSeconds }] of spans.entries()) {
    const parts = visemes[i];
    if (!parts) throw invalidTimings(`${kind} has an unknown label "${String(label)}"`);
    const before = out.at(-1);
    const gap = before ? startSeconds - before.endSeconds : 0;
    if (before && gap > 0 && gap < PAUSE_SECONDS) out[out.length - 1] = { ...before, endSeconds: startSeconds };
    else if (gap > 0) out.push({ label: VISEME_INDEX.sil, startSeconds: before!.endSeconds, endSeconds: startSeconds });
    // A length mark or a tone lengthens the sound before it.
    if (parts.length === 0 && before) out[out.length - 1] = { ...out.at(-1)!, endSeconds };
    const step = (endSeconds - startSeconds) / parts.length;
    parts.forEach((viseme, k) =>
      out.push({ label: viseme, startSeconds: startSeconds + k * step, endSeconds: startSeconds + (k + 1) * step }),
    );
  }
  return out;
}
