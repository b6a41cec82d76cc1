/**
 * Splits compressed files that were sent one after another, as speech services send one per sentence: the browser's decoder reads the
 * first and drops the rest in silence. Ogg, FLAC, MP4 and WebM; streams of frames such as MP3 and AAC need no splitting.
 *
 * @see RFC 3533 (Ogg pages), RFC 9639 (FLAC), ISO/IEC 14496-12 (MP4 boxes), RFC 8794 (EBML).
 */

/** @returns Views on the bytes, in order; all bytes are in one of them. */
export function soundUnits(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const begins = beginningsOf(bytes);
  return begins.map((begin, index) => bytes.subarray(index === 0 ? 0 : begin, begins[index + 1] ?? bytes.length));
}

function beginningsOf(bytes: Uint8Array): number[] {
  if (hasText(bytes, 0, 'OggS')) return oggBeginnings(bytes);
  if (hasText(bytes, 4, 'ftyp')) return mp4Beginnings(bytes);
  // A FLAC file begins with its stream information, of 34 bytes; a WebM file with an EBML header that names its type.
  if (hasText(bytes, 0, 'fLaC'))
    return placesOf(bytes, 0x66, (at) => hasText(bytes, at, 'fLaC\0\0\0\x22') || hasText(bytes, at, 'fLaC\x80\0\0\x22'));
  if (hasText(bytes, 0, EBML)) return placesOf(bytes, 0x1a, (at) => hasText(bytes, at, EBML) && isDocument(bytes, at));
  return [0];
}

const EBML = '\x1aE\xdf\xa3';
/** Id of the element that names the document's type, which comes within the first bytes of the header. */
const DOCUMENT_TYPE = '\x42\x82';
const EBML_HEADER_BYTES = 64;

function isDocument(bytes: Uint8Array, at: number): boolean {
  for (let place = at + 4; place < at + EBML_HEADER_BYTES; place++) if (hasText(bytes, place, DOCUMENT_TYPE)) return true;
  return false;
}

function placesOf(bytes: Uint8Array, first: number, isBeginning: (at: number) => boolean): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) if (isBeginning(at)) places.push(at);
  return places.length > 0 ? places : [0];
}

const FIRST_PAGE = 2;
const LAST_PAGE = 4;

/** First pages behind last ones: those of several streams in one file follow each other without. */
function oggBeginnings(bytes: Uint8Array): number[] {
  const begins = [0];
  let hasEnded = false;
  for (let at = 0; at + 27 <= bytes.length && hasText(bytes, at, 'OggS'); ) {
    const flags = bytes[at + 5];
    if (flags & FIRST_PAGE && hasEnded) {
      begins.push(at);
      hasEnded = false;
    }
    if (flags & LAST_PAGE) hasEnded = true;
    const segmentCount = bytes[at + 26];
    at += 27 + segmentCount + bytes.subarray(at + 27, at + 27 + segmentCount).reduce((sum, size) => sum + size, 0);
  }
  return begins;
}

function mp4Beginnings(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begins: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    if (hasText(bytes, at + 4, 'ftyp')) begins.push(at);
    const size = view.getUint32(at);
    const isLong = size === 1 && at + 16 <= bytes.length;
    const boxBytes = isLong ? Number(view.getBigUint64(at + 8)) : size;
    // 0: to the end; less than a header: damaged.
    if (boxBytes < 8) break;
    at += boxBytes;
  }
  return begins.length > 0 ? begins : [0];
}

function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let letter = 0; letter < text.length; letter++) if (bytes[at + letter] !== text.charCodeAt(letter)) return false;
  return true;
}
