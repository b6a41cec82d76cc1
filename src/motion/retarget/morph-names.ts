import { ARKIT_CHANNELS, type ArkitChannel, CHANNEL_INDEX } from '../../shared/contracts/channels.js';

/** One part of a morph's weight: `factor` of a channel. */
export interface MorphSource {
  channel: number;
  factor: number;
  /** False for a stand-in: half a shape, both sides in one, or another tool's word. It yields to the shape itself. */
  isExact: boolean;
}

/** Names of Character Creator, Mixamo and other tools whose words differ from Apple's; all in lower case, without sides. */
const WORDS: Readonly<Record<string, string>> = {
  browraiseinner: 'browinnerup',
  browraiseouter: 'browouterup',
  browdrop: 'browdown',
  cheekraise: 'cheeksquint',
  mouthrollinupper: 'mouthrollupper',
  mouthrollinlower: 'mouthrolllower',
  mouthupupper: 'mouthupperup',
  mouthdownlower: 'mouthlowerdown',
  mouthlipsclosed: 'mouthclose',
  jawopened: 'jawopen',
  eyesblink: 'eyeblink',
  eyeclosed: 'eyeblink',
  eyesclosed: 'eyeblink',
  eyeslookup: 'eyelookup',
  eyeslookdown: 'eyelookdown',
  blink: 'eyeblink',
  eyeswide: 'eyewide',
  squint: 'eyesquint',
  smile: 'mouthsmile',
  frown: 'mouthfrown',
  mouthopen: 'jawopen',
  mouthnarrow: 'mouthpucker',
  mouthwhistlenarrowadjust: 'mouthfunnel',
  lowerlipdown: 'mouthlowerdown',
  upperlipup: 'mouthupperup',
  lowerlipin: 'mouthrolllower',
  upperlipin: 'mouthrollupper',
  midmouth: 'mouth',
  nosescrunch: 'nosesneer',
  browsdown: 'browdown',
  browsup: 'browouterup',
  cheekspuff: 'cheekpuff',
};

const CHANNEL_BY_NAME = new Map<string, ArkitChannel>(ARKIT_CHANNELS.map((name) => [name.toLowerCase(), name]));

/**
 * Reads a morph's name as ARKit channels: Apple's own spelling in any case and with any separators, `_L` / `_R` for the side,
 * halves of an undivided shape (`browInnerUpLeft`), both sides in one shape (`mouthSmile`), and a mesh's name in front.
 *
 * @returns The channels whose weighted sum is the morph's weight; empty when the name says nothing.
 */
export function channelsFromMorphName(name: string): MorphSource[] {
  const whole = lookUp(name);
  if (whole.length > 0) return whole;
  // "head.eyeBlinkLeft", "blendShape1|jawOpen"
  const tail = name.split(/[.:|/]/).pop()!;
  return tail === name ? [] : lookUp(tail);
}

function lookUp(name: string): MorphSource[] {
  const { base, side } = splitSide(name);
  const word = WORDS[base] ?? base;
  const isOwnWord = word === base;
  const source = (channel: ArkitChannel, factor: number, isExact: boolean): MorphSource => ({
    channel: CHANNEL_INDEX[channel],
    factor,
    isExact,
  });
  const sided = side && CHANNEL_BY_NAME.get(word + side);
  if (sided) return [source(sided, 1, isOwnWord)];
  // Half of a shape that ARKit has as one, or the shape itself.
  const single = CHANNEL_BY_NAME.get(word);
  if (single && (isOwnWord || !side)) return [source(single, 1, isOwnWord && !side)];
  const left = CHANNEL_BY_NAME.get(`${word}left`);
  const right = CHANNEL_BY_NAME.get(`${word}right`);
  return !side && left && right ? [source(left, 0.5, false), source(right, 0.5, false)] : [];
}

/** Lower-case letters of a name and its side, wherever the tool at hand puts that: `Eye_L_Look_Up`, `eyeLookUp_L`. */
function splitSide(name: string): { base: string; side: 'left' | 'right' | null } {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== '');
  let side: 'left' | 'right' | null = null;
  const rest = words.filter((word, i) => {
    const found = word === 'l' || word === 'left' ? 'left' : word === 'r' || word === 'right' ? 'right' : null;
    if (!found || i === 0) return true;
    side = found;
    return false;
  });
  let base = rest.join('');
  if (!side) {
    // All-lower-case names hide the side in the word.
    const match = /^(.+?)(left|right)$/.exec(base);
    if (match) {
      base = match[1];
      side = match[2] as 'left' | 'right';
    }
  }
  return { base, side };
}

/** `eyeBlinkLeft` is `eyeBlink` on the left; `mouthLeft` is a shape of its own. */
export function splitChannelSide(channel: ArkitChannel): { base: string; side: 'Left' | 'Right' | null } {
  const match = /^(.+)(Left|Right)$/.exec(channel);
  if (!match || match[1] === 'mouth' || match[1] === 'jaw') return { base: channel, side: null };
  return { base: match[1], side: match[2] as 'Left' | 'Right' };
}
