/** What is wrong with attributes, each told by its name; and what stands in for a value that cannot work. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';

export class AttributeChecks {
  /** Empty when all can work. */
  readonly errors: AvatarError[] = [];

  /** @param words What the attribute may be, with its name. */
  that(isSo: boolean, words: string): void {
    if (!isSo) this.errors.push(new AvatarError(ErrorCode.invalidConfiguration, words));
  }

  /** @param value Null for an attribute that was removed. */
  choice(attribute: string, value: string | null, known: readonly string[]): void {
    this.that(
      value === null || known.includes(value),
      `${attribute}="${value}" is not known. Use ${known.map((word) => `"${word}"`).join(', ')}.`,
    );
  }
}

/** @param value Text where a framework's template says it; null for an attribute that was removed. */
export function numberFrom(value: number | string | null, missing: number): number {
  return value === null ? missing : Number(value);
}

/** @returns `value`, or the first of `known` when it is none of them. */
export function knownOf<Word extends string>(value: string, known: readonly Word[]): Word {
  return known.includes(value as Word) ? (value as Word) : known[0];
}
