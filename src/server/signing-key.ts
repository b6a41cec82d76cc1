/** The key that signs Session Tokens, derived from a secret. */
import { createHash, scrypt } from 'node:crypto';

export interface SigningKey {
  /** Names the key in tokens (`kid`). A hash of the derived key, so that it says no more about the secret than a signature does. */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** The key of version 0.1, whose tokens have no `kid`. */
  readonly legacyBytes: Uint8Array;
}

/** Separates the signing key from other uses of the same secret. It is the same everywhere: servers with equal secrets share tokens. */
const SALT = 'spatius-avatar session token v2';
/** RFC 7914. 32 MiB and about 0.1 s a guess, for someone who has a token and guesses a weak key. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 };

/** By the hash of the secret: a process derives a key once. */
const derived = new Map<string, Promise<SigningKey>>();

export function signingKeyFrom(secret: string): Promise<SigningKey> {
  const name = createHash('sha256').update(secret).digest('base64');
  let key = derived.get(name);
  if (!key) derived.set(name, (key = derive(secret)));
  return key;
}

async function derive(secret: string): Promise<SigningKey> {
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    scrypt(secret, SALT, 32, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });
  const id = createHash('sha256').update('kid\0').update(bytes).digest('base64url').slice(0, 12);
  return { id, bytes, legacyBytes: createHash('sha256').update(`spatius-avatar session token\0${secret}`).digest() };
}
