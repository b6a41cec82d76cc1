/**
 * Short hair: clipped at the sides and the nape, longer on top. A surface around the skull is the clipped part; a sheet of
 * strands rises from the hairline and is brushed back and to one side over it.
 */
import type { Character, ShortHair } from '../character.js';
import { linearFromHex } from '../colour.js';
import type { Part, Strand } from '../part.js';
import { mergeParts } from '../part.js';
import { createRandom } from '../random.js';
import type { Sculpt } from '../sculpt.js';
import type { Vec3 } from '../vector.js';
import { addScaled, DEGREES, dot, gaussian, lerp, normalize, scale, smoothstep } from '../vector.js';
import { driftingLock } from './drifting-lock.js';
import type { Hairline } from './hairline.js';
import { insideHair } from './hairline.js';
import { scalpShell } from './scalp-shell.js';
import { hairSheet } from './sheet.js';
import { aboveScalp, StrandField } from './strand-field.js';

const DIVISIONS = 19;
/** Stripes of strands around the skull; even, so that they meet at the back. */
const STRIPES = 24;
const OVERLAYS = 9;
/** The sheet spans these lateral angles. */
const SPREAD = 46;

export function shortHair(character: Character, hair: ShortHair, sculpt: Sculpt): Part {
  const random = createRandom(character.seed + 4);
  const colour = linearFromHex(character.colours.hair);
  const field = topStrands(hair, sculpt);
  // Counted from the character's left to the right, strands run up and back: the side that `hairSheet` calls 1.
  const side = 1;
  const parts = [
    clippedHair(hair, sculpt, colour, random),
    hairSheet(field, { side, locks: 9, rows: 20, innerRow: 15, thickness: 0.3, notch: 0.1, colour, random }),
  ];
  for (let i = 0; i < OVERLAYS; i++) {
    const f = (i + 0.6 + 0.5 * (random() - 0.5)) / (OVERLAYS + 0.4);
    parts.push(
      driftingLock({
        field,
        side,
        f,
        drift: 0.1 * (random() - 0.4),
        halfWidth: lerp(0.045, 0.07, random()),
        from: 0.02,
        to: lerp(0.8, 1, random()),
        height: 0.16,
        colour,
        seed: random(),
        rows: 14,
        columns: 5,
      }),
    );
  }
  return mergeParts(parts);
}

function clippedHair(hair: ShortHair, sculpt: Sculpt, colour: Vec3, random: () => number): Part {
  const seeds = Array.from({ length: STRIPES }, () => random());
  const grain = random();
  return scalpShell(sculpt, DIVISIONS, (scalp, direction) => {
    const inside = insideHair(hair.hairline, scalp);
    const place = (Math.atan2(direction[0], direction[2]) / (2 * Math.PI) + 0.5) * STRIPES;
    const stripe = Math.floor(place) % STRIPES;
    const across = (place % 1) * 2 - 1;
    const tuft = lerp(seeds[stripe], seeds[(stripe + 1) % STRIPES], place % 1) - 0.5;
    // Thin at the nape and the sideburns, thicker towards the top.
    const full = lerp(0.12, 0.5, smoothstep(-4.5, 2.5, scalp[1]));
    const height = inside < -0.5 ? -0.6 : lerp(-0.14, full, smoothstep(-0.1, 1.5, inside));
    const strand: Strand = { tangent: downFrom(direction, 0.9 * tuft), across: stripe % 2 === 0 ? across : -across, seed: grain };
    return { height, cell: 0, strandIn: () => strand, colour: scale(colour, 0.85 + 0.24 * tuft) };
  });
}

/** Down and back along the skull; small differences between strands break up the shine. */
function downFrom(direction: Vec3, drift: number): Vec3 {
  const down: Vec3 = [0, -0.9, -0.5 + drift];
  return normalize(addScaled(down, direction, -dot(down, direction)));
}

/** Unit vector from the skull's centre: `lateral` towards the left ear, `pitch` over the top from the face (0) to the back (180°). */
const overTop = (lateral: number, pitch: number): Vec3 => [
  Math.sin(lateral),
  Math.cos(lateral) * Math.sin(pitch),
  Math.cos(lateral) * Math.cos(pitch),
];

/** Start of the hair at a lateral angle, going up over the head, radians. */
function hairlinePitch(line: Hairline, sculpt: Sculpt, lateral: number): number {
  let pitch = 10 * DEGREES;
  while (pitch < 80 * DEGREES && insideHair(line, sculpt.scalpPoint(overTop(lateral, pitch))) < 0.3) pitch += 0.5 * DEGREES;
  return pitch;
}

/** f = 0 above the left temple, 1 above the right one; from the hairline up, over the top and down to the back of the head. */
function topStrands({ sweep, volume, hairline }: ShortHair, sculpt: Sculpt): StrandField {
  /** Share of the way, height of a strand in the middle in units of `volume`. */
  const profile = [
    [0, -0.3],
    [0.05, 0.55],
    [0.14, 1.1],
    [0.26, 1.12],
    [0.42, 0.98],
    [0.6, 0.85],
    [0.8, 0.66],
    [1, 0.42],
  ] as const;
  return new StrandField(
    (f) => {
      const start = lerp(SPREAD, -SPREAD, f);
      // Locks begin at different heights.
      const from = hairlinePitch(hairline, sculpt, start * DEGREES) / DEGREES + 0.9 * Math.sin(f * 57) + 0.6 * Math.sin(f * 91 + 2);
      // Its edges lie below the clipped hair, its front stands up most beside the middle.
      const edge = smoothstep(-0.02, 0.24, f) * smoothstep(1.02, 0.78, f);
      const quiff = 0.55 * gaussian(start - 12, 26);
      return profile.map(([share, height]) => {
        const pitch = lerp(from, 172, share ** 1.12) - 7 * quiff * gaussian(share - 0.1, 0.1);
        const lateral = (start * (1 - 0.25 * share) - sweep * (pitch - from)) * DEGREES;
        const raised = height * volume * (1 + quiff * gaussian(share - 0.17, 0.17));
        return aboveScalp(sculpt, overTop(lateral, pitch * DEGREES), height < 0 ? -0.35 : lerp(0.1, raised, edge));
      });
    },
    0,
    1,
  );
}
