/** Short hair: close at the sides and the nape, longer on top and brushed back and to one side from a raised front. */
import type { Character, ShortHair } from '../character.js';
import { linearFromHex } from '../colour.js';
import { mergeParts } from '../part.js';
import type { Part } from '../part.js';
import { createRandom } from '../random.js';
import type { Sculpt } from '../sculpt.js';
import { addScaled, clamp, DEGREES, dot, gaussian, lerp, normalize, scale, smoothstep, subtract } from '../vector.js';
import type { Vec3 } from '../vector.js';
import { insideHair } from './hairline.js';
import { lockPart } from './lock.js';
import { scalpShell } from './scalp-shell.js';
import { aboveScalp } from './strand-field.js';

const DIVISIONS = 24;
/** Lateral width of a lock of the surface, radians. */
const LOCK_WIDTH = 8 * DEGREES;

/** Unit vector from the skull's centre: `lateral` towards the left ear, `pitch` over the top from the face (0) to the back (180°). */
const overTop = (lateral: number, pitch: number): Vec3 => [Math.sin(lateral), Math.cos(lateral) * Math.sin(pitch), Math.cos(lateral) * Math.cos(pitch)];

export function shortHair(character: Character, hair: ShortHair, sculpt: Sculpt): Part {
  const random = createRandom(character.seed + 4);
  const colour = linearFromHex(character.colours.hair);
  const seeds = Array.from({ length: 64 }, () => random());
  const shell = scalpShell(sculpt, DIVISIONS, (scalp, direction) => {
    const inside = insideHair(hair.hairline, scalp);
    const lateral = Math.asin(clamp(direction[0], -1, 1));
    const pitch = pitchOf(direction);
    const place = strandOf(hair, lateral, pitch) / LOCK_WIDTH + 32;
    const index = clamp(Math.floor(place), 0, 62);
    const across = (place - index) * 2 - 1;
    // The mesh does not follow the locks: their colours run into each other.
    const shade = lerp(seeds[index]!, seeds[index + 1]!, smoothstep(-1, 1, across));
    const top = topness(direction);
    const grown = smoothstep(-0.2, lerp(1.6, 3.6, top), inside);
    const groove = top * 0.3 * ((1 - Math.abs(across) ** 2) - 0.5);
    const height = inside < -0.5 ? -0.6 : lerp(-0.3, lerp(lerp(0.14, 0.42, smoothstep(-4.5, 1, scalp[1])), topHeight(hair, pitch), top) + groove, grown);
    const tangent = flow(hair, direction, top);
    return { height, strand: { tangent, across: index % 2 === 0 ? across : -across, seed: seeds[63]! }, colour: scale(colour, lerp(0.8, 0.9, top) + 0.5 * top * (shade - 0.5) - 0.12 * top * across * across) };
  });
  return mergeParts([shell, ...locks(hair, sculpt, colour, random)]);
}

/** Inverse of `overTop`, -90°..270°: the cut lies under the chin. */
function pitchOf([, y, z]: Vec3): number {
  const pitch = Math.atan2(y, z);
  return pitch < -Math.PI / 2 ? pitch + 2 * Math.PI : pitch;
}

/** 1 on top of the head, 0 at the sides, the nape and the temples. */
function topness(direction: Vec3): number {
  const side = 1 - smoothstep(0.6, 0.88, Math.abs(direction[0]));
  return side * smoothstep(-0.55, 0.45, direction[1] + 0.25 * Math.max(0, -direction[2]));
}

const topHeight = ({ volume }: ShortHair, pitch: number): number => volume * lerp(0.45, 0.95, smoothstep(36, 60, pitch / DEGREES));

/** The lateral angle at which the strand through a place starts at the front. */
const strandOf = ({ sweep }: ShortHair, lateral: number, pitch: number): number => lateral + sweep * (pitch - Math.PI / 2);

/** Root → tip: back and aside on top, down and back at the sides. */
function flow({ sweep }: ShortHair, direction: Vec3, top: number): Vec3 {
  const lateral = Math.asin(clamp(direction[0], -1, 1));
  const pitch = pitchOf(direction);
  const ahead = subtract(overTop(lateral - sweep * 0.02, pitch + 0.02), overTop(lateral, pitch));
  const down: Vec3 = [0, -0.9, -0.5];
  const mixed = addScaled(scale(normalize(ahead), top), normalize(addScaled(down, direction, -dot(down, direction))), 1 - top);
  return normalize(addScaled(mixed, direction, -dot(mixed, direction)));
}

/** Locks on top in three rows, front to back; each comes out between those behind it. */
function locks(hair: ShortHair, sculpt: Sculpt, colour: Vec3, random: () => number): Part[] {
  const rows = [
    { count: 9, spread: 38, from: 38, to: 115, rise: 0.75, width: 8 },
    { count: 8, spread: 34, from: 46, to: 132, rise: 0.5, width: 8 },
    { count: 7, spread: 42, from: 88, to: 164, rise: 0.2, width: 8.5 },
  ];
  return rows.flatMap(({ count, spread, from, to, rise, width }) =>
    Array.from({ length: count }, (_, i) => {
      const start = lerp(-spread, spread, (i + 0.5 + 0.5 * (random() - 0.5)) / count);
          // Roots stay inside of the surface, whose front edge falls to the temples.
      const first = from - 0.005 * start * start + 3 * (random() - 0.5);
      const last = to + 10 * (random() - 0.5);
      return lock(hair, sculpt, { start: start * DEGREES, from: first * DEGREES, to: last * DEGREES, rise: rise * lerp(0.85, 1.2, random()), width: width * lerp(0.8, 1.15, random()) * DEGREES, bend: 0.25 * (random() - 0.5), seed: random(), colour });
    }),
  );
}

interface LockOptions {
  /** Lateral angle of the root. */
  start: number;
  from: number;
  to: number;
  /** How much it stands up at its root. */
  rise: number;
  width: number;
  bend: number;
  seed: number;
  colour: Vec3;
}

function lock(hair: ShortHair, sculpt: Sculpt, { start, from, to, rise, width, bend, seed, colour }: LockOptions): Part {
  const swell = (v: number): number => Math.sin(Math.PI * clamp(0.06 + 0.93 * v)) ** 0.75 + 0.004;
  const at = (across: number, v: number): Vec3 => {
    const pitch = lerp(from, to, v);
    const lateral = start - (hair.sweep + bend * v) * (pitch - from) + across * width * swell(v);
    const risen = smoothstep(0, 0.12, v);
    const stand = rise * hair.volume * (0.95 * gaussian(v - 0.3, 0.24) + 0.1) * gaussian(start, 48 * DEGREES);
    const direction = overTop(lateral, pitch);
    const height = lerp(-0.3, lerp(0.3, topHeight(hair, pitch) + 0.1 + stand, topness(direction)), risen) * (1 - 0.25 * smoothstep(0.75, 1, v)) - 0.28 * across * across * swell(v);
    return aboveScalp(sculpt, direction, height);
  };
  return lockPart({
    frame: (across, v) => {
      // Columns run towards the right ear: then the front is wound counter-clockwise from outside.
      const position = at(-across, v);
      const tangent = normalize(subtract(at(-across, v + 0.02), at(-across, v - 0.02)));
      const out = normalize(subtract(position, [0, 2.2, -1.6]));
      return { position, tangent, normal: normalize(addScaled(out, tangent, -dot(out, tangent))) };
    },
    relief: (v) => 0.24 * swell(v),
    thickness: (v) => 0.3 * swell(v),
    rows: 12,
    columns: 5,
    backFrom: 0.6,
    seed,
    colour: scale(colour, 1.15),
  });
}
