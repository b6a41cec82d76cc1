/** How the samples of uncompressed sound are stored. Full scale is ±1 when read. */

/** Named like the formats of ffmpeg, without their prefix `pcm_`. */
export type SampleEncoding = keyof typeof BYTES_PER_SAMPLE;

export const BYTES_PER_SAMPLE = {
  u8: 1,
  s8: 1,
  s16le: 2,
  s16be: 2,
  s24le: 3,
  s24be: 3,
  s32le: 4,
  s32be: 4,
  f32le: 4,
  f32be: 4,
  f64le: 8,
  f64be: 8,
  mulaw: 1,
  alaw: 1,
} as const;

/** Other names, as content types, file names and speech services write them. */
const ALIASES: Readonly<Record<string, SampleEncoding>> = {
  linear16: 's16le',
  int16: 's16le',
  s16: 's16le',
  s24: 's24le',
  s32: 's32le',
  f32: 'f32le',
  float: 'f32le',
  float32: 'f32le',
  f64: 'f64le',
  float64: 'f64le',
  ulaw: 'mulaw',
  mulaw: 'mulaw',
  pcmu: 'mulaw',
  g711u: 'mulaw',
  g711ulaw: 'mulaw',
  ul: 'mulaw',
  pcma: 'alaw',
  g711a: 'alaw',
  g711alaw: 'alaw',
  al: 'alaw',
};

/** Such as `pcm_f32le`, `mu-law`, `linear16`; null for other names. */
export function encodingNamed(name: string): SampleEncoding | null {
  const word = name
    .toLowerCase()
    .replace('µ', 'mu')
    .replace(/^pcm_/, '')
    .replace(/[\s_-]/g, '');
  if (Object.hasOwn(BYTES_PER_SAMPLE, word)) return word as SampleEncoding;
  return Object.hasOwn(ALIASES, word) ? ALIASES[word] : null;
}

/** Whole-number encoding of a width; null where there is none. 8 bits are unsigned unless `isSigned8`. */
export function integerEncoding(bits: number, isBigEndian: boolean, isSigned8 = false): SampleEncoding | null {
  if (bits === 8) return isSigned8 ? 's8' : 'u8';
  return encodingNamed(`s${bits}${isBigEndian ? 'be' : 'le'}`);
}

/** Floating-point encoding of a width; null where there is none. */
export function floatEncoding(bits: number, isBigEndian: boolean): SampleEncoding | null {
  return encodingNamed(`f${bits}${isBigEndian ? 'be' : 'le'}`);
}

/** Reads the sample at a byte position, −1..1; floats as they are. */
export function sampleReaderOf(encoding: SampleEncoding): (view: DataView, at: number) => number {
  const isLittle = encoding.endsWith('le');
  switch (encoding) {
    case 'mulaw':
      return (view, at) => muLaw(view.getUint8(at));
    case 'alaw':
      return (view, at) => aLaw(view.getUint8(at));
    case 'u8':
      return (view, at) => (view.getUint8(at) - 128) / 128;
    case 's8':
      return (view, at) => view.getInt8(at) / 128;
    case 's24le':
      return (view, at) => (view.getInt8(at + 2) * 65536 + view.getUint16(at, true)) / 2 ** 23;
    case 's24be':
      return (view, at) => (view.getInt8(at) * 65536 + view.getUint16(at + 1, false)) / 2 ** 23;
    case 's32le':
    case 's32be':
      return (view, at) => view.getInt32(at, isLittle) / 2 ** 31;
    case 'f32le':
    case 'f32be':
      return (view, at) => view.getFloat32(at, isLittle);
    case 'f64le':
    case 'f64be':
      return (view, at) => view.getFloat64(at, isLittle);
    default:
      return (view, at) => view.getInt16(at, isLittle) / 2 ** 15;
  }
}

/** G.711 table 1a: sign, 3 bits of segment, 4 of step, alternate bits inverted; 13 bits of range. */
function aLaw(byte: number): number {
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 7;
  const step = ((code & 15) << 1) + 1;
  const magnitude = segment === 0 ? step : (step + 32) << (segment - 1);
  return (code & 0x80 ? magnitude : -magnitude) / 4096;
}

/** G.711 table 2a: all bits inverted, a bias of 33; 14 bits of range. */
function muLaw(byte: number): number {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 15) << 1) + 33) << ((code >> 4) & 7)) - 33;
  return (code & 0x80 ? -magnitude : magnitude) / 8192;
}
