/** A round cloud of tight curls: one surface with a bump for every curl. */
import type { Character, CurlsHair } from '../character.js';
import { linearFromHex } from '../colour.js';
import type { Part, Strand } from '../part.js';
import { createRandom } from '../random.js';
import type { Sculpt } from '../sculpt.js';
import { SKULL_CENTRE } from '../sculpt.js';
import type { Vec3 } from '../vector.js';
import { addScaled, clamp, cross, distance, dot, lerp, normalize, scale, smoothstep, subtract } from '../vector.js';
import { insideHair } from './hairline.js';
import { scalpShell } from './scalp-shell.js';

const DIVISIONS = 28;
const CANDIDATES = 6000;
/** Curvature of the strands of a curl. */
const BOW = 0.5;

interface Curl {
  middle: Vec3;
  /** Out of the cloud, unit. */
  out: Vec3;
  /** Against its neighbours, 0.8..1.25. */
  size: number;
  seed: number;
}

export function curls(character: Character, hair: CurlsHair, sculpt: Sculpt): Part {
  const random = createRandom(character.seed + 4);
  const colour = linearFromHex(character.colours.hair);
  const cloud = (scalp: Vec3, direction: Vec3): number =>
    lerp(-0.45, outerRadius(hair, direction) - radiusOf(scalp), grownness(insideHair(hair.hairline, scalp)));
  const all = curlsOn(hair, sculpt, cloud, random);
  /** Half the distance between neighbours, cm. */
  const reach = 0.62 * spacing(hair);
  return scalpShell(sculpt, DIVISIONS, (scalp, direction) => {
    const place = addScaled(scalp, direction, cloud(scalp, direction));
    const cell = nearest(all, place);
    const curl = all[cell];
    const q = clamp(distance(curl.middle, place) / reach);
    // Curls also make the hairline uneven.
    const inside = insideHair(hair.hairline, scalp) + 0.7 * (0.45 - q);
    const bump = hair.curlHeight * curl.size * (Math.sqrt(1 - q * q * 0.96) - 0.35) + 0.2 * (curl.seed - 0.5);
    // Full within a few cm of the hairline; below it the surface lies under the skin.
    const height = inside < -0.4 ? -0.6 : lerp(-0.45, outerRadius(hair, direction) - radiusOf(scalp) + bump, grownness(inside));
    const shade = 0.68 + 0.62 * (1 - q) ** 1.2 + 0.4 * (curl.seed - 0.5);
    return { height, cell, strandIn: (asked) => coil(all[asked], place, reach), colour: scale(colour, shade) };
  });
}

const grownness = (inside: number): number => smoothstep(-0.25, 2.6, inside) ** 0.75;

/** Distance between neighbours, cm: as many as would cover a whole sphere of the cloud's size. */
const spacing = ({ curlCount, volume }: CurlsHair): number => (8.6 + 0.9 * volume) * Math.sqrt((4 * Math.PI) / curlCount);

/** A curl is a spring seen from beside: bows of strands, one behind the other, each curl turned at random. */
function coil({ middle, out, seed }: Curl, place: Vec3, reach: number): Strand {
  const helper: Vec3 = Math.abs(out[1]) < 0.9 ? [0, 1, 0] : [1, 0, 0];
  const east = normalize(cross(helper, out));
  const turn = seed * 2 * Math.PI;
  const along = addScaled(scale(east, Math.cos(turn)), cross(out, east), Math.sin(turn));
  const beside = cross(out, along);
  const offset = subtract(place, middle);
  const a = dot(offset, along) / reach;
  const b = dot(offset, beside) / reach;
  return {
    tangent: normalize(addScaled(along, beside, -BOW * 2 * a)),
    across: clamp(0.8 * (b + BOW * a * a - 0.25), -1, 1),
    seed,
    isCurled: true,
  };
}

/** Distributes points evenly over the cloud, steep sides included: of many shuffled candidates those that keep their distance. */
function curlsOn(hair: CurlsHair, sculpt: Sculpt, cloud: (scalp: Vec3, direction: Vec3) => number, random: () => number): Curl[] {
  const all: Curl[] = [];
  const apart = 0.8 * spacing(hair);
  for (let i = 0; i < CANDIDATES; i++) {
    const y = 1 - 2 * random();
    const ring = Math.sqrt(1 - y * y);
    const angle = 2 * Math.PI * random();
    const direction: Vec3 = [ring * Math.cos(angle), y, ring * Math.sin(angle)];
    const scalp = sculpt.scalpPoint(direction);
    if (insideHair(hair.hairline, scalp) < -0.5) continue;
    const middle = addScaled(scalp, direction, cloud(scalp, direction));
    if (all.every((curl) => distance(curl.middle, middle) > apart))
      all.push({ middle, out: direction, size: lerp(0.8, 1.25, random()), seed: random() });
  }
  return all;
}

function nearest(all: readonly Curl[], place: Vec3): number {
  let best = 0;
  let smallest = Infinity;
  all.forEach(({ middle, size }, index) => {
    // Bigger curls claim more of the surface.
    const away = distance(middle, place) - 0.12 * (size - 1);
    if (away < smallest) [best, smallest] = [index, away];
  });
  return best;
}

const radiusOf = (scalp: Vec3): number => Math.hypot(...subtract(scalp, SKULL_CENTRE));

/** Distance of the cloud's surface from the skull's centre: an ellipsoid that sits a little high and back. */
function outerRadius({ volume }: CurlsHair, direction: Vec3): number {
  const centre: Vec3 = [0, 0.9, -0.2];
  const radii: Vec3 = [8.1 + 0.85 * volume, 8.6 + 0.9 * volume, 9.1 + 0.75 * volume];
  // |t·direction − centre| scaled by the radii = 1, solved for t.
  const [a, b, c] = [0, 1, 2]
    .map((i) => [direction[i] / radii[i], centre[i] / radii[i]] as const)
    .reduce(([aa, bb, cc], [d, o]) => [aa + d * d, bb + d * o, cc + o * o], [0, 0, 0]) as [number, number, number];
  return (b + Math.sqrt(b * b - a * (c - 1))) / a;
}
