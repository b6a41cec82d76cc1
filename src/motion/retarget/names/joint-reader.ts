/**
 * Reads the names of joints: prefix, words, side, number and suffix. Every word of a name has to be known: `Jaw_Armor` and
 * `HeadTop_End` are not joints to move.
 */
import type { JointName } from '../../../shared/contracts/channel-names.js';
import { JOINT_LEXICON, JOINT_PREFIXES, JOINT_SUFFIXES, type JointPart, jointLemmaOf, jointOf, jointPhraseOf } from './joint-words.js';
import { commonPrefix, pathOf, segment, sideOf, wordsOf } from './split-name.js';

export interface JointReading {
  readonly joint: JointName;
  readonly part: JointPart;
  /** Among joints of one role the lowest rank is used. */
  readonly rank: number;
  /** Number in the name, 0 if there is none. */
  readonly number: number;
  readonly convention: string;
}

/** The Mecanim-like order of Rigify: a spine of seven, the last of which is the head. */
const RIGIFY_SPINE: Readonly<Record<number, JointName>> = { 3: 'chest', 4: 'neck', 6: 'head' };
/** Sketchfab numbers all nodes: `Head_034`. */
const NODE_NUMBER = /_\d{1,4}$/;

/** Reads a single name. */
export function readJoint(name: string): JointReading | null {
  // Blender numbers duplicates: `Head.001`.
  const path = pathOf(name);
  for (let from = 0; from < path.length; from++) {
    const reading = readWords(path.slice(from).join('.'), name);
    if (reading) return reading;
  }
  return null;
}

function readWords(text: string, whole: string): JointReading | null {
  const words = wordsOf(text).flatMap((word) => segment(word.text, JOINT_LEXICON));
  let side: 'left' | 'right' | null = null;
  let number = 0;
  let hasNumber = false;
  let noise = 0;
  const content: string[] = [];
  for (const [index, word] of words.entries()) {
    if (/^\d+$/.test(word)) {
      // mGear numbers the sides: `arm_L0_1_jnt`.
      if (content.length > 0 && !hasNumber && !/^[a-z]$/.test(words[index - 1])) {
        number = Number(word);
        hasNumber = true;
      }
      continue;
    }
    const found = sideOf(word);
    if (found === 'left' || found === 'right') {
      if (side) return null;
      side = found;
    } else if (/^[左右]/.test(word)) {
      side = word[0] === '左' ? 'left' : 'right';
      content.push(word.slice(1));
    } else if ((content.length > 0 ? JOINT_SUFFIXES : JOINT_PREFIXES).has(word)) {
      // A tool's words are prefixes or suffixes, a letter for the middle may be anywhere.
      const isWithin = content.length > 0 && words.slice(index + 1).some((later) => JOINT_LEXICON.has(later) && !sideOf(later));
      if (isWithin && word.length > 1) return null;
      noise += word === 'org' ? 20 : 1;
    } else content.push(...jointLemmaOf(word).split(' '));
  }
  if (content.length === 0) return null;
  // MMD's second upper body is a separate joint.
  const phrase = jointPhraseOf(content.join('') === '上半身' && number === 2 ? ['上半身2'] : content);
  if (!phrase) return null;
  const joint = jointOf(phrase.part, side);
  if (!joint) return null;
  return { joint, part: phrase.part, rank: rankOf(phrase, number) * 100 + noise, number, convention: conventionOf(whole) };
}

/** Chests go before spines, the highest spine before the lower ones; upper arms before shoulders, which may be collar bones. */
function rankOf({ part, rank }: { part: JointPart; rank: number }, number: number): number {
  if (part === 'spine') return 50 - Math.min(number, 20);
  if (part === 'shoulder') return 80;
  return rank + Math.min(number, 20);
}

/**
 * The joints among the nodes of a model.
 *
 * @param names In the order of the nodes.
 * @returns Readings by index in `names`; the best of each role is that with the lowest rank.
 */
export function readJoints(names: readonly string[]): Map<number, JointReading> {
  const isNumbered = names.length > 3 && names.filter((name) => NODE_NUMBER.test(name)).length > 0.6 * names.length;
  const plain = isNumbered ? names.map((name) => name.replace(NODE_NUMBER, '')) : [...names];
  const readings = new Map<number, JointReading>();
  const prefix = commonPrefix(plain);
  plain.forEach((name, index) => {
    const reading = readJoint(name) ?? (prefix && name.startsWith(prefix) ? readJoint(name.slice(prefix.length)) : null);
    // A lone `Spine` is the hips' end of it.
    if (reading && (reading.part !== 'spine' || reading.number > 0))
      readings.set(index, isNumbered ? { ...reading, convention: 'sketchfab' } : reading);
  });
  readRigifySpine(plain, readings);
  return readings;
}

function readRigifySpine(names: readonly string[], readings: Map<number, JointReading>): void {
  if ([...readings.values()].some(({ joint }) => joint === 'head')) return;
  const spine = names.map((name) => /^(DEF-|ORG-)?spine\.?(\d{3})$/i.exec(name));
  if (!spine.some((found) => found?.[2] === '006') || !spine.some((found) => found?.[2] === '005')) return;
  spine.forEach((found, index) => {
    if (!found) return;
    readings.delete(index);
    const joint = RIGIFY_SPINE[Number(found[2])];
    if (joint)
      readings.set(index, {
        joint,
        part: joint as JointPart,
        rank: /^ORG/i.test(found[1] ?? '') ? 20 : 0,
        number: 0,
        convention: 'rigify',
      });
  });
}

function conventionOf(name: string): string {
  if (/^mixamorig/i.test(name)) return 'mixamo';
  if (/^(bip0*1|bip001)/i.test(name)) return 'biped';
  if (/^valvebiped/i.test(name)) return 'source';
  if (/^cc_base/i.test(name)) return 'reallusion';
  if (/^j_(bip|adj)/i.test(name)) return 'vroid';
  if (/^(def|org)-/i.test(name)) return 'rigify';
  if (/\.x$/.test(name) || /_stretch\./.test(name)) return 'auto-rig-pro';
  if (/_[MLR]$/.test(name) && /^[A-Z][a-z]+_[MLR]$/.test(name)) return 'advanced-skeleton';
  if (/^character\d*[_:]/i.test(name)) return 'human-ik';
  if (/^facial_/i.test(name)) return 'metahuman';
  if (/[\u3040-\u30ff\u4e00-\u9fff]/.test(name)) return 'mmd';
  if (/jnt/i.test(name)) return 'maya';
  return 'words';
}
