/** An audio file or stream → mono samples, piece by piece: memory does not grow with its length. */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { PcmDecoder, type PcmLayout } from '../shared/samples/pcm-decoder.js';
import { SoundFileReader } from '../shared/samples/sound-file-reader.js';
import { SNIFF_BYTES, soundFormatOf } from '../shared/samples/sound-format.js';
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
const ACCEPTED = 'WAV, Ogg Opus, or raw PCM (signed 16-bit little-endian mono); AIFF and AU as well';

/**
 * @param bytes WAV, AIFF, AU or Ogg Opus, detected by the first bytes; otherwise raw PCM, if name or rate indicate it.
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
  const format = soundFormatOf(head, { name, isRateGiven: name === '' || sampleRateHz !== null });
  if (format.kind === 'file') yield* filePieces(rest);
  else if (format.kind === 'encoded' && format.what === 'Ogg with Opus') yield* opusPieces(rest);
  else if (format.kind === 'pcm' && !format.isGuess)
    yield* pcmPieces(rest, format, sampleRateHz ?? format.sampleRateHz ?? DEFAULT_PCM_RATE_HZ);
  else if (format.kind === 'unclear-pcm') throw unknownFormat('raw samples of another kind, or no audio');
  else if (format.kind === 'mp3') throw unknownFormat('MP3');
  else if (format.kind === 'other') throw unknownFormat(`of unknown format (${format.what})`);
  else throw unknownFormat((format.kind === 'encoded' && format.what) || 'of unknown format (for raw PCM set --sample-rate)');
}

async function* filePieces(bytes: AsyncIterable<Uint8Array>): AsyncIterable<SpeechPiece> {
  const reader = new SoundFileReader();
  for await (const part of bytes) {
    yield* reader.push(part);
    if (reader.compressedFormat) throw unknownFormat(reader.compressedFormat);
  }
  yield* reader.end();
  if (!reader.hasData) throw invalid('the file ends before its audio data');
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

async function* pcmPieces(bytes: AsyncIterable<Uint8Array>, layout: PcmLayout, sampleRateHz: number): AsyncIterable<SpeechPiece> {
  const decoder = new PcmDecoder(layout);
  for await (const part of bytes) yield { samples: decoder.push(part), sampleRateHz };
  if (decoder.hasRest) throw invalid('an odd number of bytes is no 16-bit PCM');
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
