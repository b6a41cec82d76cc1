/** One vocabulary for tests that run in Node and in the browser alike; here, the browser runner's mocha globals behind it. */
export { assert, expect } from 'chai';

const { describe, it, before, after, beforeEach, afterEach } = globalThis;

export { after, afterEach, before, beforeEach, describe, it };

/** A file of the repository, by its path from the root. */
export async function readRepositoryFile(path: string): Promise<Uint8Array> {
  const response = await fetch(`/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
