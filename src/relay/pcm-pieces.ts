/** Speech as backends have it (a stream of any text-to-speech, a buffer, a Node stream) → even pieces of raw PCM. */

import { untilAborted } from '../server-sdk/until-aborted.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { audioContainerOf, PcmByteJoiner } from '../shared/samples/pcm.js';

export type PcmChunk = Uint8Array | Int16Array | ArrayBuffer;

/** Raw 16-bit little-endian mono PCM: at once, or chunk by chunk as it is made. Web and Node streams are iterables. */
export type SpeechAudio = PcmChunk | AsyncIterable<PcmChunk> | Iterable<PcmChunk>;

/** Long enough to cost few messages, short enough that a client can go on close to where it was, s. */
const PIECE_SECONDS = 0.25;

/**
 * Pieces of up to a quarter of a second, whole samples, as views where possible. Ends quietly when the signal aborts.
 *
 * @throws {AvatarError} `invalidAudioInput` for a file instead of PCM, chunks that are no bytes, or a source that fails.
 */
export async function* pcmPieces(audio: SpeechAudio, sampleRateHz: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const pieceBytes = 2 * Math.ceil(sampleRateHz * PIECE_SECONDS);
  const joiner = new PcmByteJoiner();
  let isFirst = true;
  for await (const chunk of takenFrom(chunksOf(audio), signal)) {
    const bytes = bytesOf(chunk);
    const container = isFirst ? audioContainerOf(bytes) : null;
    if (bytes.length > 0) isFirst = false;
    if (container) {
      throw new AvatarError(
        ErrorCode.invalidAudioInput,
        `The speech begins like a ${container.toUpperCase()} file: a turn takes raw 16-bit mono PCM.`,
      );
    }
    const samples = joiner.push(bytes);
    for (let at = 0; at < samples.length && !signal.aborted; at += pieceBytes) yield samples.subarray(at, at + pieceBytes);
  }
}

function chunksOf(audio: SpeechAudio): AsyncIterator<PcmChunk> | Iterator<PcmChunk> {
  if (audio instanceof Uint8Array || audio instanceof Int16Array || audio instanceof ArrayBuffer) return [audio][Symbol.iterator]();
  if (typeof audio === 'object' && audio !== null && Symbol.asyncIterator in audio) return audio[Symbol.asyncIterator]();
  if (typeof audio === 'object' && audio !== null && Symbol.iterator in audio) return audio[Symbol.iterator]();
  throw new AvatarError(ErrorCode.invalidAudioInput, 'The speech is neither PCM nor a stream of it.');
}

function bytesOf(chunk: PcmChunk): Uint8Array {
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  if (chunk instanceof Uint8Array) return chunk;
  if (chunk instanceof Int16Array) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new AvatarError(ErrorCode.invalidAudioInput, 'A chunk of the speech is not a Uint8Array, Int16Array or ArrayBuffer.');
}

/** A source may hang; an abort does not wait for it. */
async function* takenFrom<Value>(source: AsyncIterator<Value> | Iterator<Value>, signal: AbortSignal): AsyncGenerator<Value> {
  let isDone = false;
  try {
    while (!signal.aborted) {
      const result = await untilAborted(Promise.resolve(source.next()), signal);
      isDone = result.done === true;
      if (isDone) return;
      yield result.value;
    }
  } catch (reason) {
    if (signal.aborted) return;
    isDone = true;
    throw avatarErrorFrom(reason, ErrorCode.invalidAudioInput, 'The speech broke off');
  } finally {
    // Not waited for: a source that hangs in `next` hangs in `return` as well.
    if (!isDone) void Promise.resolve(source.return?.()).catch(() => undefined);
  }
}
