/**
 * Vocabulary of facial movements, with the channels they mean. The order of words is ignored:
 * `Mouth_Roll_In_Upper`, `upperLipRollIn` and `mouthRollUpper` are one shape.
 *
 * Sources: Apple's ARKit, FACS (Ekman & Friesen 1978), and the published shape lists of Character Creator, Daz, MetaHuman,
 * Mixamo, Faceshift, Roblox, SRanipal, OpenXR's XR_FB_face_tracking2, VRCFaceTracking's Unified Expressions, MB-Lab and
 * Autodesk Character Generator.
 */

/** One spelling for the forms of a word. */
const LEMMAS: Readonly<Record<string, string>> = {
  eyes: 'eye',
  eyelid: 'lid',
  eyelids: 'lid',
  lids: 'lid',
  brows: 'brow',
  eyebrow: 'brow',
  eyebrows: 'brow',
  lips: 'lip',
  cheeks: 'cheek',
  opened: 'open',
  opening: 'open',
  closed: 'close',
  closes: 'close',
  shut: 'close',
  blinking: 'blink',
  widen: 'wide',
  widened: 'wide',
  puffed: 'puff',
  puffer: 'puff',
  balloon: 'puff',
  raiser: 'raise',
  raised: 'raise',
  raises: 'raise',
  lowerer: 'drop',
  puller: 'pull',
  depressor: 'depress',
  stretcher: 'stretch',
  stretched: 'stretch',
  pressor: 'press',
  presser: 'press',
  pressed: 'press',
  tightener: 'tighten',
  wrinkler: 'wrinkle',
  scrunch: 'wrinkle',
  funneler: 'funnel',
  puckerer: 'pucker',
  purse: 'pucker',
  pout: 'pucker',
  kiss: 'pucker',
  dimpler: 'dimple',
  fwd: 'forward',
  foreward: 'forward',
  forwards: 'forward',
  thrust: 'forward',
  frowning: 'frown',
  smiling: 'smile',
  sucking: 'suck',
  outer: 'out',
  inner: 'in',
  inside: 'in',
  vert: 'up',
  top: 'upper',
  bottom: 'lower',
  together: 'close',
  sideways: 'side',
  squinting: 'squint',
  squeeze: 'squint',
  turn: 'look',
};

/** Phrases for each ARKit base, the best first; the first is Apple's own. */
const PHRASES: Readonly<Record<string, readonly string[]>> = {
  eyeBlink: ['eye blink', 'blink', 'eye close', 'lid close', 'wink', 'eye wink', 'eye blink close'],
  eyeLookDown: ['eye look down', 'eye down'],
  eyeLookIn: ['eye look in', 'eye in'],
  eyeLookOut: ['eye look out', 'eye out'],
  eyeLookUp: ['eye look up', 'eye up'],
  eyeSquint: ['eye squint', 'squint', 'lid tighten', 'eye lid tighten', 'eye squint in'],
  eyeWide: ['eye wide', 'upper lid raise', 'eye upper lid raise', 'lid raise', 'eye open'],
  jawForward: ['jaw forward', 'jaw out'],
  jawLeft: ['jaw left'],
  jawRight: ['jaw right'],
  jawOpen: ['jaw open', 'jaw drop', 'mouth open', 'jaw down', 'mouth flap', 'lip flap', 'jaw mouth open'],
  mouthClose: ['mouth close', 'lip close', 'mouth lip close', 'lip toward', 'lip toward each other'],
  mouthFunnel: ['mouth funnel', 'lip funnel', 'mouth lip funnel', 'funnel', 'mouth whistle', 'mouth whistle narrow adjust'],
  mouthPucker: ['mouth pucker', 'lip pucker', 'mouth lip pucker', 'pucker', 'mouth narrow', 'lip narrow', 'flat pucker'],
  mouthLeft: ['mouth left'],
  mouthRight: ['mouth right'],
  mouthSmile: [
    'mouth smile',
    'smile',
    'lip corner pull',
    'mouth corner pull',
    'lip corner up',
    'mouth corner up',
    'mouth smile simple',
    'mouth smile close',
    'smile close',
    'lip smile',
    'smile open',
    'mouth smile open',
    'smile full',
  ],
  mouthFrown: [
    'mouth frown',
    'frown',
    'lip corner depress',
    'mouth corner depress',
    'lip corner down',
    'mouth corner down',
    'lip frown',
    'mouth sad',
  ],
  mouthDimple: ['mouth dimple', 'dimple', 'lip dimple'],
  mouthStretch: ['mouth stretch', 'lip stretch', 'mouth wide', 'mouth lip stretch', 'mouth corner wide'],
  mouthRollLower: [
    'mouth roll lower',
    'mouth roll in lower',
    'lower lip in',
    'lower lip suck',
    'mouth lower in',
    'lower lip close',
    'lower lip roll in',
    'mouth lower lip roll in',
    'lower lip roll',
  ],
  mouthRollUpper: [
    'mouth roll upper',
    'mouth roll in upper',
    'upper lip in',
    'upper lip suck',
    'mouth upper in',
    'upper lip close',
    'upper lip roll in',
    'mouth upper lip roll in',
    'upper lip roll',
  ],
  mouthShrugLower: [
    'mouth shrug lower',
    'chin lower raise',
    'mouth raise lower',
    'jaw chin raise down',
    'chin raise',
    'mouth lower overlay',
    'chin raise lower lip',
  ],
  mouthShrugUpper: ['mouth shrug upper', 'chin upper raise', 'mouth raise upper', 'jaw chin raise up', 'chin raise upper lip'],
  mouthPress: ['mouth press', 'lip press', 'mouth lip press', 'press lip'],
  mouthLowerDown: ['mouth lower down', 'lower lip down', 'lower lip depress', 'mouth lower lip depress', 'lower lip drop'],
  mouthUpperUp: ['mouth upper up', 'upper lip up', 'upper lip raise', 'mouth upper lip raise'],
  browDown: ['brow down', 'brow drop', 'brow lower', 'brow frown'],
  browInnerUp: ['brow in up', 'brow raise in', 'brow up in', 'brow mid up'],
  browOuterUp: ['brow out up', 'brow raise out', 'brow up', 'brow raise'],
  cheekPuff: ['cheek puff', 'puff', 'cheek blow', 'mouth cheek blow', 'blow', 'mouth puff'],
  cheekSquint: ['cheek squint', 'cheek raise', 'eye cheek raise'],
  noseSneer: ['nose sneer', 'sneer', 'nose wrinkle', 'cheek sneer'],
  tongueOut: ['tongue out', 'tongue stick out'],
};

/** Shapes without halves: in another tool's words a side makes them something else. */
export const UNDIVIDED = new Set(['jawOpen', 'jawForward', 'tongueOut']);
/** Shapes that tools split into an upper and a lower half. */
export const HALVED = new Set(['eyeBlink', 'mouthFunnel', 'mouthPucker', 'mouthClose', 'mouthPress']);

/** Facial movements in Chinese and Japanese, whose words are not split. */
export const WHOLE_WORDS: Readonly<Record<string, string>> = {
  张嘴: 'jawOpen',
  張嘴: 'jawOpen',
  张口: 'jawOpen',
  口開け: 'jawOpen',
  口開き: 'jawOpen',
  微笑: 'mouthSmile',
  微笑み: 'mouthSmile',
  嘟嘴: 'mouthPucker',
  噘嘴: 'mouthPucker',
};

/** Action units of FACS and the bases that they move. */
export const ACTION_UNITS: Readonly<Record<number, readonly string[]>> = {
  1: ['browInnerUp'],
  2: ['browOuterUp'],
  4: ['browDown'],
  5: ['eyeWide'],
  6: ['cheekSquint'],
  7: ['eyeSquint'],
  8: ['mouthClose'],
  9: ['noseSneer'],
  10: ['mouthUpperUp'],
  12: ['mouthSmile'],
  14: ['mouthDimple'],
  15: ['mouthFrown'],
  16: ['mouthLowerDown'],
  17: ['mouthShrugLower'],
  18: ['mouthPucker'],
  19: ['tongueOut'],
  20: ['mouthStretch'],
  22: ['mouthFunnel'],
  24: ['mouthPress'],
  26: ['jawOpen'],
  28: ['mouthRollLower', 'mouthRollUpper'],
  29: ['jawForward'],
  34: ['cheekPuff'],
  43: ['eyeBlink'],
  45: ['eyeBlink'],
  46: ['eyeBlink'],
  63: ['eyeLookUp'],
  64: ['eyeLookDown'],
};

/** Ignored prefixes of a name: the tool, the kind of object, the mesh. */
export const SHAPE_NOISE = new Set(
  (
    'a ak arkit apple ar au aus hb bs blendshape blendshapes blend shape shapes morph morphs morphtarget target key ctrl ectrl phm pbm facs fac jnt ft ' +
    'expressions expression expr exp face facial head genesis victoria michael male female h t e c cc base body avatar wolf mesh geo geometry ' +
    'fcl div max default weight controls control'
  ).split(' '),
);

/** Ignored suffixes. */
export const SHAPE_SUFFIXES = new Set('h max div shape blendshape morph bs'.split(' '));

/** Words for the upper and the lower half. */
const VERTICAL: Readonly<Record<string, 'upper' | 'lower'>> = {
  upper: 'upper',
  up: 'upper',
  u: 'upper',
  lower: 'lower',
  down: 'lower',
  low: 'lower',
  d: 'lower',
};
/** A corner in two letters: MetaHuman's `UL`, OpenXR's `LB`. */
export const CORNERS: Readonly<Record<string, readonly [vertical: string, side: string]>> = {
  ul: ['up', 'left'],
  ur: ['up', 'right'],
  dl: ['down', 'left'],
  dr: ['down', 'right'],
  lt: ['upper', 'left'],
  rt: ['upper', 'right'],
  lb: ['lower', 'left'],
  rb: ['lower', 'right'],
};

export const lemmaOf = (word: string): string =>
  Object.hasOwn(LEMMAS, word) ? LEMMAS[word] : word === 'u' ? 'up' : word === 'd' ? 'down' : word;
export const isVertical = (word: string): boolean => Object.hasOwn(VERTICAL, word);

const keyOf = (words: readonly string[]): string => [...new Set(words)].sort().join(' ');

export interface Phrase {
  readonly base: string;
  /** 0: Apple's own words; other phrases by similarity. */
  readonly rank: number;
}

/** Phrases that mean a movement only with a side. */
const SIDED = new Set(['eye up', 'eye down', 'eye in', 'eye out', 'blow']);

const BY_KEY = new Map<string, Phrase>(
  Object.entries(PHRASES).flatMap(([base, phrases]) =>
    phrases.map((phrase, index) => [keyOf(phrase.split(' ').map(lemmaOf)), { base, rank: index }] as const),
  ),
);

/** @param words Lemmas, without sides. */
export function phraseOf(words: readonly string[], hasSide: boolean): Phrase | null {
  if (!hasSide && SIDED.has(words.join(' '))) return null;
  return BY_KEY.get(keyOf(words)) ?? null;
}

/** Words of lower-case compounds. */
export const SHAPE_LEXICON: ReadonlySet<string> = new Set(
  [
    ...Object.values(PHRASES).flatMap((phrases) => phrases.flatMap((phrase) => phrase.split(' '))),
    ...Object.keys(LEMMAS),
    ...Object.keys(VERTICAL),
    ...Object.keys(CORNERS),
    'left',
    'right',
    'side',
    'both',
  ].filter((word) => word.length > 1),
);
