/** Finds out what a run of bytes is: by its content type, its name, and above all its first bytes. */
import { audioContainerOf } from './pcm.js';

/** What sort of bytes they are, or seem to be. */
export type SoundFormat =
  | { kind: 'wav' }
  /** Anything the browser's decoder may know. */
  | { kind: 'encoded' }
  /** Signed 16-bit little-endian. */
  | { kind: 'pcm'; sampleRateHz: number | null; channelCount: number }
  /** Certainly no sound. */
  | { kind: 'text'; what: string };

/** Bytes that `soundFormatOf` wants to see, if there are as many. Two MP3 frames fit. */
export const SNIFF_BYTES = 4096;

const PCM_TYPES = ['audio/l16', 'audio/pcm', 'audio/x-pcm', 'audio/raw', 'audio/x-raw', 'audio/s16le'];
const PCM_NAME = /\.(pcm|raw|s16le|l16)$/i;
const ENCODED_NAME = /\.(mp3|m4a|mp4|aac|ogg|oga|opus|flac|webm|weba|aiff?|caf|amr|wma)$/i;

/**
 * @param head First bytes, `SNIFF_BYTES` or all there are.
 * @param contentType As in HTTP, or ''. `rate` and `channels` of PCM types are read (RFC 2586; the byte order is taken
 * as little-endian, as the speech services that answer with `audio/L16` send it).
 * @param name File name or path, or ''.
 */
export function soundFormatOf(head: Uint8Array, contentType: string, name: string): SoundFormat {
  const [mime, ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  // The bytes win: servers label files wrongly, and a header read as PCM is a bang.
  const container = audioContainerOf(head);
  if (container === 'wav') return { kind: 'wav' };
  if (container || isFrameStream(head)) return { kind: 'encoded' };
  if (PCM_TYPES.includes(mime)) {
    const rate = numberOf(parameters, 'rate') ?? numberOf(parameters, 'sample-rate');
    return { kind: 'pcm', sampleRateHz: rate, channelCount: numberOf(parameters, 'channels') ?? 1 };
  }
  if (PCM_NAME.test(name)) return { kind: 'pcm', sampleRateHz: null, channelCount: 1 };
  const text = textKind(head, mime);
  if (text) return { kind: 'text', what: text };
  if (/^(audio|video)\//.test(mime) || ENCODED_NAME.test(name)) return { kind: 'encoded' };
  return { kind: 'pcm', sampleRateHz: null, channelCount: 1 };
}

function textKind(head: Uint8Array, mime: string): string | null {
  const isText = mime.startsWith('text/') || mime.endsWith('json') || mime.endsWith('xml');
  const start = String.fromCharCode(...head.subarray(0, 256))
    .replace(/^ï»¿/, '')
    .trimStart()
    .toLowerCase();
  if (mime === 'text/html' || start.startsWith('<!doctype html') || start.startsWith('<html')) return 'an HTML page';
  if (mime.endsWith('json')) return 'JSON';
  return isText ? 'text' : null;
}

/** A number among the parameters of a content type. */
function numberOf(parameters: string[], name: string): number | null {
  const found = parameters.find((parameter) => parameter.startsWith(`${name}=`));
  const value = found ? Number(found.slice(name.length + 1).replaceAll('"', '')) : Number.NaN;
  return Number.isInteger(value) && value > 0 ? value : null;
}

const MP3_KBIT_V1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const MP3_KBIT_V2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const MP3_RATES = [44100, 48000, 32000];

/**
 * Whether these are bare MP3 or AAC (ADTS) frames. The sync word alone is common in quiet PCM; that the length it
 * announces leads to another one is not.
 */
function isFrameStream(head: Uint8Array): boolean {
  if (head.length < 8 || head[0] !== 0xff || (head[1] & 0xe0) !== 0xe0) return false;
  const length = (head[1] & 0xf6) === 0xf0 ? adtsFrameBytes(head) : mp3FrameBytes(head);
  return length > 7 && head[length] === 0xff && head[length + 1] === head[1];
}

/** ISO/IEC 13818-7, 6.2. */
function adtsFrameBytes(head: Uint8Array): number {
  return ((head[3] & 3) << 11) | (head[4] << 3) | (head[5] >> 5);
}

/** ISO/IEC 11172-3, 2.4.3.1, layer III; 0 for what is none. */
function mp3FrameBytes(head: Uint8Array): number {
  const version = (head[1] >> 3) & 3;
  const layer = (head[1] >> 1) & 3;
  const isVersion1 = version === 3;
  const kbit = (isVersion1 ? MP3_KBIT_V1 : MP3_KBIT_V2)[head[2] >> 4];
  const rate = MP3_RATES[(head[2] >> 2) & 3];
  if (version === 1 || layer !== 1 || !kbit || !rate) return 0;
  const rateHz = isVersion1 ? rate : version === 2 ? rate / 2 : rate / 4;
  return Math.floor(((isVersion1 ? 144 : 72) * kbit * 1000) / rateHz) + ((head[2] >> 1) & 1);
}
