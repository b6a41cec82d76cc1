import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { pcmPieces } from '../../../src/relay/pcm-pieces.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const CHUNK_BYTES = 64 * 1024;
const CHUNKS = 1000;

/** A text-to-speech service that never ends. */
async function* speech(): AsyncGenerator<Uint8Array> {
  for (;;) yield new Uint8Array(CHUNK_BYTES);
}

describe('The pieces of a speech', () => {
  it('are let go of once they are taken, however long the speech is', async () => {
    const { signal } = new AbortController();
    const pieces = pcmPieces(speech(), 16000, signal);
    let byteCount = 0;
    while (byteCount < CHUNKS * CHUNK_BYTES) byteCount += (await pieces.next()).value!.length;
    collect();
    assert.ok(process.memoryUsage().arrayBuffers < (CHUNKS * CHUNK_BYTES) / 4);
    await pieces.return(undefined);
  });

  it('end at once when the signal aborts, also while the source hangs, and let go of the source', async () => {
    let isLetGo = false;
    const source: AsyncIterator<Uint8Array> = {
      next: () => new Promise(() => undefined),
      return: async () => {
        isLetGo = true;
        return { done: true, value: undefined };
      },
    };
    const abortion = new AbortController();
    const next = pcmPieces({ [Symbol.asyncIterator]: () => source }, 16000, abortion.signal).next();
    abortion.abort();
    assert.equal((await next).done, true);
    assert.ok(isLetGo);
  });
});
