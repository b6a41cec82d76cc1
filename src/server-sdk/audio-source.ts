/** Audio of any supported source → byte chunks, one at a time. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';

/** PCM (or Ogg Opus) bytes, whole or as they come: an iterable, a web `ReadableStream` or a Node stream. */
export type AudioSource = Uint8Array | ArrayBuffer | Iterable<Uint8Array> | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/** Reads the chunks of a source one by one. */
export interface ChunkReader {
  /** @throws {AvatarError} `invalidAudioInput` for a chunk that is no bytes, such as text or numbers; otherwise the error of the source. */
  next(): Promise<Uint8Array | null>;
  /** Ends the source early; a pending `next()` may stay unsettled. */
  stop(): void;
}

/** @throws {AvatarError} `invalidAudioInput` for anything that is no source. */
export function chunkReaderOf(source: AudioSource): ChunkReader {
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return iteratorReader([source].values());
  if (typeof source === 'object' && source !== null) {
    if ('getReader' in source && typeof source.getReader === 'function') return streamReader(source);
    if (Symbol.asyncIterator in source) return iteratorReader(source[Symbol.asyncIterator](), source);
    if (Symbol.iterator in source) return iteratorReader(source[Symbol.iterator]());
  }
  throw new AvatarError(ErrorCode.invalidAudioInput, 'audio must be bytes, an iterable of bytes or a stream of bytes');
}

function streamReader(stream: ReadableStream<Uint8Array>): ChunkReader {
  const reader = stream.getReader();
  return {
    async next() {
      const { done, value } = await reader.read();
      return done ? null : checkedChunk(value);
    },
    stop: () => void reader.cancel().catch(() => undefined),
  };
}

function iteratorReader(iterator: AsyncIterator<unknown> | Iterator<unknown>, owner?: object): ChunkReader {
  return {
    async next() {
      const { done, value } = await iterator.next();
      return done ? null : checkedChunk(value);
    },
    stop() {
      // The iterator of a Node stream that waits for data ends only with the next data; the stream itself ends at once.
      if (owner && 'destroy' in owner && typeof owner.destroy === 'function') owner.destroy();
      else void Promise.resolve(iterator.return?.()).catch(() => undefined);
    },
  };
}

function checkedChunk(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw new AvatarError(ErrorCode.invalidAudioInput, `audio comes in chunks of bytes (Uint8Array), not of ${typeof chunk}`);
}
