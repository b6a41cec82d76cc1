/**
 * Finds out what a run of bytes is: by its first bytes above all, by its content type and its name. Raw PCM needs a reason, because
 * anything else played as samples is full-scale noise.
 */
import { guessedFile, knownFile, textKind } from './file-names.js';
import { id3TagBytes } from './mpeg-frames.js';
import { guessedEncoding, likelier } from './pcm-likeness.js';
import { encodingNamed, floatEncoding, integerEncoding, type SampleEncoding } from './sample-encoding.js';
import { CONTAINER_NAMES, containerAt } from './sound-containers.js';

/** The kind of bytes, certain or probable. */
export type SoundFormat =
  /** `SoundFileReader` reads it. */
  | { readonly kind: 'file'; readonly what: string }
  | { readonly kind: 'mp3' }
  /** Anything the browser's decoder may know. `what` is null where nothing says what it is. */
  | { readonly kind: 'encoded'; readonly what: string | null }
  /** `isGuess`: nothing but the bytes themselves says so, and the first of them may be silence. */
  | {
      readonly kind: 'pcm';
      readonly encoding: SampleEncoding;
      readonly sampleRateHz: number | null;
      readonly channelCount: number;
      readonly isGuess: boolean;
    }
  /** Raw samples in an encoding that the bytes do not tell; or raw samples that nothing else says are any, in the encoding they seem to have. */
  | { readonly kind: 'unclear-pcm'; readonly encoding: SampleEncoding | null }
  /** Certainly no sound. */
  | { readonly kind: 'other'; readonly what: string };

export interface SoundHints {
  /** As in HTTP, or ''. */
  readonly contentType?: string;
  /** File name or path, or ''. */
  readonly name?: string;
  /** The page says that these are raw samples, and which. */
  readonly encoding?: SampleEncoding | null;
  /** The page gives a rate, which only raw samples need. */
  readonly isRateGiven?: boolean;
}

/** Bytes that `soundFormatOf` wants to see behind an ID3 tag, if there are as many. Several frames of any format fit. */
export const SNIFF_BYTES = 4096;
/** With fewer, raw samples cannot be told from other bytes. */
export const MIN_SNIFF_BYTES = 1024;

/** A statement that bytes are raw samples. */
interface PcmLabel {
  /** Null where it is not stated. */
  readonly encoding: SampleEncoding | null;
  /** 16 bits, but senders do not agree about the byte order. */
  readonly is16Bit?: boolean;
  readonly sampleRateHz: number | null;
  readonly channelCount: number;
}

/** RFC 3551, 4.5.14; RFC 2046 for `audio/basic`. */
const TELEPHONE_RATE_HZ = 8000;
const PCM_TYPES = ['pcm', 'x-pcm', 'raw', 'x-raw', 'lpcm', 'x-lpcm', 'vnd.pcm', 's16le'];
const MU_LAW_TYPES = ['basic', 'pcmu', 'mulaw', 'x-mulaw', 'ulaw', 'x-ulaw', 'g711-mulaw', 'mu-law', 'x-mu-law'];
const A_LAW_TYPES = ['pcma', 'alaw', 'x-alaw', 'g711-alaw', 'a-law', 'x-a-law', 'x-alaw-basic'];
const PCM_NAME = /\.(pcm|raw|l16|lpcm|sln)$/i;
/** Endings that name an encoding. */
const ENCODING_NAME =
  /\.(s8|u8|s16le|s16be|s24|s24le|s24be|s32|s32le|s32be|f32|f32le|f32be|f64|f64le|f64be|ul|ulaw|mulaw|pcmu|al|alaw|pcma)$/i;
const ENCODED_NAMES: Readonly<Record<string, string>> = {
  mp3: 'MP3',
  mp2: 'MP2',
  m4a: 'MP4',
  mp4: 'MP4',
  aac: 'AAC',
  ogg: 'Ogg',
  oga: 'Ogg',
  opus: 'Opus',
  flac: 'FLAC',
  webm: 'WebM',
  weba: 'WebM',
  caf: 'Core Audio Format (CAF)',
  amr: 'AMR',
  wma: 'Windows Media',
  ac3: 'AC-3',
  eac3: 'E-AC-3',
  dts: 'DTS',
  gsm: 'GSM 6.10',
  g722: 'G.722',
  g729: 'G.729',
  spx: 'Speex',
  ts: 'an MPEG transport stream',
};

/** @param head First bytes, `SNIFF_BYTES` behind an ID3 tag, or all there are. */
export function soundFormatOf(
  head: Uint8Array,
  { contentType = '', name = '', encoding = null, isRateGiven = false }: SoundHints,
): SoundFormat {
  const [mime, ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  // The bytes win: servers label files wrongly, and a header read as PCM is a bang.
  const container = containerAt(head, 0);
  if (container && container !== 'cut') return { kind: 'file', what: `${CONTAINER_NAMES[container]} file` };
  const tagBytes = id3TagBytes(head, 0);
  const sound = head.subarray(tagBytes);
  const file = knownFile(sound);
  if (file?.what === 'MP3') return { kind: 'mp3' };
  if (file?.isSound) return { kind: 'encoded', what: file.what };
  if (tagBytes > 0) return { kind: 'encoded', what: 'an ID3 tag with unknown sound behind it' };
  const label = typeLabel(mime, parameters) ?? nameLabel(name);
  if (encoding) return pcm(head, { sampleRateHz: null, channelCount: 1, ...label, encoding });
  // Servers answer with a message under the name and type of the sound.
  if (file && !label?.encoding) return { kind: 'other', what: file.what };
  if (label) return pcm(head, label);
  if (isRateGiven) return pcm(head, { encoding: null, sampleRateHz: null, channelCount: 1 });
  const text = labelledText(head, mime);
  if (text) return { kind: 'other', what: text };
  const ending = ENCODED_NAMES[/\.(\w+)$/.exec(name)?.[1].toLowerCase() ?? ''];
  const isLabelled = /^(audio|video)\//.test(mime) || ending !== undefined;
  const guess = guessedFile(head);
  const guessed = isLabelled ? null : guessedEncoding(head, 1);
  if (guessed === 's16le') return { kind: 'pcm', encoding: guessed, sampleRateHz: null, channelCount: 1, isGuess: true };
  if (guess && !guess.isSound) return { kind: 'other', what: guess.what };
  if (guessed && !guess) return { kind: 'unclear-pcm', encoding: guessed };
  return { kind: 'encoded', what: guess?.what ?? ending ?? (isLabelled ? mime : null) };
}

/** Raw samples by their label; an encoding that is not stated is guessed. */
function pcm(head: Uint8Array, { encoding, is16Bit, sampleRateHz, channelCount }: PcmLabel): SoundFormat {
  const found = encoding ?? (is16Bit ? likelier(head) : guessedEncoding(head, channelCount));
  return found ? { kind: 'pcm', encoding: found, sampleRateHz, channelCount, isGuess: false } : { kind: 'unclear-pcm', encoding: null };
}

/** Encodings by content type; parameters as in RFC 2586 (L16), RFC 3551 and the answers of speech services. */
function typeLabel(mime: string, parameters: readonly string[]): PcmLabel | null {
  const [type, subtype = ''] = mime.split('/');
  if (type !== 'audio') return null;
  const value = (...names: string[]): string | null => {
    const found = parameters.find((parameter) => names.includes(parameter.split('=')[0]));
    return found ? found.slice(found.indexOf('=') + 1).replaceAll('"', '') : null;
  };
  const number = (...names: string[]): number | null => {
    const found = Number(value(...names) ?? Number.NaN);
    return Number.isInteger(found) && found > 0 ? found : null;
  };
  const rateHz = number('rate', 'sample-rate', 'sample_rate', 'samplerate');
  const channelCount = number('channels', 'channel-count', 'channel_count') ?? 1;
  if (MU_LAW_TYPES.includes(subtype)) return { encoding: 'mulaw', sampleRateHz: rateHz ?? TELEPHONE_RATE_HZ, channelCount };
  if (A_LAW_TYPES.includes(subtype)) return { encoding: 'alaw', sampleRateHz: rateHz ?? TELEPHONE_RATE_HZ, channelCount };
  const stated = value('encoding', 'codec', 'format', 'codecs');
  const isBigEndian = value('is-big-endian', 'big-endian') === 'true' || /^big|be$/.test(value('endian', 'endianness', 'byte-order') ?? '');
  const label = { sampleRateHz: rateHz, channelCount };
  const width = /^l(8|16|20|24)$/.exec(subtype)?.[1];
  // RFC 3551 and 3190 say big-endian; most services that answer with L16 send little-endian.
  if (width === '16') return { ...label, encoding: null, is16Bit: true };
  if (width === '20') return null;
  if (width) return { ...label, encoding: integerEncoding(Number(width), true) };
  if (!PCM_TYPES.includes(subtype)) return null;
  const bits = number('bits', 'sample-size-bits', 'bit-depth', 'sample-size');
  const isFloat = /float/.test(stated ?? '');
  const ofWidth = bits === null ? null : isFloat ? floatEncoding(bits, isBigEndian) : integerEncoding(bits, isBigEndian);
  const named = stated === null ? null : encodingNamed(stated);
  if (ofWidth) return { ...label, encoding: ofWidth };
  return { ...label, encoding: named ?? (isBigEndian ? 's16be' : null) };
}

function nameLabel(name: string): PcmLabel | null {
  if (/\.sln$/i.test(name)) return { encoding: 's16le', sampleRateHz: TELEPHONE_RATE_HZ, channelCount: 1 };
  if (PCM_NAME.test(name)) return { encoding: null, sampleRateHz: null, channelCount: 1 };
  const encoding = encodingNamed(ENCODING_NAME.exec(name)?.[1] ?? '');
  const isTelephone = encoding === 'mulaw' || encoding === 'alaw';
  return encoding && { encoding, sampleRateHz: isTelephone ? TELEPHONE_RATE_HZ : null, channelCount: 1 };
}

/** Content types of text. */
function labelledText(head: Uint8Array, mime: string): string | null {
  if (mime === 'text/html') return 'an HTML page';
  if (mime.endsWith('json')) return 'JSON';
  if (!mime.startsWith('text/') && !mime.endsWith('xml')) return null;
  return textKind(
    String.fromCharCode(...head.subarray(0, 256))
      .trimStart()
      .toLowerCase(),
  );
}
