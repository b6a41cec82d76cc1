/** Hair by style. */
import type { Character } from '../character.js';
import type { Part } from '../part.js';
import type { Sculpt } from '../sculpt.js';
import type { Vec3 } from '../vector.js';
import { DEGREES, gaussian, smoothstep } from '../vector.js';
import { bob } from './bob.js';
import { curls } from './curls.js';
import { scalpShade } from './hairline.js';
import { shortHair } from './short.js';

export function hairdo(character: Character, sculpt: Sculpt): Part {
  const { hair } = character;
  if (hair.style === 'bob') return bob(character, hair, sculpt);
  return hair.style === 'short' ? shortHair(character, hair, sculpt) : curls(character, hair, sculpt);
}

/** 0..1: scalp below the hair is painted in its colour, so that no gap between locks shines. */
export function underHair({ hair }: Character, point: Vec3): number {
  if (hair.style !== 'bob') return scalpShade(hair.hairline, point);
  const [x, y, z] = point;
  // It reaches down into the parting.
  const hairline = 8.2 - 0.035 * x * x - 0.75 * gaussian(x - 8.3 * Math.sin(hair.parting * DEGREES), 0.8);
  const front = smoothstep(-0.5, 0.7, y - hairline + Math.max(0, 2.2 - z) * 2.4);
  return front * smoothstep(-3.5, -1.5, y + Math.max(0, -z) * 0.55);
}
