/**
 * How names of shapes and joints are read. Before another reader is set, only ARKit's shapes by their exact names and the joints of
 * the built-in avatars are known: `names/` reads everything else by its words, and only avatars that need it load it.
 */
import type { ChannelNames, JointName } from '../../shared/contracts/channel-names.js';
import { ARKIT_CHANNELS } from '../../shared/contracts/channels.js';
import type { JointReading } from './names/joint-reader.js';
import type { ShapeReading } from './names/shape-reader.js';

export interface NameReader {
  /** See `names/read-shapes.ts`. */
  readShapes(names: Iterable<string>, table?: ChannelNames): Map<string, ShapeReading>;
  /** The meaning of one shape's name, or null. */
  readShape(name: string): ShapeReading | null;
  /** Readings by index, without unknown names. */
  readJoints(names: readonly string[]): Map<number, Pick<JointReading, 'joint' | 'rank' | 'convention'>>;
  /** Whether a joint only twists the one above it. */
  isTwist(name: string): boolean;
}

/** Suffix of an in-between corrective. */
export const MID_SUFFIX = /\.mid$/i;

const JOINTS: Readonly<Record<string, JointName>> = {
  Head: 'head',
  Neck: 'neck',
  Spine2: 'chest',
  LeftEye: 'leftEye',
  RightEye: 'rightEye',
};
const CHANNELS: ReadonlyMap<string, number> = new Map(ARKIT_CHANNELS.map((name, index) => [name, index]));

function readExactShape(name: string): ShapeReading | null {
  const source = CHANNELS.get(name.replace(MID_SUFFIX, ''));
  return source === undefined ? null : { sources: [{ source, factor: 1, rank: 0 }], convention: 'ARKit' };
}

const EXACT: NameReader = {
  readShapes: (names) =>
    new Map(
      [...new Set(names)].flatMap((name) => {
        const reading = readExactShape(name);
        return reading ? [[name, reading]] : [];
      }),
    ),
  readShape: readExactShape,
  readJoints: (names) =>
    new Map(
      names.flatMap((name, index) => (Object.hasOwn(JOINTS, name) ? [[index, { joint: JOINTS[name], rank: 0, convention: 'exact' }]] : [])),
    ),
  isTwist: () => false,
};

let reader = EXACT;

export function nameReader(): NameReader {
  return reader;
}

export function useNameReader(other: NameReader): void {
  reader = other;
}

/** Whether exact names are enough for a model: all of its shapes are ARKit's, `jawOpen` among them, and it has all joints by name. */
export function hasExactNames(shapes: readonly string[], nodes: readonly string[]): boolean {
  const hasJoints = Object.keys(JOINTS).every((name) => nodes.includes(name));
  return hasJoints && shapes.includes('jawOpen') && shapes.every((name) => readExactShape(name));
}
