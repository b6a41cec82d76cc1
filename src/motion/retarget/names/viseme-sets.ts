/**
 * Sets of mouth shapes for speech in common tools, with the Oculus viseme of each label.
 *
 * Labels are short and ambiguous (`A`, `Open`, `E`): without a viseme prefix, a set counts only if a model has several of its
 * labels; see `bareSetOf`.
 */
import { VISEME_INDEX as V } from '../../../shared/contracts/visemes.js';

export interface VisemeLabel {
  readonly viseme: number;
  /** 0: the label of this viseme. Where a model has several labels of one viseme, the lowest counts. */
  readonly rank: number;
}

export interface VisemeSet {
  readonly name: string;
  /** Labels as `labelOf` writes them. A label may mean two visemes. */
  readonly labels: ReadonlyMap<string, readonly VisemeLabel[]>;
  /** Labels are case-sensitive. */
  readonly isCaseSensitive?: boolean;
  /** How many of its labels a model must have before they count without a prefix. Default 3. */
  readonly least?: number;
  /** Counts only on a model whose other names are those of a face. Default: false. */
  readonly isOfFace?: boolean;
  /** Labels of which one must be among them: the others are everyday words. Default: any. */
  readonly proof?: RegExp;
}

type Labels = Readonly<Record<string, string>>;

const index = V as Readonly<Record<string, number>>;

/** @param labels Per viseme the labels, separated by spaces. */
function labelsOf(labels: Labels): Map<string, VisemeLabel[]> {
  const map = new Map<string, VisemeLabel[]>();
  for (const [viseme, list] of Object.entries(labels)) {
    list.split(' ').forEach((label, rank) => {
      // Two halves of a mouth count together.
      const shared = /(up|down)$/.test(label) ? 1 : rank;
      map.set(label, [...(map.get(label) ?? []), { viseme: index[viseme], rank: shared }]);
    });
  }
  return map;
}

export const OCULUS: VisemeSet = {
  name: 'oculus',
  labels: labelsOf({
    sil: 'sil',
    PP: 'pp',
    FF: 'ff',
    TH: 'th',
    DD: 'dd',
    kk: 'kk',
    CH: 'ch',
    SS: 'ss',
    nn: 'nn',
    RR: 'rr',
    aa: 'aa a',
    E: 'e',
    ih: 'ih i',
    oh: 'oh o',
    ou: 'ou u',
  }),
};

/** Vowels only, in the Japanese order, and in other scripts. */
export const VOWELS: VisemeSet = {
  name: 'vowels',
  labels: labelsOf({
    aa: 'a aa ah а я α अ आ',
    ih: 'i ih и ы ι इ ई',
    ou: 'u ou у ю υ उ ऊ',
    E: 'e ee eh е э ε η ए',
    oh: 'o oh о ё ο ω ओ',
    sil: 'n neutral closed',
  }),
};

/** Vowels of scripts in which a single letter is unambiguous; one is enough. */
export const SYLLABLES: VisemeSet = {
  name: 'vowels',
  least: 1,
  labels: labelsOf({
    aa: 'ア 아 啊',
    ih: 'イ 이',
    ou: 'ウ 우',
    E: 'エ 에',
    oh: 'オ 오 哦',
  }),
};

/** @see Preston Blair, "Cartoon Animation": the mouths of Papagayo, Moho and others. */
const PRESTON_BLAIR: VisemeSet = {
  name: 'preston-blair',
  least: 4,
  labels: labelsOf({
    aa: 'ai',
    E: 'e',
    oh: 'o',
    ou: 'u wq uwq w qw',
    FF: 'fv',
    nn: 'l',
    PP: 'mbp bmp mpb pbm',
    DD: 'etc cdgknrsthyz cdgknrsyz',
    kk: 'etc cdgknrsthyz cdgknrsyz',
    SS: 'etc cdgknrsthyz cdgknrsyz',
    sil: 'rest',
  }),
};

/** @see https://docs.aws.amazon.com/polly/latest/dg/viseme.html */
export const POLLY: VisemeSet = {
  name: 'polly',
  isCaseSensitive: true,
  least: 6,
  labels: labelsOf({
    sil: 'sil',
    PP: 'p',
    DD: 't',
    CH: 'S',
    TH: 'T',
    FF: 'f',
    kk: 'k',
    ih: 'i',
    RR: 'r',
    SS: 's',
    ou: 'u',
    E: 'e E @',
    aa: 'a',
    oh: 'o O',
  }),
};

/** @see https://github.com/DanielSWolf/rhubarb-lip-sync, "Mouth shapes" */
const RHUBARB: VisemeSet = {
  name: 'rhubarb',
  least: 6,
  labels: labelsOf({ PP: 'a', kk: 'b', SS: 'b', ih: 'b', E: 'c', aa: 'd', oh: 'e', ou: 'f', FF: 'g', nn: 'h', sil: 'x' }),
};

/** The fifteen visemes of Character Creator 3 and iClone. */
const REALLUSION_PAIRS: VisemeSet = {
  name: 'reallusion',
  labels: labelsOf({
    aa: 'ah',
    E: 'ae er',
    ih: 'ee ih',
    oh: 'oh',
    ou: 'woo',
    PP: 'bmp',
    FF: 'fv',
    CH: 'chj',
    kk: 'kghng',
    RR: 'r',
    SS: 'sz',
    DD: 'tldn',
    nn: 'tldn',
    TH: 'th',
    sil: 'none',
  }),
};

/** The eight basic mouths of Character Creator, from CC4 on with `V_` in front. */
export const REALLUSION: VisemeSet = {
  name: 'reallusion',
  proof: /^(explosive|dentallip|affricate|tighto|lipopen)$/,
  labels: labelsOf({
    aa: 'open',
    PP: 'explosive',
    FF: 'dentallip',
    oh: 'tighto',
    ou: 'tighto tight',
    ih: 'wide',
    E: 'wide lipopen',
    CH: 'affricate',
    SS: 'lipopen',
    sil: 'none',
  }),
};

/** Autodesk Character Generator. */
export const CHARACTER_GENERATOR: VisemeSet = {
  name: 'character-generator',
  labels: labelsOf({
    aa: 'aeaa',
    oh: 'aoa',
    E: 'axe',
    FF: 'fv',
    kk: 'h kg',
    PP: 'mbp mpb mpbup mpbdown',
    SS: 's',
    CH: 'shch',
    DD: 'tdi td',
    ou: 'uwu uhoo',
  }),
};

/** ARPAbet, as Daz's `eCTRLvAA` and others. */
const ARPABET: VisemeSet = {
  name: 'arpabet',
  least: 5,
  labels: labelsOf({
    aa: 'aa ae ah ay aw',
    E: 'eh ey',
    ih: 'ih iy y',
    oh: 'ao ow oy',
    ou: 'uh uw w',
    RR: 'er r',
    PP: 'm b p',
    FF: 'f v',
    TH: 'th dh',
    DD: 't d',
    nn: 'n l',
    kk: 'k g ng hh',
    CH: 'sh ch jh zh',
    SS: 's z',
    sil: 'sil',
  }),
};

/**
 * Ids of Azure Speech. Shapes without names are numbered as well.
 * @see https://learn.microsoft.com/azure/ai-services/speech-service/how-to-speech-synthesis-viseme
 */
const AZURE: VisemeSet = {
  name: 'azure',
  least: 20,
  isOfFace: true,
  labels: labelsOf({
    sil: '0',
    PP: '21',
    FF: '18',
    TH: '17',
    DD: '19',
    kk: '20 12',
    CH: '16',
    SS: '15',
    nn: '14',
    RR: '13 5',
    aa: '2 11 9',
    E: '4 1',
    ih: '6 11 10',
    oh: '8 3 10',
    ou: '7 9',
  }),
};

const SETS: readonly VisemeSet[] = [
  OCULUS,
  REALLUSION,
  REALLUSION_PAIRS,
  CHARACTER_GENERATOR,
  PRESTON_BLAIR,
  VOWELS,
  ARPABET,
  POLLY,
  RHUBARB,
  AZURE,
];
/** Unambiguous labels of two letters or more. */
const SURE = /^(aa|pp|oh|ou|ih|sil|dd|kk|nn|rr|ss|あ|ア|아)$/;

/** Letters and syllables of a label, as the tables above spell them. */
export function labelOf(text: string, isCaseSensitive = false): string {
  const letters = text.normalize('NFKC').replace(/[\s_.-]/g, '');
  return isCaseSensitive ? letters : letters.toLowerCase();
}

export function visemesIn(set: VisemeSet, label: string): readonly VisemeLabel[] | null {
  return set.labels.get(labelOf(label, set.isCaseSensitive)) ?? null;
}

/** The viseme of a label with a viseme prefix. */
export function visemesOfLabel(
  label: string,
  first: readonly VisemeSet[] = SETS,
): { set: VisemeSet; visemes: readonly VisemeLabel[] } | null {
  for (const set of new Set([...first, ...SETS])) {
    if (set === RHUBARB || (set === POLLY && label !== '@')) continue;
    const visemes = visemesIn(set, label);
    if (visemes) return { set, visemes };
  }
  return null;
}

/**
 * The set of labels without a prefix.
 *
 * @param labels Names without another meaning.
 * @param isFace The model's other names are those of a face, and none of them opens the mouth: one label is enough.
 */
export function bareSetOf(labels: readonly string[], isFace: boolean): VisemeSet | null {
  let best: VisemeSet | null = null;
  let most = 0;
  for (const set of SETS) {
    const found = new Set(labels.map((label) => labelOf(label, set.isCaseSensitive)).filter((label) => set.labels.has(label)));
    const { least = 3, proof, isOfFace } = set;
    if (isOfFace && !isFace) continue;
    if (found.size > most && found.size >= least && (!proof || [...found].some((label) => proof.test(label)))) {
      most = found.size;
      best = set;
    }
  }
  if (best || !isFace) return best;
  return labels.some((label) => SURE.test(labelOf(label))) ? OCULUS : null;
}
