import type { Character, Glasses } from './character.js';
import { CHARACTERS } from './character.js';

type Changes<T> = T extends readonly unknown[] | string | number | null ? T : { [Key in keyof T]?: Changes<T[Key]> };

/**
 * A character as a JSON file: its differences from a built-in one. Objects are merged, other values replaced; hair of another
 * style starts from that of the built-in character with this style.
 */
export type Variant = Changes<Character> & {
  /** Name of the built-in character to start from. */
  base: string;
  /** Lower case, different from the built-in ones. */
  name: string;
};

const PLAIN_GLASSES: Glasses = { colour: '#3a2a22', roundness: 0.6, thickness: 0.17 };

/** @throws {Error} if the base is unknown, the name is not allowed, or a parameter does not exist. */
export function characterFromVariant({ base, ...changes }: Variant): Character {
  const names = CHARACTERS.map(({ name }) => name);
  const found = CHARACTERS.find(({ name }) => name === base);
  if (!found) throw new Error(`no character "${base}" to start from; there are ${names.join(', ')}`);
  if (!/^[a-z][a-z0-9-]*$/.test(changes.name) || names.includes(changes.name))
    throw new Error(`"${changes.name}" cannot be the name of a variant`);
  const style = changes.hair?.style ?? found.hair.style;
  const wearer = style === found.hair.style ? found : CHARACTERS.find(({ hair }) => hair.style === style);
  if (!wearer) throw new Error(`no hairdo "${style}"`);
  return merged(
    { ...found, hair: wearer.hair, glasses: found.glasses ?? (changes.glasses ? PLAIN_GLASSES : null) },
    changes,
    [],
  ) as Character;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function merged(base: unknown, changes: unknown, path: readonly string[]): unknown {
  // Its keys are those of the face, present or not.
  if (!isRecord(base) || !isRecord(changes) || path[0] === 'restingExpression') return changes;
  const result = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const at = [...path, key];
    if (!(key in base)) throw new Error(`no parameter ${at.join('.')}`);
    result[key] = merged(base[key], value, at);
  }
  return result;
}
