/** The hairdo of `aria`: a chin-long bob with a side parting, a sweeping fringe and a few loose strands. */
import type { Character } from '../character.js';
import { linearFromHex } from '../colour.js';
import { mergeParts } from '../part.js';
import type { Part } from '../part.js';
import { createRandom } from '../random.js';
import type { Sculpt } from '../sculpt.js';
import { add, addScaled, catmullRom, clamp, DEGREES, dot, lerp, normalize, scale, smoothstep, subtract } from '../vector.js';
import type { Vec3 } from '../vector.js';
import { lockPart, pathFrame } from './lock.js';
import { hairNormal, skullDirection, StrandField } from './strand-field.js';
import type { StrandFrame } from './strand-field.js';

const LOCKS_PER_SIDE = 13;
const LOOSE_STRANDS = 14;

export function bob(character: Character, sculpt: Sculpt): Part {
  const random = createRandom(character.seed + 4);
  const field = new StrandField(character, sculpt);
  const colour = linearFromHex(character.colours.hair);
  return mergeParts([...sheetLocks(field, colour, random), ...fringe(character, field, colour, random), ...looseStrands(character, field, colour, random)]);
}

/** The body of the bob: neighbouring locks touch over the skull and part towards their tips. */
function sheetLocks(field: StrandField, colour: Vec3, random: () => number): Part[] {
  const parts: Part[] = [];
  for (const side of [1, -1] as const) {
    const widths = Array.from({ length: LOCKS_PER_SIDE }, () => 0.7 + 0.6 * random());
    const total = widths.reduce((sum, width) => sum + width, 0);
    let start = 0;
    widths.forEach((width, index) => {
      const end = start + width / total;
      const middle = (start + end) / 2;
      const half = ((end - start) / 2) * 1.08;
      const shorter = 0.05 * random();
      const level = index % 2 === 0 ? 0.07 : -0.05;
      parts.push(
        lockPart({
          frame: (across, v) => {
            // Tips gather towards the middle of their lock and are cut to a point.
            const gather = 1 - 0.5 * smoothstep(0.7, 1, v);
            const cut = 1 - (shorter + 0.07 * across * across) * smoothstep(0.5, 1, v);
            const frame = field.at(side, middle + across * half * gather * side, v * cut);
            return { ...frame, position: addScaled(frame.position, frame.normal, level * smoothstep(0.1, 0.4, v)) };
          },
          relief: (v) => 0.2 * smoothstep(0, 0.3, v) * (1 - 0.55 * smoothstep(0.75, 1, v)) + 0.05,
          thickness: (v) => 0.75 * Math.sin(Math.PI * clamp(0.25 + 0.74 * v)) + 0.03,
          rows: 20,
          columns: 5,
          backFrom: index === 0 ? 0 : 0.45,
          seed: random(),
          colour,
        }),
      );
      start = end;
    });
  }
  return parts;
}

/** A free lock through given points. */
function freeLock(points: readonly Vec3[], halfWidth: number, relief: number, colour: Vec3, seed: number, rows: number, columns: number): Part {
  const centre = (v: number): StrandFrame => {
    const position = catmullRom(points, v);
    const tangent = normalize(subtract(catmullRom(points, v + 0.02), catmullRom(points, v - 0.02)));
    const out = hairNormal(position);
    return { position, tangent, normal: normalize(addScaled(out, tangent, -dot(out, tangent))) };
  };
  const swell = (v: number): number => Math.sin(Math.PI * clamp(0.12 + 0.875 * v)) ** 0.6 * (1 - 0.2 * v) + 0.01;
  return lockPart({
    frame: pathFrame(centre, (v) => halfWidth * swell(v)),
    relief: (v) => relief * swell(v),
    thickness: (v) => relief * 0.6 * swell(v),
    rows,
    columns,
    backFrom: 0,
    seed,
    colour,
  });
}

/** Locks over the sheet's front edge: a big sweep away from the parting, a small one on the other side. */
function fringe(character: Character, field: StrandField, colour: Vec3, random: () => number): Part[] {
  const parting = character.hair.parting * DEGREES;
  const parts: Part[] = [];
  const at = (azimuth: number, elevation: number, height: number): Vec3 => field.above(skullDirection(azimuth, elevation * DEGREES), height);
  const sweep = 6;
  for (let i = 0; i < sweep; i++) {
    const f = i / (sweep - 1);
    const endAzimuth = lerp(-38, -72, f) * DEGREES;
    const end = at(endAzimuth, lerp(13, -2, f), 1 + 0.2 * f);
    const tip = add(end, [-0.75 - 0.1 * f, -3.2 - 2.4 * f, -0.9]);
    parts.push(
      freeLock(
        [
          at(parting, lerp(40, 68, f), -0.1),
          at(lerp(parting, endAzimuth, 0.3), lerp(36, 58, f), 1.25 + 0.2 * f),
          at(lerp(parting, endAzimuth, 0.68), lerp(24, 37, f), 1.35 + 0.3 * f),
          end,
          add(lerpPoint(end, tip, 0.5), [-0.25, 0, 0]),
          tip,
        ],
        1.25 + 0.25 * random(), 0.45, colour, random(), 14, 5,
      ),
    );
  }
  return parts;
}

const lerpPoint = (a: Vec3, b: Vec3, t: number): Vec3 => add(scale(a, 1 - t), scale(b, t));

/** Thin strands off the surface: cheap, and they break the outline. */
function looseStrands(character: Character, field: StrandField, colour: Vec3, random: () => number): Part[] {
  return Array.from({ length: LOOSE_STRANDS }, (_, i) => {
    const side = i % 2 === 0 ? 1 : -1;
    const azimuth = side * lerp(60, 175, random()) * DEGREES;
    const at = (share: number, elevation: number, height: number): Vec3 => field.above(skullDirection(azimuth * share, elevation * DEGREES), character.hair.volume * height);
    const hang = at(1, lerp(2, 12, random()), 1.55);
    const out = normalize([hang[0], 0, hang[2] + 1.6]);
    const drop = character.hair.drop * lerp(0.7, 1.08, random());
    const points = [
      at(0.55, lerp(62, 88, random()), 1.2),
      at(0.9, lerp(34, 52, random()), 1.75),
      hang,
      add(hang, add([0, -drop * 0.5, 0], scale(out, 0.75))),
      add(hang, add([0, -drop, 0], scale(out, -0.2 + random()))),
    ];
    return freeLock(points, 0.24 + 0.2 * random(), 0.2, colour, random(), 11, 3);
  });
}
