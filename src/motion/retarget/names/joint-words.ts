/** Vocabulary of joint names. Order, prefix and side are ignored. */
import type { JointName } from '../../../shared/contracts/channel-names.js';

/** Parts that a joint's words can mean, without the side. */
export type JointPart = 'head' | 'neck' | 'chest' | 'spine' | 'eye' | 'jaw' | 'upperArm' | 'lowerArm' | 'shoulder';

/** Phrases for each part, the best first. */
const PHRASES: Readonly<Record<JointPart, readonly string[]>> = {
  head: ['head', 'neck head', 'skull', '頭', '头', 'kopf', 'tete', 'cabeza', 'голова'],
  neck: ['neck', 'neck lower', 'neck twist', 'cervical', '首', '颈', '脖子', 'шея'],
  chest: ['upper chest', 'chest', '上半身2', '胸', 'thorax'],
  spine: ['spine', 'spine upper', 'chest lower'],
  eye: ['eye', 'eyeball', 'eye ball', 'face eye', '目', '眼', 'глаз'],
  jaw: ['jaw', 'lower jaw', 'jaw root', 'jaw bone', 'mandible', 'jaw master', 'あご', '顎', '下顎', '下巴'],
  upperArm: ['upper arm', 'arm', 'up arm', 'shldr bend', 'shldr', 'arm stretch', 'humerus', '腕', '上臂', '大臂', '肩腕'],
  lowerArm: [
    'fore arm',
    'forearm',
    'lower arm',
    'low arm',
    'elbow',
    'forearm bend',
    'fore arm bend',
    'forearm stretch',
    'arm forearm',
    'ulna',
    'radius',
    'ひじ',
    '肘',
    '小臂',
    '前臂',
  ],
  shoulder: ['shoulder'],
};

/** Ignored words before a joint's name: tools, characters and kinds of object. */
export const JOINT_PREFIXES = new Set(
  (
    'mixamorig mixamo cc base bip valve biped valvebiped def org bn bnd bind bone joint jnt jt j jb b sk skel skeleton armature rig ' +
    'character char robot avatar player genesis facial fac face adj c m x mid center centre catrig cat male female avg rp deform body human humanoid actor'
  ).split(' '),
);
/** Ignored words after a joint's name. One letter stands for the middle of the body. */
export const JOINT_SUFFIXES = new Set('jnt joint jt bone bn bnd bind def j jb sk c m x mid center centre root smplhf'.split(' '));

/** A twist joint of an arm only rotates about its own axis. */
export const TWIST = new Set(['twist', 'roll', 'tweak']);

const LEMMAS: Readonly<Record<string, string>> = {
  lwr: 'lower',
  lo: 'lower',
  uparm: 'up arm',
  upr: 'upper',
  shoulders: 'shoulder',
  shld: 'shldr',
};

const keyOf = (words: readonly string[]): string => [...new Set(words)].sort().join(' ');
const BY_KEY = new Map(
  (Object.entries(PHRASES) as [JointPart, readonly string[]][]).flatMap(([part, phrases]) =>
    phrases.map((phrase, rank) => [keyOf(phrase.split(' ')), { part, rank }] as const),
  ),
);

export const jointLemmaOf = (word: string): string => (Object.hasOwn(LEMMAS, word) ? LEMMAS[word] : word);

export function jointPhraseOf(words: readonly string[]): { part: JointPart; rank: number } | null {
  return BY_KEY.get(keyOf(words)) ?? null;
}

export const JOINT_LEXICON: ReadonlySet<string> = new Set(
  [...Object.values(PHRASES).flatMap((phrases) => phrases.flatMap((phrase) => phrase.split(' '))), 'left', 'right'].filter((word) =>
    /^[a-z]{2,}$/.test(word),
  ),
);

/** @returns The joint of a part on a side; null if a required side is missing, or a side is not allowed. */
export function jointOf(part: JointPart, side: 'left' | 'right' | null): JointName | null {
  switch (part) {
    case 'eye':
      return side && `${side}Eye`;
    case 'upperArm':
    case 'shoulder':
      return side && `${side}UpperArm`;
    case 'lowerArm':
      return side && `${side}LowerArm`;
    case 'spine':
      return side ? null : 'chest';
    default:
      return side ? null : part;
  }
}
