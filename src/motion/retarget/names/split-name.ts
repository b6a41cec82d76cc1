/**
 * Splits the name of a shape or a joint into words. Handles camelCase, snake_case, spaces, dots, colons, digits and
 * full-width characters.
 */

export interface NameWord {
  /** Lower case. */
  readonly text: string;
  /** As written; Polly's visemes differ only in case. */
  readonly raw: string;
}

/** Daz Studio's prefixes have no separator: `eCTRLMouthOpen`, `PHMEyesClosed`, `eCTRLvAA`. */
const GLUED_PREFIX = /(?:e?(?:CTRL|JCM)|PHM|PBM|pJCM)(?=[A-Za-z])/g;
/** The two ends of a dial, `Up-Down`: weight 1 is the first. */
const DIAL_END = /([a-z])-[A-Z][a-z]+(?=[LR]?(?:_|$))/g;
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|@|[^ -~\s]+/g;

/** Longer names are not read: the time that it takes grows with the square of the length. */
const MAX_NAME_LENGTH = 200;

/** Parts of a path: mesh, namespace or node in front of the name (`Wolf3D_Head.jawOpen`, `rig:Head`, `Genesis9__facs_…`). */
export function pathOf(name: string): string[] {
  if (name.length > MAX_NAME_LENGTH) return [];
  return name
    .normalize('NFKC')
    .split(/[.:|/]|__+/)
    .filter((part) => /[^\s_-]/.test(part));
}

export function wordsOf(text: string): NameWord[] {
  const spaced = text.normalize('NFKC').replace(DIAL_END, '$1').replace(GLUED_PREFIX, '$&_');
  return (spaced.match(WORD) ?? []).map((raw) => ({ raw, text: raw.toLowerCase() }));
}

/**
 * Splits a lower-case compound (`mouthsmileleft`, `leye`) into known words.
 *
 * @param lexicon Words, each of two letters or more.
 * @returns The words, or the whole word if it cannot be split completely.
 */
export function segment(word: string, lexicon: ReadonlySet<string>): string[] {
  if (word.length < 4 || lexicon.has(word) || !/^[a-z]+$/.test(word)) return [word];
  return cut(word, lexicon, 0, new Map()) ?? [word];
}

/** A side of one letter is at the start or at the end. */
function cut(word: string, lexicon: ReadonlySet<string>, from: number, known: Map<number, string[] | null>): string[] | null {
  if (from === word.length) return [];
  const memo = known.get(from);
  if (memo !== undefined) return memo;
  let found: string[] | null = null;
  for (let to = word.length; to > from && !found; to--) {
    const piece = word.slice(from, to);
    const isSide = (piece === 'l' || piece === 'r') && (from === 0 || to === word.length);
    if (!isSide && !lexicon.has(piece)) continue;
    const rest = cut(word, lexicon, to, known);
    if (rest) found = [piece, ...rest];
  }
  known.set(from, found);
  return found;
}

/** Left, right, or both in one name; null if the word is not a side. */
export function sideOf(word: string): 'left' | 'right' | 'both' | null {
  switch (word) {
    case 'l':
    case 'left':
    case 'lft':
    case '左':
      return 'left';
    case 'r':
    case 'right':
    case 'rgt':
    case '右':
      return 'right';
    case 'lr':
    case 'rl':
    case 'both':
      return 'both';
    default:
      return null;
  }
}

/** Smallest share of names with a prefix for it to count as common. */
const PREFIX_SHARE = 0.6;
/** The same for a word that may belong to the shape's name, such as `mouth_`. */
const WORD_SHARE = 0.95;

/**
 * Common prefix of most of a model's names: the name of the character or of its mesh (`Ada_jawOpen`, `Ada_eyeBlinkLeft`), then
 * a tag of the tool (`face_shapes.ai_jawOpen`).
 *
 * @param isWord Whether a word has a meaning in such names. Default: all have.
 * @returns The prefix, or an empty string.
 */
export function commonPrefix(names: readonly string[], isWord: (word: string) => boolean = () => true): string {
  const first = mostCommonPrefix(names, () => PREFIX_SHARE);
  let prefix = first;
  for (let found = first; found; prefix += found) {
    const rests = names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    found = mostCommonPrefix(rests, (word) => (isWord(word) ? WORD_SHARE : PREFIX_SHARE));
  }
  return prefix;
}

function mostCommonPrefix(names: readonly string[], shareOf: (word: string) => number): string {
  const counts = new Map<string, number>();
  for (const name of new Set(names)) {
    if (name.length > MAX_NAME_LENGTH) continue;
    const prefix = /^[^\s_:.|-]+[\s_:.|-]+/.exec(name)?.[0];
    if (prefix && prefix.length < name.length) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  const [best, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
  const word = best.replace(/[\s_:.|-]+$/, '').toLowerCase();
  return count < 3 || count < shareOf(word) * new Set(names).size ? '' : best;
}
