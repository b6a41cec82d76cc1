/** A built-in avatar as the stage would pose it: rest shape + deltas, correctives included. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { createBlendshapes } from '../../../characters/blendshapes/index.js';
import type { Avatar, FinishedPart } from '../../../characters/build-avatar.js';
import { buildAvatar } from '../../../characters/build-avatar.js';
import type { Character } from '../../../characters/character.js';
import { LidShape } from '../../../characters/lid-shape.js';
import { MouthShape } from '../../../characters/mouth-shape.js';
import type { Vec3 } from '../../../characters/vector.js';
import { addScaled } from '../../../characters/vector.js';

type Shape = Pick<Avatar, 'parts' | 'skinMesh'>;

const built = new Map<Character, Avatar>();
const { avatarFolder } = (await import(pathToFileURL('scripts/avatar-cache.js').href)) as { avatarFolder(): Promise<string> };
const folder = await avatarFolder();

/** Its shape; occlusion is not baked. Built once for the current sources and kept beside the cached files. */
export function builtAvatar(character: Character): Avatar {
  let avatar = built.get(character);
  if (!avatar) built.set(character, (avatar = withFields(character, cachedShape(character))));
  return avatar;
}

function cachedShape(character: Character): Shape {
  const path = `${folder}/${character.name}.shape`;
  if (existsSync(path)) return deserialize(readFileSync(path)) as Shape;
  const { parts, skinMesh } = buildAvatar(character, { hasOcclusion: false });
  mkdirSync(folder, { recursive: true });
  // Renamed when it is complete: tests in other processes may read it.
  writeFileSync(`${path}.${process.pid}`, serialize({ parts, skinMesh }));
  renameSync(`${path}.${process.pid}`, path);
  return { parts, skinMesh };
}

/** Functions cannot be kept in a file; these are made in milliseconds. */
function withFields(character: Character, shape: Shape): Avatar {
  const lids = new LidShape(character);
  return { character, ...shape, lids, fields: createBlendshapes(character, new MouthShape(character), lids) };
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
    if (weight === 0) continue;
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
