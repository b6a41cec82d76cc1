/** Reads a command's arguments. Everything that cannot work is an error that names what would. */
import { parseArgs } from 'node:util';

import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';

export interface CommandLine<Name extends string> {
  readonly values: { readonly [Key in Name]?: string };
  readonly positionals: readonly string[];
  /** Those of the flags that are set. */
  readonly flags: ReadonlySet<string>;
}

/**
 * Options that are no flags take a value, as `--name value` or `--name=value`; the last one counts.
 *
 * @param names Options of the command, without dashes.
 * @param flagNames Options that take no value.
 * @throws {AvatarError} `invalidConfiguration` for an unknown option, a missing value, and an argument where none is taken.
 */
export function readCommandLine<Name extends string>(
  command: string,
  args: string[],
  names: readonly Name[],
  takesPositionals = false,
  flagNames: readonly string[] = [],
): CommandLine<Name> {
  const options = {
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    ...Object.fromEntries(flagNames.map((name) => [name, { type: 'boolean' as const }])),
  };
  const values: { [Key in Name]?: string } = {};
  const positionals: string[] = [];
  const flags = new Set<string>();
  const isKnown = (name: string): name is Name => (names as readonly string[]).includes(name);
  for (const token of parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true }).tokens) {
    if (token.kind === 'option') {
      const { name, rawName, value, inlineValue } = token;
      if (flagNames.includes(name)) {
        if (inlineValue) throw invalid(`--${name} takes no value`);
        flags.add(name);
        continue;
      }
      if (!isKnown(name)) throw unknownName(`${command} has no option ${rawName}`, name, [...names, ...flagNames], '--');
      // The next option is no value; a name that begins with a dash is written with "=".
      const isMissing = !value || (!inlineValue && /^-[^\d.]/.test(value));
      if (isMissing) throw invalid(`--${name} needs a value${value ? `; for "${value}" write --${name}=${value}` : ''}`);
      values[name] = value;
    } else if (token.kind === 'positional') {
      if (!takesPositionals) throw invalid(`${command} takes options only, not "${token.value}"`);
      positionals.push(token.value);
    }
  }
  return { values, positionals, flags };
}

/** An error that names the nearest of the names that exist, or all of them when none is near. */
export function unknownName(complaint: string, name: string, names: readonly string[], prefix = ''): AvatarError {
  const distances = names.map((known) => editDistance(name.toLowerCase(), known));
  const nearest = Math.min(...distances);
  const isNear = nearest <= Math.max(1, Math.floor(name.length / 2));
  const shown = isNear ? names.filter((_, index) => distances[index] === nearest) : names;
  const list = shown.map((known) => prefix + known).join(isNear ? ' or ' : ', ');
  return invalid(`${complaint}; ${isNear ? `did you mean ${list}?` : `there are ${list}`}`);
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (isSame ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

function invalid(message: string): AvatarError {
  return new AvatarError(ErrorCode.invalidConfiguration, message);
}
