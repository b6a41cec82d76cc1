/**
 * Headers of files that hold uncompressed samples: WAV (also RF64 and big-endian RIFX), Sony Wave64, AIFF and AIFF-C, Sun/NeXT AU.
 *
 * @see Microsoft, Multimedia Data Standards Update (1994), WAVE; EBU Tech 3306 for RF64; Apple, Audio Interchange File Format 1.3 and
 * AIFF-C draft (1991); Sun, audio file format (`<audio/audio_filehdr.h>`).
 */
import { AvatarError, ErrorCode } from '../contracts/errors.js';
import { BYTES_PER_SAMPLE, floatEncoding, integerEncoding, type SampleEncoding } from './sample-encoding.js';

export type SoundContainer = 'wav' | 'wav-be' | 'w64' | 'aiff' | 'au';

export const CONTAINER_NAMES: Readonly<Record<SoundContainer, string>> = {
  wav: 'a WAV',
  'wav-be': 'a WAV',
  w64: 'a Wave64',
  aiff: 'an AIFF',
  au: 'an AU',
};

/** The sample format that a header states. */
export interface SoundHeader {
  /** Null where they are compressed. */
  readonly encoding: SampleEncoding | null;
  /** Name of the format, for messages. */
  readonly formatName: string;
  readonly sampleRateHz: number;
  readonly channelCount: number;
}

/** Bytes at fixed places that begin a file: unambiguous enough to find the next file behind another one's samples. */
const BEGINNINGS: readonly { container: SoundContainer; parts: readonly (readonly [at: number, text: string])[] }[] = [
  { container: 'wav', parts: [[0, 'RIFF'], [8, 'WAVE']] }, // biome-ignore format: a table
  { container: 'wav', parts: [[0, 'RF64'], [8, 'WAVE']] }, // biome-ignore format: a table
  { container: 'wav-be', parts: [[0, 'RIFX'], [8, 'WAVE']] }, // biome-ignore format: a table
  { container: 'w64', parts: [[0, 'riff\x2e\x91\xcf\x11'], [24, 'wave']] }, // biome-ignore format: a table
  { container: 'aiff', parts: [[0, 'FORM'], [8, 'AIFF']] }, // biome-ignore format: a table
  { container: 'aiff', parts: [[0, 'FORM'], [8, 'AIFC']] }, // biome-ignore format: a table
  { container: 'au', parts: [[0, '.snd\0'], [12, '\0\0\0']] }, // biome-ignore format: a table
];
/** Bytes that decide about any beginning. */
export const BEGINNING_BYTES = 28;

/** The file that begins at a position; null: none; `cut`: there are too few bytes to tell. */
export function containerAt(bytes: Uint8Array, at: number): SoundContainer | 'cut' | null {
  let isCut = false;
  for (const { container, parts } of BEGINNINGS) {
    const fits = parts.every(([offset, text]) => {
      for (let letter = 0; letter < text.length; letter++) {
        const byte = bytes[at + offset + letter];
        if (byte !== undefined && byte !== text.charCodeAt(letter)) return false;
      }
      return true;
    });
    const [offset, text] = parts[parts.length - 1];
    if (fits && at + offset + text.length <= bytes.length) return container;
    isCut ||= fits;
  }
  return isCut ? 'cut' : null;
}

/** No header that describes speech is longer; pictures and notes are other chunks. */
export const MAX_FORMAT_BYTES = 4096;
const MAX_CHANNELS = 64;

const TAG_EXTENSIBLE = 0xfffe;
const TAG_PCM = 1;
const TAG_FLOAT = 3;
/** Tags of compressed WAV, by IANA's WAVE codec registry (RFC 2361). */
const WAV_TAGS: Readonly<Record<number, string>> = {
  2: 'MS ADPCM in WAV',
  17: 'IMA ADPCM in WAV',
  34: 'TrueSpeech in WAV',
  49: 'GSM 6.10 in WAV',
  64: 'G.721 in WAV',
  66: 'G.723 in WAV',
  69: 'G.726 in WAV',
  80: 'MP2 in WAV',
  85: 'MP3 in WAV',
  255: 'AAC in WAV',
  352: 'WMA in WAV',
  353: 'WMA in WAV',
  8192: 'AC-3 in WAV',
  8193: 'DTS in WAV',
};

/** @param view The `fmt ` chunk without its header, at least 16 bytes. @throws {AvatarError} `invalidAudioInput`. */
export function wavHeader(view: DataView, isBigEndian: boolean): SoundHeader {
  const isLittle = !isBigEndian;
  let tag = view.getUint16(0, isLittle);
  const channelCount = view.getUint16(2, isLittle);
  const sampleRateHz = view.getUint32(4, isLittle);
  const blockBytes = view.getUint16(12, isLittle);
  const bits = view.getUint16(14, isLittle);
  // The sub-format GUID of an extensible header begins with the tag.
  if (tag === TAG_EXTENSIBLE && view.byteLength >= 26) tag = view.getUint16(24, isLittle);
  const laws: Readonly<Record<number, SampleEncoding>> = { 6: 'alaw', 7: 'mulaw' };
  let encoding: SampleEncoding | null = laws[tag] ?? null;
  if (tag === TAG_PCM) encoding = integerEncoding(bits, isBigEndian);
  else if (tag === TAG_FLOAT) encoding = floatEncoding(bits, isBigEndian);
  const isKnown = tag === TAG_PCM || tag === TAG_FLOAT || tag in laws;
  if (isKnown && (!encoding || BYTES_PER_SAMPLE[encoding] * 8 !== bits)) throw invalid(`WAV samples of ${bits} bits are not supported`);
  if (encoding && blockBytes !== channelCount * BYTES_PER_SAMPLE[encoding]) throw broken('WAV');
  return checked({ encoding, formatName: WAV_TAGS[tag] ?? `compressed WAV (format ${tag})`, sampleRateHz, channelCount }, 'WAV');
}

/** Encodings by the compression type of AIFF-C; other types are compressed. */
const AIFF_TYPES: Readonly<Partial<Record<string, (bits: number) => SampleEncoding | null>>> = {
  NONE: (bits) => integerEncoding(bits, true, true),
  twos: (bits) => integerEncoding(bits, true, true),
  sowt: (bits) => integerEncoding(bits, false, true),
  'raw ': () => 'u8',
  in24: () => 's24be',
  in32: () => 's32be',
  fl32: () => 'f32be',
  fl64: () => 'f64be',
  ulaw: () => 'mulaw',
  alaw: () => 'alaw',
};

/** @param view The `COMM` chunk without its header, at least 18 bytes. @throws {AvatarError} `invalidAudioInput`. */
export function aiffHeader(view: DataView): SoundHeader {
  const type = view.byteLength >= 22 ? String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + 18, 4)) : 'NONE';
  const known = AIFF_TYPES[type] ?? AIFF_TYPES[type.toLowerCase()];
  // Odd widths are stored in whole bytes, at their upper end.
  const bits = Math.ceil(view.getUint16(6) / 8) * 8;
  const encoding = known?.(bits) ?? null;
  if (known && !encoding) throw invalid(`AIFF samples of ${bits} bits are not supported`);
  // An 80-bit float: sign and exponent, then a mantissa with its leading one.
  const sampleRateHz = (view.getUint32(10) * 2 ** 32 + view.getUint32(14)) * 2 ** ((view.getUint16(8) & 0x7fff) - 16383 - 63);
  return checked({ encoding, formatName: `${type.trim()} in AIFF-C`, sampleRateHz, channelCount: view.getUint16(0) }, 'AIFF');
}

const AU_ENCODINGS: Readonly<Record<number, SampleEncoding>> = {
  1: 'mulaw',
  2: 's8',
  3: 's16be',
  4: 's24be',
  5: 's32be',
  6: 'f32be',
  7: 'f64be',
  27: 'alaw',
};

/** @param view An AU file, at least 24 bytes. @throws {AvatarError} `invalidAudioInput`. */
export function auHeader(view: DataView): SoundHeader & { readonly soundAt: number; readonly soundBytes: number } {
  const kind = view.getUint32(12);
  const header = {
    encoding: AU_ENCODINGS[kind] ?? null,
    formatName: `compressed AU (encoding ${kind})`,
    sampleRateHz: view.getUint32(16),
    channelCount: view.getUint32(20),
  };
  return { ...checked(header, 'AU'), soundAt: Math.max(24, view.getUint32(4)), soundBytes: view.getUint32(8) };
}

function checked(header: SoundHeader, name: string): SoundHeader {
  if (header.channelCount < 1 || header.channelCount > MAX_CHANNELS) throw broken(name);
  if (header.encoding && !(header.sampleRateHz > 0)) throw invalid(`The ${name} file says that its sample rate is 0`);
  return header;
}

function broken(name: string): AvatarError {
  return invalid(`The ${name} file has a broken format header`);
}

function invalid(message: string): AvatarError {
  return new AvatarError(ErrorCode.invalidAudioInput, message);
}
