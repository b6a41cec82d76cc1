/**
 * A bob with a side parting. Two closed sheets give the volume; drifting locks, a sweeping fringe and a few loose strands break
 * up the regularity.
 */
import type { BobHair, Character } from '../character.js';
import { linearFromHex } from '../colour.js';
import type { Part } from '../part.js';
import { mergeParts } from '../part.js';
import { createRandom } from '../random.js';
import type { Sculpt } from '../sculpt.js';
import { lerp } from '../vector.js';
import { fringeStrands, sideStrands } from './bob-strands.js';
import { driftingLock } from './drifting-lock.js';
import { hairSheet } from './sheet.js';

/** Unevenness of the tips, and length of a strand on the skull, cm. */
const NOTCH = 0.75;
const SKULL_LENGTH = 12;
const OVERLAYS_PER_SIDE = 5;
/** Longer hair than this reaches below the chin, cm. */
const CHIN_LONG = 10;
const LOOSE_PER_SIDE = 3;
const FRINGE_OVERLAYS = 3;

export function bob(character: Character, hair: BobHair, sculpt: Sculpt): Part {
  const random = createRandom(character.seed + 4);
  const colour = linearFromHex(character.colours.hair);
  const parts: Part[] = [];
  // Tips are as uneven in long hair as in short hair.
  const notch = NOTCH / (SKULL_LENGTH + hair.drop);
  for (const side of [1, -1] as const) {
    const field = sideStrands(hair, sculpt, side);
    parts.push(hairSheet(field, { side, locks: 10, rows: 22, innerRow: 8, thickness: 0.8, notch, colour, random }));
    const over = { field, side, colour };
    for (let i = 0; i < OVERLAYS_PER_SIDE; i++) {
      const f = (i + 0.7 + 0.4 * (random() - 0.5)) / OVERLAYS_PER_SIDE;
      parts.push(
        driftingLock({
          ...over,
          f,
          drift: 0.08 * random(),
          halfWidth: 0.045,
          from: 0.06,
          to: 0.82 + 0.1 * random(),
          height: 0.2,
          seed: random(),
          rows: 15,
          columns: 5,
        }),
      );
    }
    for (let i = 0; i < LOOSE_PER_SIDE; i++) {
      parts.push(
        driftingLock({
          ...over,
          f: lerp(0.1, 0.95, random()),
          drift: 0.08 * (random() - 0.5),
          halfWidth: 0.016,
          from: 0.3,
          to: 0.93,
          height: 0.26,
          seed: random(),
          rows: 10,
          columns: 3,
        }),
      );
    }
  }
  // The bigger half of the hair lies away from the parting.
  const side = hair.parting > 0 ? -1 : 1;
  const field = fringeStrands(hair, sculpt, side);
  parts.push(hairSheet(field, { side, locks: 4, rows: 16, innerRow: 8, thickness: 0.4, notch: 0.18, colour, random }));
  for (let i = 0; i < FRINGE_OVERLAYS; i++) {
    parts.push(
      driftingLock({
        field,
        side,
        f: 0.1 + 0.3 * i,
        drift: -0.12 + 0.1 * i,
        halfWidth: 0.11,
        from: 0.03,
        to: lerp(0.86, 1, random()),
        height: 0.22,
        colour,
        seed: random(),
        rows: 14,
        columns: 5,
      }),
    );
  }
  // Hair over the neck bends with it, otherwise it would pass through the shoulders.
  return { ...mergeParts(parts), binding: hair.drop > CHIN_LONG ? 'neck' : 'Head' };
}
