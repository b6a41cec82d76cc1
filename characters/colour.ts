import type { Vec3 } from './vector.js';
import { mix } from './vector.js';

/** sRGB hex (`#rrggbb`) → linear RGB, each 0..1. */
export function linearFromHex(hex: string): Vec3 {
  const channel = (offset: number): number => {
    const c = parseInt(hex.slice(offset, offset + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Blends towards each colour in turn; amounts are clamped to 0..1. */
export function layerColours(base: Vec3, layers: readonly (readonly [colour: Vec3, amount: number])[]): Vec3 {
  let result = base;
  for (const [colour, amount] of layers) result = mix(result, colour, Math.min(1, Math.max(0, amount)));
  return result;
}
