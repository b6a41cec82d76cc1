/** The hairline: from the forehead over temples and sideburns, past the ears, down to the nape. */

import type { Vec3 } from '../vector.js';
import { lerp, smoothstep } from '../vector.js';

export interface Hairline {
  /** Height of the hairline in the middle of the forehead, cm above the eyes, 6.8..8.6. */
  front: number;
  /** How far the temples reach back from the line between forehead and sideburn, cm, 0..1.5. */
  temple: number;
  /** Lower end of the sideburns, cm, -2.5..1. */
  sideburn: number;
  /** Lower end of the hair at the back of the neck, cm, -7..-4. */
  nape: number;
}

/** How far a point of the skin lies inside of the hair, cm; negative outside. Smooth enough to be sampled on a mesh. */
export function insideHair({ front, temple, sideburn, nape }: Hairline, [x, y, z]: Vec3): number {
  const aboveForehead = y - (front - 0.045 * x * x);
  const sideEdge = 0.75 + 0.62 * Math.max(0, y - 2.2) ** 1.12 - temple * Math.exp(-(((y - 5.4) / 1.6) ** 2));
  const behindTemple = (sideEdge - z) * 0.9;
  const lowerEnd = lerp(lerp(sideburn, 0.6, smoothstep(-0.1, -1, z)), nape, smoothstep(-2.2, -5.4, z));
  return Math.min(Math.max(aboveForehead, behindTemple), y - lowerEnd);
}

/** 0..1: how much of the scalp's colour is that of the hair; soft, so that the line is never an edge. */
export const scalpShade = (line: Hairline, point: Vec3): number => 0.9 * smoothstep(-0.25, 0.75, insideHair(line, point));
