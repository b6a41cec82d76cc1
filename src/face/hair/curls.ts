/** A round cloud of tight curls: one surface with a bump for every curl. */
import type { Character, CurlsHair } from '../character.js';
import { linearFromHex } from '../colour.js';
import type { Part } from '../part.js';
import { createRandom } from '../random.js';
import { SKULL_CENTRE } from '../sculpt.js';
import type { Sculpt } from '../sculpt.js';
import { clamp, dot, lerp, normalize, scale, smoothstep, subtract } from '../vector.js';
import type { Vec3 } from '../vector.js';
import { insideHair } from './hairline.js';
import { scalpShell } from './scalp-shell.js';

const DIVISIONS = 29;
const GOLDEN_ANGLE = 2.399963;

interface Curl {
  direction: Vec3;
  /** Against its neighbours, 0.8..1.25. */
  size: number;
  seed: number;
}

export function curls(character: Character, hair: CurlsHair, sculpt: Sculpt): Part {
  const random = createRandom(character.seed + 4);
  const colour = linearFromHex(character.colours.hair);
  const all = curlsOnSphere(hair.curlCount, random);
  /** Half the distance between neighbours, radians. */
  const reach = 0.62 * Math.sqrt((4 * Math.PI) / hair.curlCount);
  return scalpShell(sculpt, DIVISIONS, (scalp, direction) => {
    const { curl, distance } = nearest(all, direction);
    const q = clamp(distance / reach);
    // Curls also make the hairline uneven.
    const inside = insideHair(hair.hairline, scalp) + 0.7 * (0.45 - q);
    const bump = hair.curlHeight * curl.size * (Math.sqrt(1 - q * q * 0.96) - 0.35) + 0.35 * (curl.seed - 0.5);
    // Full within a few cm of the hairline; below it the surface lies under the skin.
    const grown = smoothstep(-0.25, 2.6, inside) ** 0.75;
    const height = inside < -0.4 ? -0.6 : lerp(-0.45, outerRadius(hair, direction) - radiusOf(scalp) + bump, grown);
    return { height, colour: scale(colour, 0.6 + 0.75 * (1 - q) ** 1.3 + 0.35 * (curl.seed - 0.5)) };
  });
}

/** Spread evenly (spiral), a little disturbed. */
function curlsOnSphere(count: number, random: () => number): Curl[] {
  const wander = 0.45 * Math.sqrt((4 * Math.PI) / count);
  return Array.from({ length: count }, (_, i) => {
    const y = 1 - (2 * (i + 0.5)) / count;
    const ring = Math.sqrt(1 - y * y);
    const angle = i * GOLDEN_ANGLE;
    const jitter = (): number => (random() - 0.5) * wander;
    return { direction: normalize([ring * Math.cos(angle) + jitter(), y + jitter(), ring * Math.sin(angle) + jitter()]), size: lerp(0.8, 1.25, random()), seed: random() };
  });
}

function nearest(all: readonly Curl[], direction: Vec3): { curl: Curl; distance: number } {
  let best = all[0]!;
  let largest = -Infinity;
  for (const curl of all) {
    // Bigger curls claim more of the surface.
    const near = dot(curl.direction, direction) + 0.004 * (curl.size - 1);
    if (near > largest) [best, largest] = [curl, near];
  }
  return { curl: best, distance: Math.acos(clamp(dot(best.direction, direction), -1, 1)) };
}

const radiusOf = (scalp: Vec3): number => Math.hypot(...subtract(scalp, SKULL_CENTRE));

/** Distance of the cloud's surface from the skull's centre: an ellipsoid that sits a little high and back. */
function outerRadius({ volume }: CurlsHair, direction: Vec3): number {
  const centre: Vec3 = [0, 0.9, -0.2];
  const radii: Vec3 = [8.1 + 0.85 * volume, 8.6 + 0.9 * volume, 9.1 + 0.75 * volume];
  // |t·direction − centre| scaled by the radii = 1, solved for t.
  const [a, b, c] = [0, 1, 2].map((i) => [direction[i]! / radii[i]!, centre[i]! / radii[i]!] as const).reduce(
    ([aa, bb, cc], [d, o]) => [aa + d * d, bb + d * o, cc + o * o],
    [0, 0, 0],
  ) as [number, number, number];
  return (b + Math.sqrt(b * b - a * (c - 1))) / a;
}
