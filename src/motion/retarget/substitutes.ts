/** Substitutes for shapes that an avatar does not have: the nearest that it can show. */
import { type ArkitChannel, CHANNEL_INDEX } from '../../shared/contracts/channels.js';
import { VISEME_INDEX as V } from '../../shared/contracts/visemes.js';
import { splitChannelSide } from './morph-names.js';

/** For each channel, without its side, the channels that can replace it, best first, and their weights. */
const NEAREST: Readonly<Record<string, readonly Readonly<Record<string, number>>[]>> = {
  mouthFunnel: [{ mouthPucker: 0.7 }],
  mouthPucker: [{ mouthFunnel: 0.7 }],
  mouthPress: [{ mouthRollUpper: 0.4, mouthRollLower: 0.4 }, { mouthRollLower: 0.5 }, { mouthShrugLower: 0.4 }],
  mouthRollLower: [{ mouthPress: 0.6 }],
  mouthRollUpper: [{ mouthPress: 0.5 }],
  mouthStretch: [{ mouthDimple: 0.7 }, { mouthSmile: 0.4 }],
  mouthDimple: [{ mouthStretch: 0.5 }, { mouthSmile: 0.3 }],
  mouthSmile: [{ mouthDimple: 0.9 }, { cheekSquint: 0.5 }],
  mouthUpperUp: [{ noseSneer: 0.5 }],
  noseSneer: [{ mouthUpperUp: 0.3 }],
  mouthShrugUpper: [{ mouthUpperUp: 0.3 }],
  mouthShrugLower: [{ mouthPress: 0.3 }],
  eyeSquint: [{ cheekSquint: 0.6 }, { eyeBlink: 0.25 }],
  cheekSquint: [{ eyeSquint: 0.6 }],
  browInnerUp: [{ browOuterUp: 0.7 }],
  browOuterUp: [{ browInnerUp: 0.7 }],
};

export interface Substitute {
  channel: number;
  factor: number;
}

/**
 * @param channel One that the avatar cannot show.
 * @param isShown Whether it can show another.
 * @returns The channels whose morphs take its weight; empty if nothing is near enough.
 */
export function substitutesFor(channel: ArkitChannel, isShown: (channel: number) => boolean): Substitute[] {
  const { base, side } = splitChannelSide(channel);
  for (const parts of NEAREST[base] ?? []) {
    const found = Object.entries(parts).map(([name, factor]) => onSide(name, side, factor));
    if (found.every((part) => part.every((one) => isShown(one.channel)))) return found.flat();
  }
  return [];
}

/** A pair replaces a central shape by both halves; a central shape replaces one side by half of it. */
function onSide(name: string, side: 'Left' | 'Right' | null, factor: number): Substitute[] {
  const index = CHANNEL_INDEX as Readonly<Record<string, number>>;
  const middle = index[name];
  if (middle !== undefined) return [{ channel: middle, factor: side ? factor / 2 : factor }];
  return (side ? [side] : ['Left', 'Right']).map((one) => ({ channel: index[name + one], factor }));
}

/**
 * For each viseme that `visemesFromChannels` makes the ones that can take its place, the best first, and their weights:
 * sets of other tools have fewer mouths. Closed lips are not approximated.
 */
export const VISEME_SUBSTITUTES: readonly (readonly [
  viseme: number,
  substitutes: readonly (readonly [viseme: number, factor: number])[],
])[] = [
  [
    V.CH,
    [
      [V.ou, 0.7],
      [V.oh, 0.5],
      [V.SS, 0.6],
    ],
  ],
  [
    V.aa,
    [
      [V.oh, 0.9],
      [V.E, 0.9],
      [V.ih, 0.7],
    ],
  ],
  [
    V.E,
    [
      [V.ih, 0.8],
      [V.aa, 0.6],
    ],
  ],
  [
    V.ih,
    [
      [V.E, 0.8],
      [V.SS, 0.7],
      [V.aa, 0.4],
    ],
  ],
  [
    V.oh,
    [
      [V.ou, 0.8],
      [V.aa, 0.7],
    ],
  ],
  [
    V.ou,
    [
      [V.oh, 0.8],
      [V.aa, 0.35],
    ],
  ],
];
