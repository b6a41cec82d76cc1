/** Maps the viseme sets of text-to-speech services to ours. */
import { VISEME_INDEX as V, visemeFromName } from '../../shared/contracts/visemes.js';

/**
 * Amazon Polly's names, which are case-sensitive; the others equal Oculus names.
 * @see https://docs.aws.amazon.com/polly/latest/dg/viseme.html
 */
const POLLY: ReadonlyMap<unknown, number> = new Map(
  Object.entries({
    p: V.PP,
    t: V.DD,
    S: V.CH,
    T: V.TH,
    f: V.FF,
    k: V.kk,
    i: V.ih,
    r: V.RR,
    s: V.SS,
    u: V.ou,
    '@': V.E,
    a: V.aa,
    e: V.E,
    E: V.E,
    o: V.oh,
    O: V.oh,
  }),
);

/**
 * Azure's ids 0..21; diphthongs are two visemes.
 * @see https://learn.microsoft.com/azure/ai-services/speech-service/how-to-speech-synthesis-viseme
 */
const AZURE: readonly (readonly number[])[] = [
  [V.sil],
  [V.E],
  [V.aa],
  [V.oh],
  [V.E],
  [V.RR],
  [V.ih],
  [V.ou],
  [V.oh],
  [V.aa, V.ou],
  [V.oh, V.ih],
  [V.aa, V.ih],
  [V.kk],
  [V.RR],
  [V.nn],
  [V.SS],
  [V.CH],
  [V.TH],
  [V.FF],
  [V.DD],
  [V.kk],
  [V.PP],
];

/** @returns Indices in `VISEMES`, in order; null for an unknown label. */
export function visemesFromLabel(label: unknown): readonly number[] | null {
  if (typeof label === 'number') return AZURE[label] ?? null;
  if (typeof label !== 'string') return null;
  const viseme = POLLY.get(label) ?? visemeFromName(label);
  return viseme < 0 ? null : [viseme];
}
