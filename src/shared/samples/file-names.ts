/** The type of a file by its first bytes, for decisions and for messages. */
import { mpegStreamAt } from './mpeg-frames.js';

export interface KnownFile {
  /** With its article, such as `a GLB model`, or a name such as `AC-3`. */
  readonly what: string;
  /** Sound, or what may hold it, which the browser may be able to decode. */
  readonly isSound: boolean;
}

/** Position, bytes (`?` fits any), name. */
type Row = readonly [at: number, bytes: string, what: string];

/** Certain: four bytes or more. */
const SOUNDS: readonly Row[] = [
  [0, 'fLaC', 'FLAC'],
  [0, '\x1aE\xdf\xa3', 'WebM or Matroska'],
  [0, 'OggS', 'Ogg'],
  [4, 'ftyp', 'MP4'],
  [4, 'moov', 'MP4'],
  [0, 'caff\0', 'Core Audio Format (CAF)'],
  [0, '#!AMR-WB', 'AMR-WB'],
  [0, '#!AMR', 'AMR'],
  [0, '#!SILK', 'SILK'],
  [1, '#!SILK', 'SILK'],
  [0, 'ADIF', 'AAC (ADIF)'],
  [0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'Windows Media (ASF)'],
  [0, 'FORM????8SVX', '8SVX'],
  [0, 'Creative Voice File', 'a Creative VOC file'],
  [0, 'NIST_1A', 'NIST SPHERE'],
  [0, 'wvpk', 'WavPack'],
  [0, 'MAC ', "Monkey's Audio"],
  [0, 'TTA1', 'TTA'],
  [0, 'MPCK', 'Musepack'],
  [0, 'MP+', 'Musepack'],
  [0, 'DSD ', 'DSD (DSF)'],
  [0, 'FRM8', 'DSD (DSDIFF)'],
  [0, '.RMF', 'RealMedia'],
  [0, '.ra\xfd', 'RealAudio'],
  [0, '\x7f\xfe\x80\x01', 'DTS'],
  [0, '\xfe\x7f\x01\x80', 'DTS'],
  [0, '\0\0\x01\xba', 'an MPEG program stream'],
  [0, 'FLV\x01', 'Flash video'],
  [0, 'MThd', 'a MIDI file'],
  [0, 'RIFF????RMID', 'a MIDI file'],
  [0, 'RIFF????AVI ', 'AVI'],
  [0, 'IMPM', 'a tracker module'],
  [0, 'Extended Module', 'a tracker module'],
];
const OTHERS: readonly Row[] = [
  [0, 'glTF', 'a GLB model'],
  [0, 'PK\x03\x04', 'a ZIP archive'],
  [0, 'PK\x05\x06', 'a ZIP archive'],
  [0, '%PDF', 'a PDF document'],
  [0, '\x89PNG', 'a PNG picture'],
  [0, 'GIF8', 'a GIF picture'],
  [0, '\xff\xd8\xff', 'a JPEG picture'],
  [0, 'RIFF????WEBP', 'a WebP picture'],
  [0, 'II*\0', 'a TIFF picture'],
  [0, 'MM\0*', 'a TIFF picture'],
  [0, '\xabKTX ', 'a KTX texture'],
  [0, 'DDS ', 'a DDS texture'],
  [0, 'ply\n', 'a PLY model'],
  [0, 'ply\r', 'a PLY model'],
  [0, 'Kaydara FBX', 'an FBX model'],
  [0, 'BLENDER', 'a Blender file'],
  [0, 'wOFF', 'a font'],
  [0, 'wOF2', 'a font'],
  [0, 'OTTO', 'a font'],
  [0, '\0asm', 'WebAssembly'],
  [0, '\x7fELF', 'a program'],
  [0, '\xcf\xfa\xed\xfe', 'a program'],
  [0, 'SQLite format', 'a database'],
  [0, 'Rar!', 'a RAR archive'],
  [0, '7z\xbc\xaf', 'a 7z archive'],
  [0, '\x28\xb5\x2f\xfd', 'Zstandard data'],
  [0, '\x1f\x8b\x08', 'gzip data'],
  [0, 'BZh', 'bzip2 data'],
  [0, '\xfd7zXZ', 'xz data'],
  [257, 'ustar', 'a TAR archive'],
];
/** Two bytes prove little: they count where the bytes cannot be samples. */
const SHORT_SOUNDS: readonly Row[] = [
  [0, '\x0b\x77', 'AC-3'],
  [0, '\x77\x0b', 'AC-3'],
];
const SHORT_OTHERS: readonly Row[] = [
  [0, 'BM', 'a BMP picture'],
  [0, 'MZ', 'a program'],
  [0, '\0\x01\0\0', 'a font'],
  [0, '\0\0\x01\0', 'an icon'],
];

function rowIn(rows: readonly Row[], head: Uint8Array): string | null {
  const fits = ([at, bytes]: Row): boolean =>
    at + bytes.length <= head.length && [...bytes].every((letter, index) => letter === '?' || head[at + index] === letter.charCodeAt(0));
  return rows.find(fits)?.[2] ?? null;
}

/** Null for bytes that do not say certainly what they are. */
export function knownFile(head: Uint8Array): KnownFile | null {
  const sound = oggName(head) ?? rowIn(SOUNDS, head) ?? frameName(head);
  if (sound) return { what: sound, isSound: true };
  const what = rowIn(OTHERS, head) ?? textName(head);
  return what ? { what, isSound: false } : null;
}

/** For bytes that are no samples: also by signs that samples may have by chance. */
export function guessedFile(head: Uint8Array): KnownFile | null {
  const sound = rowIn(SHORT_SOUNDS, head);
  if (sound) return { what: (head[5] ?? 0) >> 3 > 10 ? 'E-AC-3' : sound, isSound: true };
  const what = rowIn(SHORT_OTHERS, head);
  return what ? { what, isSound: false } : null;
}

const OGG_CODECS: readonly (readonly [bytes: string, name: string])[] = [
  ['OpusHead', 'Opus'],
  ['vorbis', 'Vorbis'],
  ['Speex', 'Speex'],
  ['FLAC', 'FLAC'],
];

function oggName(head: Uint8Array): string | null {
  if (!rowIn([[0, 'OggS', 'Ogg']], head)) return null;
  const page = String.fromCharCode(...head.subarray(27, 100));
  const codec = OGG_CODECS.find(([bytes]) => page.includes(bytes));
  return codec ? `Ogg with ${codec[1]}` : 'Ogg';
}

const TS_PACKET_BYTES = [188, 192, 204];

/** Streams of frames: a sync word, and another one where the frame ends. */
function frameName(head: Uint8Array): string | null {
  const mpeg = mpegStreamAt(head, 0);
  if (mpeg) return `MP${mpeg.layer}`;
  if (head[0] === 0xff && (head[1] & 0xf6) === 0xf0) {
    // ADTS, ISO/IEC 13818-7, 6.2.
    const bytes = ((head[3] & 3) << 11) | (head[4] << 3) | (head[5] >> 5);
    if (bytes > 7 && head[bytes] === 0xff && head[bytes + 1] === head[1]) return 'AAC';
  }
  // LATM/LOAS: 11 bits of sync, 13 of length.
  if (head[0] === 0x56 && (head[1] & 0xe0) === 0xe0) {
    const bytes = 3 + (((head[1] & 31) << 8) | head[2]);
    if (head[bytes] === 0x56 && (head[bytes + 1] & 0xe0) === 0xe0) return 'AAC (LATM)';
  }
  const isTransport = TS_PACKET_BYTES.some((size) => {
    const begin = size === 192 ? 4 : 0;
    return [0, 1, 2].every((packet) => head[begin + packet * size] === 0x47);
  });
  return isTransport ? 'an MPEG transport stream' : null;
}

const TEXT_HEAD_BYTES = 512;
/** UTF-8 without control characters, as one character per byte; the last one may be cut. */
const UTF8 =
  /^([\t\n\r\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})*[\xc2-\xf4]?[\x80-\xbf]{0,2}$/;
const MIN_TEXT_BYTES = 8;
/** Samples may be printable by chance: plain text, which has no other sign, has to be longer. */
const MIN_PLAIN_TEXT_BYTES = 32;
const MIN_PLAIN_TEXT_LETTERS = 8;

function textName(head: Uint8Array): string | null {
  const bytes = head.subarray(0, TEXT_HEAD_BYTES);
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe && bytes[3] === 0) || (bytes[0] === 0xfe && bytes[1] === 0xff && bytes[2] === 0);
  if (isUtf16) return 'text';
  const latin1 = String.fromCharCode(...bytes).replace(/\0.*$/s, '');
  if (latin1.length < MIN_TEXT_BYTES || !UTF8.test(latin1)) return null;
  const text = latin1
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  const kind = textKind(text);
  const isClear = latin1.length >= MIN_PLAIN_TEXT_BYTES && new Set(latin1).size >= MIN_PLAIN_TEXT_LETTERS;
  return kind === 'text' && !isClear ? null : kind;
}

/** Name of a text by how it begins. */
export function textKind(text: string): string {
  if (/^<(!doctype html|html|head|body)/.test(text)) return 'an HTML page';
  if (/^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype )?svg/s.test(text)) return 'an SVG picture';
  if (text.startsWith('<speak')) return 'SSML';
  if (/^<[a-z?!]/.test(text)) return 'XML';
  if (text.startsWith('#extm3u')) return 'an HLS playlist';
  if (text.startsWith('webvtt')) return 'WebVTT captions';
  if (/^(\{\s*["}]|\[\s*[[{"\d\]])/.test(text)) return 'JSON';
  return 'text';
}
