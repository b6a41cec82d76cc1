import { type ArkitChannel, CHANNEL_COUNT } from '../../shared/contracts/channels.js';
import { nameReader } from './name-reader.js';

/** One part of a morph's weight: `factor` of a channel. */
export interface MorphSource {
  channel: number;
  factor: number;
  /** 0: the exact shape; more for another tool's name, half a shape, both sides in one. The lowest rank of a channel is used. */
  rank: number;
}

/** @returns The ARKit channels whose weighted sum is the weight of a morph of this name; empty for an unknown name. */
export function channelsFromMorphName(name: string): MorphSource[] {
  const sources = nameReader().readShape(name)?.sources ?? [];
  return sources.filter(({ source }) => source < CHANNEL_COUNT).map(({ source, factor, rank }) => ({ channel: source, factor, rank }));
}

/** `eyeBlinkLeft` is `eyeBlink` on the left; `mouthLeft` is a shape of its own. */
export function splitChannelSide(channel: ArkitChannel): { base: string; side: 'Left' | 'Right' | null } {
  const match = /^(.+)(Left|Right)$/.exec(channel);
  if (!match || match[1] === 'mouth' || match[1] === 'jaw') return { base: channel, side: null };
  return { base: match[1], side: match[2] as 'Left' | 'Right' };
}
