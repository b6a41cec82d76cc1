import { ARKIT_CHANNELS } from '../../src/shared/contracts/channels.js';
import type { Character } from '../character.js';
import type { LidShape } from '../lid-shape.js';
import type { MouthShape } from '../mouth-shape.js';
import type { Field } from './field.js';
import { jawFields } from './jaw.js';
import { lidFields } from './lids.js';
import { mouthFields } from './mouth.js';
import { MouthRegion } from './mouth-region.js';
import { upperFaceFields } from './upper-face.js';

/**
 * All fields of a character: the 52 ARKit channels in Apple's order, each followed by its `.mid` corrective if it has one.
 *
 * @throws {Error} when a channel has no field.
 */
export function createBlendshapes(character: Character, mouth: MouthShape, lids: LidShape): Map<string, Field> {
  const region = new MouthRegion(mouth);
  const table = { ...jawFields(region), ...mouthFields(region), ...lidFields(lids), ...upperFaceFields(character) };
  const fields = new Map<string, Field>();
  for (const channel of ARKIT_CHANNELS) {
    const field = table[channel];
    if (!field) throw new Error(`no blendshape for ${channel}`);
    fields.set(channel, field);
    const corrective = table[`${channel}.mid`];
    if (corrective) fields.set(`${channel}.mid`, corrective);
  }
  return fields;
}
