/**
 * Reads sources of speech into mono samples, as they arrive.
 *
 * Uncompressed files, raw PCM and MP3 are read while they arrive; other files are collected and decoded by the browser.
 */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { joinBytes } from '../shared/core/bytes.js';
import { id3TagBytes } from '../shared/samples/mpeg-frames.js';
import { PcmDecoder } from '../shared/samples/pcm-decoder.js';
import { isNoise } from '../shared/samples/pcm-likeness.js';
import { int16FromFloat32, silenceNonFinite } from '../shared/samples/sample-arithmetic.js';
import { encodingNamed } from '../shared/samples/sample-encoding.js';
import { containerAt } from '../shared/samples/sound-containers.js';
import { SoundFileReader } from '../shared/samples/sound-file-reader.js';
import { MIN_SNIFF_BYTES, SNIFF_BYTES, type SoundFormat, soundFormatOf } from '../shared/samples/sound-format.js';
import type { ByteSource } from './byte-source.js';
import { abortedError, bytesOf, openByteSource } from './byte-source.js';
import { collect, type DecodeSettings, decodedPieces, type MonoPiece, monoOf } from './encoded-sound.js';
import { microphoneChunks } from './media-stream-source.js';

/** Mono samples at a rate, full scale ±32768 or ±1. The receiver owns the buffer. */
export interface SpeechSourceChunk {
  readonly samples: Int16Array | Float32Array;
  readonly sampleRateHz: number;
}

export interface SpeechSourceOptions {
  /** Rate of raw PCM, Hz. A page that gives it says that the source is raw PCM, unless its bytes are another file. */
  sampleRateHz?: number;
  /** Rate of raw PCM whose rate is not given, Hz. Default: 16000. */
  defaultSampleRateHz?: number;
  /** How raw PCM is stored, see `SampleEncoding`; with or without `pcm_` in front. Default: by the bytes. */
  encoding?: string;
  signal?: AbortSignal;
  /** Rate at which encoded files are decoded, Hz; ideally the output's. Default: 48000. */
  decodeRateHz?: number;
  /** Most bytes that are collected of an encoded file; WAV, PCM and MP3 are not collected. Default 64 MiB. */
  maxEncodedBytes?: number;
  /** URL of `capture.worklet.js`; asked for a `MediaStream`. */
  locateCaptureWorklet: () => Promise<string>;
}

const DEFAULT_RATE_HZ = 16000;
const DEFAULT_DECODE_RATE_HZ = 48000;
const DEFAULT_MAX_ENCODED_BYTES = 64 * 2 ** 20;
/** Plausible rates: below speech is unintelligible, above no audio device works. */
const MIN_RATE_HZ = 3000;
const MAX_RATE_HZ = 768000;
/** Long recordings are output in pieces, so that motion can begin with the first. */
const CHUNK_SECONDS = 0.5;

/**
 * @param source URL (string or `URL`), `Blob`, `File`, `Response`, `ReadableStream` of bytes, `ArrayBuffer`, typed array,
 * `AudioBuffer` or `MediaStream`, or a promise of one. Bytes without a known header are raw PCM if a content type, a name, an option or
 * the bytes themselves say so: signed 16 bits, little-endian, mono, unless stated otherwise.
 * @throws {AvatarError} while iterating: `invalidAudioInput`, with the name of a format that cannot be played; `noAudio`, `aborted`.
 */
export async function* speechChunksFrom(source: unknown, options: SpeechSourceOptions): AsyncGenerator<SpeechSourceChunk, void, undefined> {
  const signal = options.signal ?? new AbortController().signal;
  if (signal.aborted) throw abortedError(signal);
  let sampleCount = 0;
  for await (const { samples, sampleRateHz } of chunksOf(await source, options, signal)) {
    for (const chunk of pieces(samples, checkedRate(sampleRateHz))) {
      if (signal.aborted) throw abortedError(signal);
      sampleCount += chunk.samples.length;
      yield chunk;
    }
  }
  if (signal.aborted) throw abortedError(signal);
  if (sampleCount === 0) throw new AvatarError(ErrorCode.noAudio, 'There is no sound in this audio: it is empty');
}

async function* chunksOf(source: unknown, options: SpeechSourceOptions, signal: AbortSignal): AsyncIterable<SpeechSourceChunk> {
  const rateHz = checkedRate(options.sampleRateHz ?? options.defaultSampleRateHz ?? DEFAULT_RATE_HZ);
  if (typeof MediaStream !== 'undefined' && source instanceof MediaStream) {
    yield* microphoneChunks(source, await options.locateCaptureWorklet(), signal);
  } else if (typeof AudioBuffer !== 'undefined' && source instanceof AudioBuffer) {
    yield { samples: monoOf(source), sampleRateHz: source.sampleRate };
  } else if (source instanceof Int16Array || source instanceof Float32Array) {
    rejectFile(source, options);
    yield { samples: source, sampleRateHz: rateHz };
  } else {
    const opened = await openByteSource(source, signal);
    if (!opened) throw invalid(`${nameOf(source)} is no audio; pass a URL, Blob, Response, stream, buffer, AudioBuffer or MediaStream`);
    const knownBytes = bytesOf(source)?.length ?? (source instanceof Blob ? source.size : Number.NaN);
    yield* bytesChunks(opened, knownBytes, rateHz, options, signal);
  }
}

async function* bytesChunks(
  source: ByteSource,
  knownBytes: number,
  rateHz: number,
  options: SpeechSourceOptions,
  signal: AbortSignal,
): AsyncIterable<SpeechSourceChunk> {
  const encoding = encodingOf(options);
  const isRateGiven = options.sampleRateHz !== undefined;
  const { contentType, name } = source;
  const maxBytes = options.maxEncodedBytes ?? DEFAULT_MAX_ENCODED_BYTES;
  const decodeBy = { rateHz: options.decodeRateHz ?? DEFAULT_DECODE_RATE_HZ, maxBytes, signal };
  const { head, bytes, cancel } = await peek(source.bytes, maxBytes);
  try {
    const format = soundFormatOf(head, { contentType, name, encoding, isRateGiven });
    if (format.kind === 'other') throw invalid(`This is ${format.what}, no audio${name ? `: ${name}` : ''}. Is the address right?`);
    if (format.kind === 'unclear-pcm') {
      const what = format.encoding ? `It seems to be raw PCM, stored as ${format.encoding}` : 'It is not 16-bit PCM';
      throw invalid(`${what}; say how it is stored, such as { encoding: '${format.encoding ?? 'f32le'}', sampleRateHz: 24000 }`);
    }
    // The rate of a content type is that of these bytes; that of a name is only what is usual.
    if (format.kind === 'pcm') yield* pcmChunks(bytes, knownBytes, format, format.sampleRateHz ?? rateHz);
    else if (format.kind === 'file') yield* fileChunks(bytes, decodeBy);
    else if (format.kind === 'mp3') yield* (await import('./mp3-sound.js')).mp3Pieces(bytes, decodeBy);
    else yield* decodedPieces(await collect(bytes, maxBytes), format.what, decodeBy);
  } finally {
    await cancel();
  }
}

/**
 * The first bytes, and a stream of all bytes. Waits for as many as the format needs: past an ID3 tag and past the silence that raw
 * samples may begin with.
 */
async function peek(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ head: Uint8Array; bytes: AsyncIterator<Uint8Array> & AsyncIterable<Uint8Array>; cancel: () => Promise<unknown> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  let isEnd = false;
  for (let wanted = wantedBytes(head); head.length < wanted && !isEnd; wanted = Math.min(wantedBytes(head), maxBytes)) {
    const parts: Uint8Array[] = [head];
    // Joined once: a tag with pictures has megabytes.
    for (let length = head.length; length < wanted && !isEnd; ) {
      const next = await iterator.next();
      isEnd = next.done === true;
      if (next.done) break;
      parts.push(next.value);
      length += next.value.length;
    }
    head = joinBytes(parts);
  }
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { head, bytes: bytes(), cancel: async () => iterator.return?.() };
}

/** Silence up to this length is waited for, bytes: a second or two of 16-bit samples. */
const MAX_SILENT_BYTES = 65_536;

function wantedBytes(head: Uint8Array): number {
  const container = containerAt(head, 0);
  if (container && container !== 'cut') return 0;
  const tagBytes = id3TagBytes(head, 0);
  if (tagBytes > 0) return tagBytes + SNIFF_BYTES;
  const begin = head.findIndex((byte) => byte !== 0);
  return MIN_SNIFF_BYTES + Math.min(begin < 0 ? head.length : begin, MAX_SILENT_BYTES);
}

/** Files of uncompressed samples; those that turn out to hold compressed ones go to the browser. */
async function* fileChunks(
  bytes: AsyncIterator<Uint8Array> & AsyncIterable<Uint8Array>,
  decodeBy: DecodeSettings,
): AsyncIterable<SpeechSourceChunk> {
  const reader = new SoundFileReader();
  const collected: Uint8Array[] = [];
  for (let next = await bytes.next(); !next.done; next = await bytes.next()) {
    if (!reader.hasData) collected.push(next.value);
    yield* reader.push(next.value);
    const { compressedFormat } = reader;
    if (compressedFormat === null) continue;
    if (reader.hasData) throw invalid(`The audio goes on with ${compressedFormat}, which cannot be played behind another file`);
    collected.push(await collect(bytes, decodeBy.maxBytes));
    yield* decodedPieces(joinBytes(collected), compressedFormat, decodeBy);
    return;
  }
  yield* reader.end();
  if (!reader.hasData) throw invalid('The sound file ends before its sound begins');
}

async function* pcmChunks(
  bytes: AsyncIterable<Uint8Array>,
  knownBytes: number,
  { encoding, channelCount, isGuess }: SoundFormat & { kind: 'pcm' },
  sampleRateHz: number,
): AsyncIterable<SpeechSourceChunk> {
  const is16Bit = encoding === 's16le' || encoding === 's16be';
  if (is16Bit && knownBytes % 2 === 1) throw oddBytes();
  const decoder = new PcmDecoder({ encoding, channelCount });
  let isInDoubt = isGuess;
  for await (const piece of bytes) {
    const samples = decoder.push(piece);
    if (isInDoubt) {
      if (isNoise(samples)) throw invalid('The audio is neither a file that is known nor raw 16-bit PCM');
      isInDoubt = !isLoud(samples);
    }
    yield { samples: is16Bit && samples instanceof Float32Array ? int16FromFloat32(samples) : samples, sampleRateHz };
  }
  if (decoder.hasRest) throw is16Bit ? oddBytes() : invalid('The audio ends within a sample');
}

/** Loud enough to show whether it is sound, and long enough. */
function isLoud(samples: Int16Array | Float32Array): boolean {
  const scale = samples instanceof Int16Array ? 32768 : 1;
  return samples.length >= MIN_SNIFF_BYTES / 2 && samples.some((sample) => Math.abs(sample) > 0.05 * scale);
}

/** Copied, so that the receiver may keep or transfer it. */
function* pieces(samples: Int16Array | Float32Array, sampleRateHz: number): Iterable<MonoPiece> {
  const length = Math.ceil(sampleRateHz * CHUNK_SECONDS);
  for (let at = 0; at < samples.length; at += length) {
    const piece = samples.slice(at, at + length);
    if (piece instanceof Float32Array) silenceNonFinite(piece);
    yield { samples: piece, sampleRateHz };
  }
}

/** A file misread as samples would be a loud noise. */
function rejectFile(samples: Int16Array | Float32Array, options: SpeechSourceOptions): void {
  const format = soundFormatOf(new Uint8Array(samples.buffer, samples.byteOffset, Math.min(samples.byteLength, SNIFF_BYTES)), {
    // Typed arrays are samples, whatever they look like; only the certain signs of another file count.
    encoding: encodingOf(options) ?? (samples instanceof Int16Array ? 's16le' : 'f32le'),
  });
  if (format.kind === 'pcm' || format.kind === 'unclear-pcm') return;
  const what = format.kind === 'mp3' ? 'MP3' : format.what;
  throw invalid(`These samples begin with the header of ${what}; pass the file itself (Blob, ArrayBuffer or URL)`);
}

/** @throws {AvatarError} `invalidConfiguration`. */
function encodingOf({ encoding }: SpeechSourceOptions): ReturnType<typeof encodingNamed> {
  if (encoding === undefined) return null;
  const found = encodingNamed(encoding);
  if (found) return found;
  throw new AvatarError(
    ErrorCode.invalidConfiguration,
    `There is no encoding ${encoding}; there are s16le, s16be, s24le, s32le, f32le, f64le, u8, s8, mulaw, alaw and others`,
  );
}

function checkedRate(rateHz: number): number {
  if (rateHz >= MIN_RATE_HZ && rateHz <= MAX_RATE_HZ) return rateHz;
  throw invalid(`A sample rate of ${rateHz} Hz is not possible; speech has 8000 to 48000`);
}

function oddBytes(): AvatarError {
  return invalid('An odd number of bytes is no 16-bit PCM; if this is an audio file, its format is not known');
}

function nameOf(source: unknown): string {
  if (source === null || typeof source !== 'object') return String(source);
  return source.constructor?.name ?? 'This object';
}

function invalid(message: string): AvatarError {
  return new AvatarError(ErrorCode.invalidAudioInput, message);
}
