/**
 * Reads sources of speech into mono samples, as they arrive.
 *
 * WAV and raw PCM are read while they arrive; other files are collected and decoded by the browser.
 */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { audioContainerOf, int16FromPcmBytes, mixToMono, PcmByteJoiner, silenceNonFinite } from '../shared/samples/pcm.js';
import { SNIFF_BYTES, soundFormatOf } from '../shared/samples/sound-format.js';
import { WavReader } from '../shared/samples/wav-reader.js';
import type { ByteSource } from './byte-source.js';
import { abortedError, bytesOf, openByteSource } from './byte-source.js';
import { microphoneChunks } from './media-stream-source.js';

/** Mono samples at a rate, full scale ±32768 or ±1. The receiver owns the buffer. */
export interface SpeechSourceChunk {
  readonly samples: Int16Array | Float32Array;
  readonly sampleRateHz: number;
}

export interface SpeechSourceOptions {
  /** Rate of raw PCM without a header, Hz. Default: 16000. */
  sampleRateHz?: number;
  signal?: AbortSignal;
  /** Rate at which encoded files are decoded, Hz; ideally the output's. Default: 48000. */
  decodeRateHz?: number;
  /** Most bytes that are collected of an encoded file; WAV and PCM are not collected. Default 64 MiB. */
  maxEncodedBytes?: number;
  /** URL of `capture.worklet.js`; asked for a `MediaStream`. */
  locateCaptureWorklet: () => Promise<string>;
}

const DEFAULT_RATE_HZ = 16000;
const DEFAULT_DECODE_RATE_HZ = 48000;
const DEFAULT_MAX_ENCODED_BYTES = 64 * 2 ** 20;
/** Plausible rates: below speech is unintelligible, above no audio device works. */
const MIN_RATE_HZ = 3000;
const MAX_RATE_HZ = 384000;
/** Long recordings are output in pieces, so that motion can begin with the first. */
const CHUNK_SECONDS = 0.5;

/**
 * @param source URL (string or `URL`), `Blob`, `File`, `Response`, `ReadableStream` of bytes, `ArrayBuffer`, typed array,
 * `AudioBuffer` or `MediaStream`, or a promise of one. Bytes without a known header are raw PCM: signed 16 bits, little-endian, mono.
 * @throws {AvatarError} while iterating: `invalidAudioInput`, `noAudio`, `aborted`.
 */
export async function* speechChunksFrom(source: unknown, options: SpeechSourceOptions): AsyncGenerator<SpeechSourceChunk, void, undefined> {
  const signal = options.signal ?? new AbortController().signal;
  if (signal.aborted) throw abortedError(signal);
  let sampleCount = 0;
  for await (const chunk of chunksOf(await source, options, signal)) {
    if (signal.aborted) throw abortedError(signal);
    sampleCount += chunk.samples.length;
    if (chunk.samples.length > 0) yield chunk;
  }
  if (signal.aborted) throw abortedError(signal);
  if (sampleCount === 0) throw new AvatarError(ErrorCode.noAudio, 'There is no sound in this audio: it is empty');
}

async function* chunksOf(source: unknown, options: SpeechSourceOptions, signal: AbortSignal): AsyncIterable<SpeechSourceChunk> {
  const rateHz = checkedRate(options.sampleRateHz ?? DEFAULT_RATE_HZ);
  if (typeof MediaStream !== 'undefined' && source instanceof MediaStream) {
    yield* microphoneChunks(source, await options.locateCaptureWorklet(), signal);
  } else if (typeof AudioBuffer !== 'undefined' && source instanceof AudioBuffer) {
    yield* pieces(monoOf(source), source.sampleRate);
  } else if (source instanceof Int16Array || source instanceof Float32Array) {
    rejectHeader(source);
    yield* pieces(source, rateHz);
  } else {
    const opened = await openByteSource(source, signal);
    if (!opened) throw invalid(`${nameOf(source)} is no audio; pass a URL, Blob, Response, stream, buffer, AudioBuffer or MediaStream`);
    const knownBytes = bytesOf(source)?.length ?? (source instanceof Blob ? source.size : Number.NaN);
    yield* decodedChunks(opened, knownBytes, rateHz, options, signal);
  }
}

async function* decodedChunks(
  source: ByteSource,
  knownBytes: number,
  rateHz: number,
  options: SpeechSourceOptions,
  signal: AbortSignal,
): AsyncIterable<SpeechSourceChunk> {
  const { head, bytes } = await peek(source.bytes);
  const format = soundFormatOf(head, source.contentType, source.name);
  if (format.kind === 'text') {
    throw invalid(`This is ${format.what}, no audio${source.name ? `: ${source.name}` : ''}. Is the address right?`);
  }
  if (format.kind === 'wav') yield* wavChunks(bytes);
  else if (format.kind === 'encoded') {
    const collected = await collect(bytes, options.maxEncodedBytes ?? DEFAULT_MAX_ENCODED_BYTES);
    yield* decode(collected, options.decodeRateHz ?? DEFAULT_DECODE_RATE_HZ, signal);
  } else {
    if (knownBytes % 2 === 1) throw oddBytes();
    yield* pcmChunks(bytes, checkedRate(format.sampleRateHz ?? rateHz), format.channelCount);
  }
}

/** The first bytes, and a stream of all bytes. */
async function peek(source: AsyncIterable<Uint8Array>): Promise<{ head: Uint8Array; bytes: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  // A stream need not wait for all of them: the first bytes are nearly always sufficient.
  while (length < 12) {
    const { done, value } = await iterator.next();
    if (done) break;
    first.push(value);
    length += value.length;
  }
  const head = joined(first).subarray(0, SNIFF_BYTES);
  async function* bytes(): AsyncIterable<Uint8Array> {
    try {
      yield* first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head, bytes: bytes() };
}

async function* wavChunks(bytes: AsyncIterable<Uint8Array>): AsyncIterable<SpeechSourceChunk> {
  const reader = new WavReader();
  for await (const piece of bytes) {
    const samples = reader.push(piece);
    if (samples.length > 0) yield* pieces(samples, checkedRate(reader.sampleRateHz));
  }
  if (!reader.hasData) throw invalid('The WAV file ends before its sound begins');
}

async function* pcmChunks(bytes: AsyncIterable<Uint8Array>, sampleRateHz: number, channelCount: number): AsyncIterable<SpeechSourceChunk> {
  const joiner = new PcmByteJoiner();
  let rest = new Int16Array(0);
  for await (const piece of bytes) {
    let samples = int16FromPcmBytes(joiner.push(piece));
    if (channelCount > 1) {
      const all = new Int16Array(rest.length + samples.length);
      all.set(rest);
      all.set(samples, rest.length);
      const frameCount = Math.floor(all.length / channelCount);
      rest = all.slice(frameCount * channelCount);
      samples = mixedDown(all, frameCount, channelCount);
    }
    yield* pieces(samples, sampleRateHz);
  }
  if (joiner.hasOddByte) throw oddBytes();
}

function mixedDown(interleaved: Int16Array, frameCount: number, channelCount: number): Int16Array<ArrayBuffer> {
  const out = new Int16Array(frameCount);
  for (let frame = 0; frame < frameCount; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channelCount; channel++) sum += interleaved[frame * channelCount + channel];
    out[frame] = Math.round(sum / channelCount);
  }
  return out;
}

async function collect(bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    length += piece.length;
    if (length > maxBytes) {
      throw invalid(`The audio file is larger than ${Math.round(maxBytes / 2 ** 20)} MiB; WAV and PCM may be of any length`);
    }
    parts.push(piece);
  }
  return joined(parts);
}

async function* decode(bytes: Uint8Array<ArrayBuffer>, rateHz: number, signal: AbortSignal): AsyncIterable<SpeechSourceChunk> {
  let buffer: AudioBuffer;
  try {
    // An offline context decodes without a loudspeaker and before any gesture.
    buffer = await new OfflineAudioContext(1, 1, rateHz).decodeAudioData(bytes.buffer);
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.invalidAudioInput, 'The audio is damaged, or in a format this browser does not know');
  }
  if (signal.aborted) throw abortedError(signal);
  yield* pieces(monoOf(buffer), buffer.sampleRate);
}

function monoOf(buffer: AudioBuffer): Float32Array {
  return mixToMono(Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel)));
}

/** Copied, so that the receiver may keep or transfer it. */
function* pieces(samples: Int16Array | Float32Array, sampleRateHz: number): Iterable<SpeechSourceChunk> {
  const length = Math.ceil(sampleRateHz * CHUNK_SECONDS);
  for (let at = 0; at < samples.length; at += length) {
    const piece = samples.slice(at, at + length);
    if (piece instanceof Float32Array) silenceNonFinite(piece);
    yield { samples: piece, sampleRateHz };
  }
}

/** A file misread as samples would be a loud noise. */
function rejectHeader(samples: Int16Array | Float32Array): void {
  const container = audioContainerOf(new Uint8Array(samples.buffer, samples.byteOffset, Math.min(samples.byteLength, 12)));
  if (!container) return;
  const what = container.toUpperCase();
  throw invalid(`These samples begin with the header of a ${what} file; pass the file itself (Blob, ArrayBuffer or URL)`);
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

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function invalid(message: string): AvatarError {
  return new AvatarError(ErrorCode.invalidAudioInput, message);
}
