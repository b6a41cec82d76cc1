/** A built-in avatar as the stage would pose it: rest shape + deltas, correctives included. Each is built once per process. */

import type { Avatar, FinishedPart } from '../../../characters/build-avatar.js';
import { buildAvatar } from '../../../characters/build-avatar.js';
import type { Character } from '../../../characters/character.js';
import type { Vec3 } from '../../../characters/vector.js';
import { addScaled } from '../../../characters/vector.js';

const built = new Map<Character, Avatar>();

/** Its shape; occlusion is not baked. */
export function builtAvatar(character: Character): Avatar {
  let avatar = built.get(character);
  if (!avatar) built.set(character, (avatar = buildAvatar(character, { hasOcclusion: false })));
  return avatar;
}

export function partOf(avatar: Avatar, name: string): FinishedPart {
  const part = avatar.parts.find((candidate) => candidate.part.name === name);
  if (!part) throw new Error(`no part ${name}`);
  return part;
}

/** Vertex positions, cm; a channel with weight w applies its corrective with 4w(1-w). */
export function posed({ positions, deltas }: FinishedPart, weights: Record<string, number>): Vec3[] {
  const result = [...positions];
  for (const [channel, weight] of Object.entries(weights)) {
    for (const [name, amount] of [
      [channel, weight],
      [`${channel}.mid`, 4 * weight * (1 - weight)],
    ] as const) {
      deltas.get(name)?.forEach((delta, vertex) => (result[vertex] = addScaled(result[vertex], delta, amount)));
    }
  }
  return result;
}

/** The same weight on a left and a right channel. */
export const both = (channel: string, weight: number): Record<string, number> => ({
  [`${channel}Left`]: weight,
  [`${channel}Right`]: weight,
});
