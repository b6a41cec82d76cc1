/** Oculus visemes in Oculus's order, `sil` is the mouth at rest: index in this array = index in `Float32Array [frameCount, 15]`. */
export const VISEMES = ['sil', 'PP', 'FF', 'TH', 'DD', 'kk', 'CH', 'SS', 'nn', 'RR', 'aa', 'E', 'ih', 'oh', 'ou'] as const;

export type Viseme = (typeof VISEMES)[number];

export const VISEME_COUNT = VISEMES.length;

/** Viseme → index in a frame. */
export const VISEME_INDEX = Object.freeze(Object.fromEntries(VISEMES.map((name, index) => [name, index]))) as Readonly<
  Record<Viseme, number>
>;

const INDEX_BY_NAME = new Map<string, number>([
  ...VISEMES.map((name, index) => [name.toLowerCase(), index] as const),
  // Names of the last three in Ready Player Me's and other avatars.
  ['i', VISEME_INDEX.ih],
  ['o', VISEME_INDEX.oh],
  ['u', VISEME_INDEX.ou],
]);

/** @param name In any case, with or without `viseme_` before it. @returns Index in `VISEMES`, or −1. */
export function visemeFromName(name: string): number {
  return INDEX_BY_NAME.get(name.replace(/^viseme[^a-z]*/i, '').toLowerCase()) ?? -1;
}
