/** Whether a secret withstands guessing. */

/** Below this, a secret may be found by trying. */
export const MIN_SECRET_BITS = 128;

/** Prints a secret of 256 bits; Node is there wherever this server is. */
export const MAKE_SECRET_COMMAND = `node -p "crypto.randomBytes(32).toString('base64url')"`;

const ALPHABETS: readonly (readonly [RegExp, number])[] = [
  [/^[0-9]*$/, 10],
  [/^[0-9a-f]*$/i, 16],
  [/^[0-9a-z]*$/, 36],
  [/^[0-9A-Z]*$/, 36],
  [/^[0-9A-Za-z]*$/, 62],
];
const LARGEST_ALPHABET = 64;
const MIN_DISTINCT_CHARACTERS = 8;

/**
 * An upper bound of the entropy of a secret: that of as many random characters of the smallest alphabet that contains them.
 * A repeated text counts once.
 */
export function secretBits(secret: string): number {
  const part = secret.replace(/^(.+?)\1+$/, '$1');
  if (new Set(part).size < MIN_DISTINCT_CHARACTERS) return 0;
  const size = ALPHABETS.find(([pattern]) => pattern.test(part))?.[1] ?? LARGEST_ALPHABET;
  return part.length * Math.log2(size);
}
