/**
 * Reads the names of shapes: prefix, words, side, half, number and suffix, in the vocabularies of `shape-words.ts`
 * (movements of a face), `viseme-sets.ts` (mouths of speech) and `presets.ts` (whole faces). Every word of a name has to be
 * known: `Smile_Button` is not a smile.
 */
import { ARKIT_CHANNELS, type ArkitChannel, CHANNEL_INDEX } from '../../../shared/contracts/channels.js';
import { FIRST_PRESET, FIRST_VISEME } from '../morph-map.js';
import { PRESET_INDEX, type Preset, presetFromMorphName } from '../presets.js';
import {
  ACTION_UNITS,
  CORNERS,
  HALVED,
  isVertical,
  lemmaOf,
  phraseOf,
  SHAPE_LEXICON,
  SHAPE_NOISE,
  SHAPE_SUFFIXES,
  UNDIVIDED,
  WHOLE_WORDS,
} from './shape-words.js';
import { type NameWord, pathOf, segment, sideOf, wordsOf } from './split-name.js';
import { CHARACTER_GENERATOR, OCULUS, REALLUSION, SYLLABLES, type VisemeLabel, VOWELS, visemesIn, visemesOfLabel } from './viseme-sets.js';

/** One part of a shape's weight: `factor` of a source. */
export interface ShapeSource {
  /** Channel, `FIRST_VISEME` + viseme or `FIRST_PRESET` + preset. */
  readonly source: number;
  readonly factor: number;
  /** 0: the exact shape. Larger values: less similar to the meaning of the source. */
  readonly rank: number;
}

export interface ShapeReading {
  readonly sources: readonly ShapeSource[];
  /** The naming convention; `words` if only the words identify it. */
  readonly convention: string;
}

/** Ranks of partial matches: half a shape, a quarter of one, both sides in one. */
const HALF = 50;
const QUARTER = 60;
const MERGED = 100;
/** Added to the rank of visemes of another set than Oculus's: a model may have both. */
const OTHER_SET = 20;

const BY_NAME: ReadonlyMap<string, ArkitChannel> = new Map(ARKIT_CHANNELS.map((name) => [name.toLowerCase(), name]));
const DIRECTED = new Set(['jaw', 'mouth']);
/** A last part in Apple's own spelling is sufficient, with any prefix: `Ada_jawOpen`. */
const APPLE_TAIL = new RegExp(
  `[_\\s-](${ARKIT_CHANNELS.map((name) => name.replace(/^[a-z]/, (letter) => `[${letter}${letter.toUpperCase()}]`).replace(/(Left|Right)$/, (side) => `(?:${side}|_?${side[0]})`)).join('|')})$`,
);

/** Reads a single name. */
export function readShape(name: string): ShapeReading | null {
  const path = pathOf(name);
  if (path.length === 0) return null;
  // Blender numbers duplicates: `jawOpen.001`.
  if (path.length > 1 && /^\d{3}$/.test(path[path.length - 1])) path.pop();
  const tails = [path.join('.'), ...path.slice(1).map((_, index) => path.slice(index + 1).join('.'))];
  for (const tail of tails) {
    const reading = readPart(tail);
    if (reading) return reading;
  }
  const apple = APPLE_TAIL.exec(tails[tails.length - 1]);
  return apple ? readWords(wordsOf(apple[1]).map(({ text }) => text)) : null;
}

function readPart(part: string): ShapeReading | null {
  const preset = presetFromMorphName(part);
  if (preset) return presetReading(preset, /^fcl/i.test(part) ? 'vroid' : 'mmd');
  const syllable = visemesIn(SYLLABLES, part);
  if (syllable) return visemeReading(syllable, 'vowels');
  if (Object.hasOwn(WHOLE_WORDS, part)) return named([WHOLE_WORDS[part]], null, 'words');
  const words = wordsOf(part);
  return readUnit(words) ?? readViseme(words) ?? readWords(words.map(({ text }) => text));
}

/** `AU26`, `AU_26_JawDrop`, `AU12L`. A small `_r` is OpenFace's intensity, a large one the right side. */
function readUnit(words: readonly NameWord[]): ShapeReading | null {
  const at = words.findIndex(({ text }, index) => (text === 'au' || text === 'aus') && /^\d{1,2}$/.test(words[index + 1]?.text ?? ''));
  if (at < 0 || words.slice(0, at).some(({ text }) => !SHAPE_NOISE.has(text))) return null;
  const unit = Number(words[at + 1].text);
  const rest = words.slice(at + 2);
  const [first] = rest;
  if (rest.length === 1 && first.raw === 'r') return named(unitBases(unit), null, 'facs');
  const side = rest.map(({ text }) => sideOf(text)).find((found) => found !== null) ?? null;
  if (unit === 61 || unit === 62) return lookReading(unit === 61 ? 'left' : 'right', 'facs');
  if (unit === 30 && (side === 'left' || side === 'right')) return named([side === 'left' ? 'jawLeft' : 'jawRight'], null, 'facs');
  return named(unitBases(unit), side, 'facs');
}

const unitBases = (unit: number): readonly string[] => ACTION_UNITS[unit] ?? [];

function named(bases: readonly string[], side: ReturnType<typeof sideOf>, convention: string): ShapeReading | null {
  const sources = bases.flatMap((base) => sourcesOf(base, side, 1, false));
  return sources.length > 0 ? { sources, convention } : null;
}

/** The label after a viseme prefix. */
function readViseme(words: readonly NameWord[]): ShapeReading | null {
  const texts = words.map(({ text }) => text);
  const line = texts.join(' ');
  const marked =
    /^(?:(?:h expressions|head|face|body|expressions|blendshape|e ctrl|ectrl|genesis|facs|bs|ctrl|mouth|a) )*(?:(vrc v|aa vi \d+|visemes?|vis|phonemes?|phon|lip ?sync|vowels?|mth|v|lip|mouth)) (?:\d{1,2} )?(\S.*)$/.exec(
      line,
    );
  if (marked) {
    const [, marker, label] = marked;
    const raw = words
      .slice(-label.split(' ').length)
      .map((word) => word.raw)
      .join('');
    const sets = marker === 'v' ? [REALLUSION, OCULUS] : marker === 'mth' || marker === 'mouth' || marker === 'lip' ? [VOWELS] : [OCULUS];
    // `Mouth_Open` and `Lip_Open` are movements, as is everything but a vowel after these words.
    if (marker === 'mouth' || marker === 'lip') {
      const vowel = /^[^\s\d]{1,2}$/u.test(label) && !/^[lrudn]$|^[udlr][lrtb]$|^up$|^in$/.test(label) ? visemesIn(VOWELS, raw) : null;
      return vowel && visemeReading(vowel, 'vowels');
    }
    const found = visemesOfLabel(raw, sets);
    if (found)
      return visemeReading(
        found.visemes,
        marker === 'vrc v'
          ? 'vrchat'
          : marker.startsWith('aa vi')
            ? 'rocketbox'
            : texts.includes('ctrl') || texts.includes('ectrl')
              ? 'daz'
              : found.set.name,
      );
    return null;
  }
  // Autodesk Character Generator: `h_expressions.AE_AA_h`, `t_FV_h`.
  const generator = /^(?:h expressions |h teeth |t |h )+(\S.*) h$/.exec(line);
  if (!generator) return null;
  const found = visemesIn(CHARACTER_GENERATOR, generator[1].replaceAll(' ', ''));
  return found && visemeReading(found, 'character-generator');
}

/** @param words In lower case. */
function readWords(words: readonly string[]): ShapeReading | null {
  const pieces = trim(words.flatMap((word) => segment(word, SHAPE_LEXICON)));
  const convention = conventionOf(words);
  let sides: ('left' | 'right' | 'both')[] = [];
  let direction: 'left' | 'right' | null = null;
  const content: string[] = [];
  pieces.forEach((piece, index) => {
    const corner = Object.hasOwn(CORNERS, piece) ? CORNERS[piece] : null;
    if (corner) {
      content.push(corner[0]);
      sides.push(corner[1] as 'left' | 'right');
      return;
    }
    const side = sideOf(piece);
    if (!side) {
      if (index > 0 && (piece === 'c' || piece === 'm') && content.includes('brow')) content.push('in');
      else content.push(lemmaOf(piece));
    } else if (!direction && side !== 'both' && content[content.length - 1] === 'look') direction = side;
    else sides.push(side);
  });
  if (content.length === 0) return null;
  // `Jaw_Sideways_Left`, `Midmouth_Left`.
  const distinct = content.filter((word) => (word !== 'side' && word !== 'mid') || !content.some((other) => DIRECTED.has(other)));
  // `Eye_L_Look_R`, `eyeLookRightL`, `Eye_Left_Right`: which eye, and its direction.
  if (!direction && sides.length === 2 && content.every((word) => word === 'eye')) direction = sides.pop() as 'left' | 'right';
  if (direction) {
    if (!content.every((word) => word === 'eye' || word === 'look')) return null;
    const [side] = sides;
    if (side === 'left' || side === 'right')
      return { sources: sourcesOf(side === direction ? 'eyeLookOut' : 'eyeLookIn', side, 1, false), convention };
    return lookReading(direction, convention);
  }
  if (sides.length > 1) {
    if (new Set(sides).size === 1) sides = [sides[0]];
    else sides = ['both'];
  }
  const side = sides[0] ?? null;
  if (distinct.length === 1 && DIRECTED.has(distinct[0]) && (side === 'left' || side === 'right')) {
    const base = `${distinct[0]}${side === 'left' ? 'Left' : 'Right'}`;
    return { sources: sourcesOf(base, null, content.length === 1 ? 0 : 1, false), convention };
  }
  const whole = phraseOf(distinct, side !== null);
  if (whole) return finish(whole.base, side, whole.rank, false, convention);
  // `Mouth_Funnel_Up_L`, `LipPuckerUpperRight`; VRCFaceTracking moves upper and lower lip sideways one by one.
  const rest = distinct.filter((word) => !isVertical(word));
  if (rest.length === distinct.length - 1) {
    const half = phraseOf(rest, side !== null);
    if (half && HALVED.has(half.base)) return finish(half.base, side, half.rank, true, convention);
    if (
      rest.length === 1 &&
      rest[0] === 'mouth' &&
      (side === 'left' || side === 'right') &&
      !distinct.includes('up') &&
      !distinct.includes('down')
    ) {
      return finish(side === 'left' ? 'mouthLeft' : 'mouthRight', null, 1, true, convention);
    }
  }
  return null;
}

/** Both eyes in one shape. */
function lookReading(to: 'left' | 'right', convention: string): ShapeReading {
  const other = to === 'left' ? 'right' : 'left';
  const half = (source: ShapeSource): ShapeSource => ({ ...source, factor: 0.5, rank: MERGED });
  return { sources: [...sourcesOf('eyeLookOut', to, 0, false), ...sourcesOf('eyeLookIn', other, 0, false)].map(half), convention };
}

function finish(
  base: string,
  side: 'left' | 'right' | 'both' | null,
  rank: number,
  isHalf: boolean,
  convention: string,
): ShapeReading | null {
  const sources = sourcesOf(base, side, rank, isHalf);
  return sources.length > 0 ? { sources, convention: convention === 'words' && rank === 0 ? 'arkit' : convention } : null;
}

function sourcesOf(base: string, side: 'left' | 'right' | 'both' | null, rank: number, isHalf: boolean): ShapeSource[] {
  const half = isHalf ? HALF : 0;
  const channel = (name: string): number | undefined => {
    const found = BY_NAME.get(name.toLowerCase());
    return found && CHANNEL_INDEX[found];
  };
  const single = channel(base);
  if (single !== undefined) {
    if (!side || side === 'both') return [{ source: single, factor: 1, rank: rank + half }];
    if (rank > 0 && UNDIVIDED.has(base)) return [];
    return [{ source: single, factor: 1, rank: rank + (isHalf ? QUARTER : HALF) }];
  }
  const left = channel(`${base}Left`);
  const right = channel(`${base}Right`);
  if (left === undefined || right === undefined) return [];
  if (side === 'left') return [{ source: left, factor: 1, rank: rank + half }];
  if (side === 'right') return [{ source: right, factor: 1, rank: rank + half }];
  return [
    { source: left, factor: 0.5, rank: rank + half + MERGED },
    { source: right, factor: 0.5, rank: rank + half + MERGED },
  ];
}

/** Removes prefixes, numbers and suffixes. A single number after the words makes it another shape: `Smile2`. */
function trim(words: readonly string[]): string[] {
  let from = 0;
  let to = words.length;
  const isPrefix = (word: string): boolean => SHAPE_NOISE.has(word) || /^\d+$/.test(word);
  while (from < to && isPrefix(words[from])) from++;
  while (
    to > from &&
    (SHAPE_SUFFIXES.has(words[to - 1]) || /^0\d+$|^\d{3}$/.test(words[to - 1]) || (/^\d+$/.test(words[to - 1]) && words[to - 2] === 'div'))
  )
    to--;
  return words.slice(from, to);
}

function conventionOf(words: readonly string[]): string {
  const [first, second] = words;
  if ((first === 'ak' || first === 'hb' || first === 'au') && /^\d+$/.test(second ?? '')) return 'rocketbox';
  if (first === 'a' && /^\d\d$/.test(second ?? '')) return 'actorcore';
  if (words.includes('ctrl') && words.includes('expressions')) return 'metahuman';
  if (words.some((word) => /^(ectrl|ctrl|phm|facs)$/.test(word))) return 'daz';
  if (first === 'expressions' && words[words.length - 1] === 'max') return 'mb-lab';
  if ((first === 'h' || first === 't') && words[words.length - 1] === 'h') return 'character-generator';
  return 'words';
}

export function visemeReading(visemes: readonly VisemeLabel[], convention: string): ShapeReading {
  const other = convention === OCULUS.name ? 0 : OTHER_SET;
  return { sources: visemes.map(({ viseme, rank }) => ({ source: FIRST_VISEME + viseme, factor: 1, rank: rank + other })), convention };
}

function presetReading(preset: Preset, convention: string): ShapeReading {
  return { sources: [{ source: FIRST_PRESET + PRESET_INDEX[preset], factor: 1, rank: 0 }], convention };
}
