/** Whether bytes without a header can be uncompressed sound, and in which encoding. Other bytes read as samples are full-scale noise. */

import { PcmDecoder } from './pcm-decoder.js';
import { float32FromInt16 } from './sample-arithmetic.js';
import { type SampleEncoding, sampleReaderOf } from './sample-encoding.js';

/** Sound resembles itself a few samples later; compressed data does not. Of any tone, one of 8 lags is within 40° of a period. */
const MAX_LAG = 8;
/** Fewer samples than this tell nothing. */
const MIN_SAMPLES = 32;
const JUDGED_BYTES = 4096;
/** Level of what cannot be predicted, of full scale: random bytes have 0.58, the loudest consonants below 0.2. */
const NOISE_LEVEL = 0.2;
/** Share of unpredictable energy, 0..1: random bytes have 1, voices about 0.1. */
const NOISE_SHARE = 0.5;
const CLEAR_SHARE = 0.3;
/** Mean of a signal, of full scale, that no sound has: 8-bit silence read as 16 bits. */
const MAX_MEAN = 0.9;

interface Likeness {
  /** RMS of what is not predicted by the best lag, of full scale. */
  readonly residual: number;
  /** The same as a share of the signal's energy. */
  readonly share: number;
  readonly mean: number;
}

function likenessOf(samples: Float32Array): Likeness {
  const count = samples.length;
  let sum = 0;
  for (const sample of samples) sum += sample;
  const mean = count > 0 ? sum / count : 0;
  let energy = 0;
  for (const sample of samples) energy += (sample - mean) ** 2;
  let least = Infinity;
  for (let lag = 1; lag <= Math.min(MAX_LAG, count - 1); lag++) {
    let change = 0;
    for (let at = lag; at < count; at++) change += (samples[at] - samples[at - lag]) ** 2;
    least = Math.min(least, change / (2 * (count - lag)));
  }
  if (least === Infinity) least = 0;
  return { residual: Math.sqrt(least), share: energy > 0 ? (least * count) / energy : 0, mean };
}

function isNoisy({ residual, share, mean }: Likeness): boolean {
  return (residual > NOISE_LEVEL && share > NOISE_SHARE) || Math.abs(mean) > MAX_MEAN;
}

/** Whether samples are loud and have no structure. Quiet ones, and very few, are none. */
export function isNoise(samples: Int16Array | Float32Array): boolean {
  if (samples.length < MIN_SAMPLES) return false;
  return isNoisy(likenessOf(samples instanceof Int16Array ? float32FromInt16(samples) : samples));
}

const FLOATS = ['f32le', 'f32be', 'f64le', 'f64be'] as const;
const WIDE = ['s24le', 's32le', 's24be', 's32be'] as const;
const BYTES = ['u8', 's8', 'mulaw', 'alaw'] as const;

/**
 * Encoding of samples without a header, by what makes them smooth. 16 bits, little-endian, unless another one fits clearly better.
 *
 * @param bytes As many as there are; silence at the start is passed over.
 * @param channelCount Of the interleaved samples.
 * @returns Null where no encoding makes sound of them.
 */
export function guessedEncoding(bytes: Uint8Array, channelCount: number): SampleEncoding | null {
  const begin = bytes.findIndex((byte) => byte !== 0);
  // A multiple of the bytes of every sample.
  const from = begin < 0 ? bytes.length : begin - (begin % 24);
  const judged = bytes.subarray(from, from + JUDGED_BYTES);
  if (judged.length < 2 * MIN_SAMPLES) return likelier(judged);
  // One value throughout is silence in any encoding.
  if (judged.every((byte, at) => byte === judged[at % 2])) return 's16le';
  const float = FLOATS.find((encoding) => isFloat(judged, encoding));
  if (float) return float;
  if (channelCount === 1 && isZeroStuffed(judged)) return 's32le';
  const integer = likelier(judged);
  const areBytes = areSamplesBytes(judged);
  if (!areBytes && !isNoisy(likenessIn(judged, integer))) return integer;
  const shares = (areBytes ? BYTES : WIDE)
    .map((encoding) => ({ encoding, ...likenessIn(judged, encoding) }))
    .filter((likeness) => likeness.share < CLEAR_SHARE && !isNoisy(likeness))
    .sort((a, b) => a.share - b.share);
  return shares[0]?.encoding ?? null;
}

/** The byte order that makes 16-bit samples smoother; the wrong one makes the low bits the loudest. */
export function likelier(bytes: Uint8Array): 's16le' | 's16be' {
  // Loud little-endian samples made of 8 bits look like quiet big-endian ones, but those have negative ones among them.
  if (bytes.length < 2 * MIN_SAMPLES || bytes.every((byte, at) => at % 2 === 1 || byte === 0)) return 's16le';
  // Single clicks look quieter when their bytes are swapped.
  if (bytes.reduce((count, byte) => count + (byte === 0 ? 0 : 1), 0) < bytes.length / 4) return 's16le';
  const little = likenessIn(bytes, 's16le').residual;
  return likenessIn(bytes, 's16be').residual * 4 < little ? 's16be' : 's16le';
}

function likenessIn(bytes: Uint8Array, encoding: SampleEncoding): Likeness {
  const samples = new PcmDecoder({ encoding, channelCount: 1 }).push(bytes);
  return likenessOf(samples instanceof Int16Array ? float32FromInt16(samples) : samples);
}

/** Nearly all are 0 or of an audible size, which only a narrow range of any other encoding's values is when read as float. */
function isFloat(bytes: Uint8Array, encoding: (typeof FLOATS)[number]): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = sampleReaderOf(encoding);
  const step = encoding.startsWith('f32') ? 4 : 8;
  let count = 0;
  let fitting = 0;
  for (let at = 0; at + step <= bytes.length; at += step) {
    const size = Math.abs(read(view, at));
    if (size === 0) continue;
    count++;
    if (size > 1e-9 && size < 4) fitting++;
  }
  return count >= MIN_SAMPLES / 2 && fitting >= 0.98 * count;
}

/** Level, of full scale, from which the low byte of 16 bits has nothing to do with the high one. */
const LOUD = 0.05;
/** Mean distance of two bytes on a circle of 256; 64 where they have nothing to do with each other. */
const NEAR_BYTES = 24;

/** Samples of one byte: read as 16 bits, the low byte of each is near the high one. */
function areSamplesBytes(bytes: Uint8Array): boolean {
  let distance = 0;
  let energy = 0;
  let differing = 0;
  const count = bytes.length >> 1;
  for (let at = 0; at < 2 * count; at += 2) {
    const apart = Math.abs(bytes[at] - bytes[at + 1]);
    distance += Math.min(apart, 256 - apart);
    if (apart > 0) differing++;
    energy += (((bytes[at + 1] << 24) >> 24) / 128) ** 2;
  }
  // 16 bits that were made of 8 by repeating the byte.
  if (differing === 0) return false;
  return energy > LOUD * LOUD * count && distance < NEAR_BYTES * count;
}

/** 32-bit samples made of 16-bit ones have two zero bytes each. */
function isZeroStuffed(bytes: Uint8Array): boolean {
  let filled = 0;
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    if (bytes[at] !== 0 || bytes[at + 1] !== 0) return false;
    if (bytes[at + 2] !== 0 || bytes[at + 3] !== 0) filled++;
  }
  return filled > bytes.length / 16;
}
