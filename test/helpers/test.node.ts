/** One vocabulary for tests that run in Node and in the browser alike; here, Node's own test runner behind it. */
export { after, afterEach, before, beforeEach, describe, it } from 'node:test';
export { assert, expect } from 'chai';

/** A file of the repository, by its path from the root. */
export async function readRepositoryFile(path: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises');
  return new Uint8Array(await readFile(path));
}
