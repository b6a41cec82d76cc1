/**
 * Elements of EBML, which WebM is written in: an id, a length, then numbers, bytes or more elements.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8794
 */

/** Ids of Matroska, as they stand in a file. */
export const Id = {
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  info: 0x1549a966,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  referenceBlock: 0xfb,
  cues: 0x1c53bb6b,
  cuePoint: 0xbb,
  cueTime: 0xb3,
  cueTrackPositions: 0xb7,
  cueTrack: 0xf7,
  cueClusterPosition: 0xf1,
} as const;

/** Those whose elements are read one by one. */
const OPENED: ReadonlySet<number> = new Set([Id.segment, Id.info, Id.tracks, Id.trackEntry, Id.cluster, Id.blockGroup]);
/** Bytes that are read at a time. */
const WINDOW_BYTES = 2 ** 20;
/** An id, a length, and the beginning of the content: a number, or the head of a block. */
const HEAD_BYTES = 12 + 8;

export interface Element {
  readonly id: number;
  /** Where it begins, where its content does, and where it ends, in the file; a live stream's longest have no end, and it is null. */
  readonly at: number;
  readonly contentAt: number;
  readonly end: number | null;
  /** First bytes of the content, 8 at most. */
  readonly content: Uint8Array;
}

/** The elements of a file in their order; those within others follow these. Ends early where there is none. */
export async function* readElements(file: Blob): AsyncGenerator<Element> {
  let [window, windowAt] = [new Uint8Array(0), 0];
  for (let at = 0; at < file.size; ) {
    if (at + HEAD_BYTES > windowAt + window.length && windowAt + window.length < file.size) {
      window = new Uint8Array(await file.slice(at, at + WINDOW_BYTES).arrayBuffer());
      windowAt = at;
    }
    const bytes = window.subarray(at - windowAt, at - windowAt + HEAD_BYTES);
    const idLength = variableLength(bytes[0] ?? 0);
    const sizeLength = variableLength(bytes[idLength] ?? 0);
    if (idLength > 4 || sizeLength > 8) return;
    const id = readUnsigned(bytes.subarray(0, idLength));
    const size = readVariable(bytes.subarray(idLength));
    const contentAt = at + idLength + sizeLength;
    // All bits set: unknown.
    const end = size === 2 ** (7 * sizeLength) - 1 ? null : contentAt + size;
    yield { id, at, contentAt, end, content: bytes.subarray(idLength + sizeLength).subarray(0, Math.min(8, size)) };
    if (!OPENED.has(id) && end === null) return;
    at = OPENED.has(id) ? contentAt : end!;
  }
}

/** A number of variable length: its first bit that is set says how long it is. */
export function readVariable(bytes: Uint8Array): number {
  const length = variableLength(bytes[0]);
  // Without that bit, so that what is left is exact.
  return readUnsigned(Uint8Array.of(bytes[0] & (0xff >> length), ...bytes.subarray(1, length)));
}

/** How many bytes such a number has, by its first one; more than 8 is none. */
export function variableLength(first: number): number {
  return Math.clz32(first) - 23;
}

/** @param bytes Big-endian; exact up to 2^53. */
export function readUnsigned(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** An element of parts: contents, or other elements. */
export function element(id: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = unsigned(parts.reduce((sum, { length }) => sum + length, 0));
  size[0] = 1;
  return joined([idBytes(id), size, ...parts]);
}

export function idBytes(id: number): Uint8Array<ArrayBuffer> {
  return unsigned(id).slice(4 + (Math.clz32(id) >> 3));
}

/** 8 bytes, always: what stands before a number may have to know how long it is. @param value An integer below 2^53. */
export function unsigned(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

export function float(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
