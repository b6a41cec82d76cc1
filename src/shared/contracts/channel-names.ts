import { ARKIT_CHANNELS, type ArkitChannel } from './channels.js';
import { AvatarError, ErrorCode } from './errors.js';
import { VISEMES, type Viseme } from './visemes.js';

/** Joints that an avatar is moved by. */
export const JOINTS = [
  'head',
  'neck',
  'chest',
  'leftEye',
  'rightEye',
  'jaw',
  'leftUpperArm',
  'leftLowerArm',
  'rightUpperArm',
  'rightLowerArm',
] as const;

export type JointName = (typeof JOINTS)[number];

/** Meaning of a shape or joint: a channel of ARKit, a viseme of Oculus, or the role of a joint. */
export type ChannelTarget = ArkitChannel | `viseme_${Viseme}` | JointName;

/**
 * Names of an avatar's shapes and joints, as the file spells them, and their meaning; null: the name means nothing.
 *
 * @example { Mund_auf: 'jawOpen', Kopf_2: 'head', jawOpen_backup: null }
 */
export type ChannelNames = Readonly<Record<string, ChannelTarget | null>>;

const TARGETS: ReadonlySet<unknown> = new Set([...ARKIT_CHANNELS, ...VISEMES.map((viseme) => `viseme_${viseme}`), ...JOINTS]);

/** Whether a meaning is a joint. */
export function isJoint(target: ChannelTarget | null): target is JointName {
  return (JOINTS as readonly unknown[]).includes(target);
}

/**
 * @returns A copy, frozen.
 * @throws {AvatarError} `invalidConfiguration` when it is no table, or an entry means nothing that an avatar has.
 */
export function checkChannelNames(names: unknown): ChannelNames {
  if (typeof names !== 'object' || names === null || Array.isArray(names)) {
    throw new AvatarError(ErrorCode.invalidConfiguration, "Channel names are an object such as { Mund_auf: 'jawOpen', Kopf_2: 'head' }");
  }
  for (const [name, target] of Object.entries(names)) {
    if (target !== null && !TARGETS.has(target)) {
      throw new AvatarError(
        ErrorCode.invalidConfiguration,
        `Channel names: "${name}" cannot mean ${JSON.stringify(target)}. Give a shape of ARKit (jawOpen), a viseme (viseme_aa), a joint (${JOINTS.join(', ')}) or null`,
      );
    }
  }
  return Object.freeze({ ...(names as ChannelNames) });
}
