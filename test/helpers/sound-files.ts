/** Sound files made by hand: a test signal like speech, samples in any encoding, and headers around them. */

/** Syllables: a buzz with formants, on and off. Full scale ±1, peak about 0.7; of many overtones, so that any fault shows. */
export function speechSignal(seconds: number, rateHz = 16_000, pitchHz = 120): Float32Array<ArrayBuffer> {
  const out = new Float32Array(Math.round(seconds * rateHz));
  for (let at = 0; at < out.length; at++) {
    const t = at / rateHz;
    const level = Math.max(0, Math.sin(2 * Math.PI * 2.5 * t + 0.3));
    let sum = 0;
    for (let harmonic = 1; harmonic < 25; harmonic++) {
      const hz = pitchHz * harmonic;
      if (hz < rateHz / 2) sum += Math.sin(2 * Math.PI * hz * t + harmonic) / (1 + Math.abs(hz - 700) / 150);
    }
    out[at] = 0.12 * level * sum;
  }
  return out;
}

export type Endian = 'le' | 'be';

/** Whole numbers of 8 (signed), 16, 24 or 32 bits. */
export function integerBytes(samples: ArrayLike<number>, bits: number, endian: Endian): Uint8Array<ArrayBuffer> {
  const bytes = bits / 8;
  const out = new Uint8Array(samples.length * bytes);
  const full = 2 ** (bits - 1);
  for (let at = 0; at < samples.length; at++) {
    const value = Math.min(full - 1, Math.max(-full, Math.round(samples[at] * full)));
    for (let byte = 0; byte < bytes; byte++) {
      const place = endian === 'le' ? byte : bytes - 1 - byte;
      out[at * bytes + place] = Math.floor(value / 2 ** (8 * byte)) & 0xff;
    }
  }
  return out;
}

export function unsigned8Bytes(samples: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  return integerBytes(samples, 8, 'le').map((byte) => byte ^ 0x80);
}

export function floatBytes(samples: ArrayLike<number>, bits: 32 | 64, endian: Endian): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array((samples.length * bits) / 8);
  const view = new DataView(out.buffer);
  for (let at = 0; at < samples.length; at++) {
    if (bits === 32) view.setFloat32(at * 4, samples[at], endian === 'le');
    else view.setFloat64(at * 8, samples[at], endian === 'le');
  }
  return out;
}

/** G.711 by search for the nearest code, by the reference's definition of its segments. */
export function lawBytes(samples: ArrayLike<number>, law: 'mulaw' | 'alaw'): Uint8Array<ArrayBuffer> {
  const encode = law === 'mulaw' ? muLawByte : aLawByte;
  return Uint8Array.from({ length: samples.length }, (_, at) => encode(Math.round(samples[at] * 32767)));
}

/** Sun's g711.c: 14 bits with a bias. */
function muLawByte(sample: number): number {
  const mask = sample < 0 ? 0x7f : 0xff;
  const biased = Math.min(Math.abs(sample) >> 2, 8159) + 33;
  const segment = 31 - Math.clz32(biased) - 5;
  return ((segment << 4) | ((biased >> (segment + 1)) & 15)) ^ mask;
}

/** Sun's g711.c: 13 bits, alternate bits inverted. */
function aLawByte(sample: number): number {
  const mask = sample >= 0 ? 0xd5 : 0x55;
  const size = Math.min(sample >= 0 ? sample >> 3 : (-sample - 1) >> 3, 4095);
  const segment = Math.max(0, 31 - Math.clz32(size) - 4);
  return ((segment << 4) | ((size >> Math.max(1, segment)) & 15)) ^ mask;
}

/** Samples of several channels in turn. */
export function interleaved(channels: readonly ArrayLike<number>[]): Float32Array<ArrayBuffer> {
  const out = new Float32Array(channels.length * channels[0].length);
  channels.forEach((channel, index) => {
    for (let at = 0; at < channel.length; at++) out[at * channels.length + index] = channel[at];
  });
  return out;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const ascii = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** A whole number of `bytes` bytes. */
export function number(value: number, bytes: number, endian: Endian): Uint8Array<ArrayBuffer> {
  const out = Uint8Array.from({ length: bytes }, (_, byte) => Math.floor(value / 2 ** (8 * byte)) & 0xff);
  return endian === 'le' ? out : out.reverse();
}

export interface WavOptions {
  tag?: number;
  bits?: number;
  channels?: number;
  rate?: number;
  /** Size that the header says; default: that of the samples. */
  dataSize?: number;
  isExtensible?: boolean;
  /** Bytes of a chunk before the format. */
  extraChunk?: number;
  id?: 'RIFF' | 'RF64' | 'RIFX';
  blockBytes?: number;
}

/** A WAV file around sample bytes. */
export function wavFile(data: Uint8Array, options: WavOptions = {}): Uint8Array<ArrayBuffer> {
  const { tag = 1, bits = 16, channels = 1, rate = 24_000, isExtensible = false, extraChunk = 0, id = 'RIFF' } = options;
  const endian = id === 'RIFX' ? 'be' : 'le';
  const { blockBytes = (channels * bits) / 8, dataSize = data.length } = options;
  const extensible = joined(
    number(22, 2, endian),
    number(bits, 2, endian),
    number(0, 4, endian),
    number(tag, 2, endian),
    new Uint8Array(14),
  );
  return joined(
    ascii(id),
    number(id === 'RF64' ? 0xffffffff : dataSize + 36, 4, endian),
    ascii('WAVE'),
    id === 'RF64'
      ? joined(ascii('ds64'), number(28, 4, 'le'), number(0, 8, 'le'), number(data.length, 8, 'le'), new Uint8Array(12))
      : ascii(''),
    extraChunk ? joined(ascii('LIST'), number(extraChunk, 4, endian), new Uint8Array(extraChunk + (extraChunk % 2)).fill(77)) : ascii(''),
    ascii('fmt '),
    number(isExtensible ? 40 : 16, 4, endian),
    number(isExtensible ? 0xfffe : tag, 2, endian),
    number(channels, 2, endian),
    number(rate, 4, endian),
    number((rate * channels * bits) / 8, 4, endian),
    number(blockBytes, 2, endian),
    number(bits, 2, endian),
    isExtensible ? extensible : ascii(''),
    ascii('data'),
    number(id === 'RF64' ? 0xffffffff : dataSize, 4, endian),
    data,
  );
}

/** Sony Wave64 around sample bytes. */
export function wave64File(
  data: Uint8Array,
  { tag = 1, bits = 16, channels = 1, rate = 24_000 }: WavOptions = {},
): Uint8Array<ArrayBuffer> {
  const guid = (id: string): Uint8Array =>
    joined(ascii(id), Uint8Array.of(0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a));
  const riff = joined(ascii('riff'), Uint8Array.of(0x2e, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 4, 0xc1, 0, 0));
  const padding = new Uint8Array((8 - (data.length % 8)) % 8);
  return joined(
    riff,
    number(104 + data.length, 8, 'le'),
    guid('wave'),
    guid('fmt '),
    number(40, 8, 'le'),
    number(tag, 2, 'le'),
    number(channels, 2, 'le'),
    number(rate, 4, 'le'),
    number((rate * channels * bits) / 8, 4, 'le'),
    number((channels * bits) / 8, 2, 'le'),
    number(bits, 2, 'le'),
    guid('data'),
    number(24 + data.length, 8, 'le'),
    data,
    padding,
  );
}

/** AIFF, or AIFF-C with a compression type, around sample bytes. */
export function aiffFile(
  data: Uint8Array,
  options: { type?: string; bits?: number; channels?: number; rate?: number } = {},
): Uint8Array<ArrayBuffer> {
  const { type, bits = 16, channels = 1, rate = 24_000 } = options;
  const exponent = Math.floor(Math.log2(rate));
  const rate80 = joined(number(16383 + exponent, 2, 'be'), number(Math.round(rate * 2 ** (31 - exponent)), 4, 'be'), new Uint8Array(4));
  const frames = (data.length * 8) / (bits * channels);
  const common = joined(
    number(channels, 2, 'be'),
    number(frames, 4, 'be'),
    number(bits, 2, 'be'),
    rate80,
    type ? joined(ascii(type), Uint8Array.of(0, 0)) : ascii(''),
  );
  const chunk = (id: string, body: Uint8Array): Uint8Array =>
    joined(ascii(id), number(body.length, 4, 'be'), body, new Uint8Array(body.length % 2));
  const body = joined(
    ascii(type ? 'AIFC' : 'AIFF'),
    type ? chunk('FVER', number(0xa2805140, 4, 'be')) : ascii(''),
    chunk('COMM', common),
    chunk('SSND', joined(new Uint8Array(8), data)),
  );
  return chunk('FORM', body) as Uint8Array<ArrayBuffer>;
}

/** Sun AU around sample bytes. `kind`: 1 μ-law, 3 16 bits, 6 float, 27 A-law. */
export function auFile(
  data: Uint8Array,
  options: { kind?: number; channels?: number; rate?: number; dataSize?: number } = {},
): Uint8Array<ArrayBuffer> {
  const { kind = 3, channels = 1, rate = 24_000, dataSize = data.length } = options;
  return joined(
    ascii('.snd'),
    number(28, 4, 'be'),
    number(dataSize, 4, 'be'),
    number(kind, 4, 'be'),
    number(rate, 4, 'be'),
    number(channels, 4, 'be'),
    ascii('note'),
    data,
  );
}

/** Bytes like those of compressed data, the same for a seed. */
export function randomBytes(count: number, seed = 1): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length: count }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}
