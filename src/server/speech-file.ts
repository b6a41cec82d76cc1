/** An audio file or stream → mono samples, piece by piece: memory does not grow with its length. */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { audioContainerOf, int16FromPcmBytes, PcmByteJoiner } from '../shared/samples/pcm.js';
import { SNIFF_BYTES, soundFormatOf } from '../shared/samples/sound-format.js';
import { WavReader } from '../shared/samples/wav-reader.js';
import { OggOpusReader } from './ogg-opus-reader.js';

/** Mono samples at a rate, full scale ±32768 or ±1. */
export interface SpeechPiece {
  readonly samples: Int16Array | Float32Array;
  readonly sampleRateHz: number;
}

export interface SpeechFileOptions {
  /** Name of the file, for its ending; '' for a stream. */
  name: string;
  /** Rate of raw PCM, Hz; null if unknown. */
  sampleRateHz: number | null;
}

const DEFAULT_PCM_RATE_HZ = 16_000;
const ACCEPTED = 'WAV, Ogg Opus, or raw PCM (signed 16-bit little-endian mono)';
const PCM_NAME = /\.(pcm|raw|s16le|l16)$/i;
/** Begins the first page of an Ogg stream that is Opus (RFC 7845, 5.1). */
const OPUS_HEAD = 'OpusHead';

/**
 * @param bytes WAV or Ogg Opus, detected by the first bytes; otherwise raw PCM, if name or rate indicate it.
 * @throws {AvatarError} while iterating: `invalidAudioInput` for other formats and broken files, `noAudio` for empty ones.
 */
export async function* speechPieces(bytes: AsyncIterable<Uint8Array>, options: SpeechFileOptions): AsyncGenerator<SpeechPiece, void> {
  let sampleCount = 0;
  for await (const piece of piecesOf(bytes, options)) {
    sampleCount += piece.samples.length;
    if (piece.samples.length > 0) yield piece;
  }
  if (sampleCount === 0) throw new AvatarError(ErrorCode.noAudio, 'the audio is empty');
}

async function* piecesOf(bytes: AsyncIterable<Uint8Array>, { name, sampleRateHz }: SpeechFileOptions): AsyncIterable<SpeechPiece> {
  const { head, rest } = await peek(bytes);
  const container = audioContainerOf(head);
  if (container === 'wav') yield* wavPieces(rest);
  else if (container === 'ogg' && Buffer.from(head).includes(OPUS_HEAD)) yield* opusPieces(rest);
  else if (container) throw unknownFormat(container === 'ogg' ? 'Ogg without Opus in it' : container.toUpperCase());
  else if (soundFormatOf(head, '', '').kind !== 'pcm') throw unknownFormat('an encoded file, or not audio');
  else if (name === '' || sampleRateHz !== null || PCM_NAME.test(name)) yield* pcmPieces(rest, sampleRateHz ?? DEFAULT_PCM_RATE_HZ);
  else throw unknownFormat('of unknown format (for raw PCM set --sample-rate)');
}

async function* wavPieces(bytes: AsyncIterable<Uint8Array>): AsyncIterable<SpeechPiece> {
  const reader = new WavReader();
  for await (const part of bytes) yield { samples: reader.push(part), sampleRateHz: reader.sampleRateHz };
  if (!reader.hasData) throw invalid('the WAV file ends before its audio data');
}

async function* opusPieces(bytes: AsyncIterable<Uint8Array>): AsyncIterable<SpeechPiece> {
  const reader = new OggOpusReader();
  const { sampleRateHz } = reader;
  try {
    for await (const part of bytes) yield { samples: await reader.read(part), sampleRateHz };
  } finally {
    reader.free();
  }
}

async function* pcmPieces(bytes: AsyncIterable<Uint8Array>, sampleRateHz: number): AsyncIterable<SpeechPiece> {
  const joiner = new PcmByteJoiner();
  for await (const part of bytes) yield { samples: int16FromPcmBytes(joiner.push(part)), sampleRateHz };
  if (joiner.hasOddByte) throw invalid('an odd number of bytes is no 16-bit PCM');
}

/** The first bytes, and all bytes with them. */
async function peek(bytes: AsyncIterable<Uint8Array>): Promise<{ head: Uint8Array; rest: AsyncIterable<Uint8Array> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  try {
    while (head.length < SNIFF_BYTES) {
      const { done, value } = await iterator.next();
      if (done) break;
      head = Buffer.concat([head, value]);
    }
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.invalidAudioInput, 'the audio cannot be read');
  }
  async function* rest(): AsyncIterable<Uint8Array> {
    yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { head, rest: rest() };
}

function unknownFormat(what: string): AvatarError {
  return invalid(
    `the audio is ${what}; accepted are ${ACCEPTED}. Others can be piped in: ffmpeg -i in.mp3 -f wav - | spatius-avatar animate -`,
  );
}

function invalid(message: string): AvatarError {
  return new AvatarError(ErrorCode.invalidAudioInput, message);
}
