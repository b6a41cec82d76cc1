/** Container of a binary glTF 2.0 file: exactly one JSON chunk and at most one of binary data. */
import { type Gltf, require } from './gltf-document.js';

const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const BINARY_CHUNK = 0x004e4942;
const HEADER_BYTES = 12;

export interface GlbChunks {
  document: Gltf;
  binary: Uint8Array<ArrayBuffer>;
}

/** @throws {Error} with a message for the author of the file. */
export function readGlbChunks(bytes: Uint8Array<ArrayBuffer>): GlbChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  require(bytes.length >= 20 && view.getUint32(0, true) === MAGIC, 'it is not a binary glTF (.glb)');
  require(view.getUint32(4, true) === 2, `it is glTF ${view.getUint32(4, true)}; only version 2 is supported`);
  const end = view.getUint32(8, true);
  require(end <= bytes.length, 'it is cut off');
  let text: Uint8Array | null = null;
  let binary: Uint8Array<ArrayBuffer> | null = null;
  for (let at = HEADER_BYTES; at + 8 <= end; ) {
    const length = view.getUint32(at, true);
    const type = view.getUint32(at + 4, true);
    const start = at + 8;
    require(start + length <= end, 'it is cut off');
    const chunk = bytes.subarray(start, start + length);
    // Readers differ in which of two chunks they take.
    if (type === JSON_CHUNK) {
      require(!text, 'it has two JSON chunks');
      text = chunk;
    } else if (type === BINARY_CHUNK) {
      require(!binary, 'it has two binary chunks');
      binary = chunk;
    }
    at = start + length;
  }
  require(text !== null, 'it has no JSON chunk');
  const document = JSON.parse(new TextDecoder().decode(text)) as Gltf;
  require(typeof document === 'object' && document !== null && !Array.isArray(document), 'its JSON is not an object');
  return { document, binary: binary ?? new Uint8Array(0) };
}

/** @param parts Consecutive parts of the binary chunk, each at a multiple of four bytes. */
export function writeGlbChunks(document: Gltf, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(document));
  const textLength = padded(text.length);
  const binaryLength = parts.reduce((sum, { length }) => sum + padded(length), 0);
  const bytes = new Uint8Array(HEADER_BYTES + 16 + textLength + binaryLength);
  const view = new DataView(bytes.buffer);
  [MAGIC, 2, bytes.length, textLength, JSON_CHUNK].forEach((word, index) => view.setUint32(index * 4, word, true));
  bytes.fill(0x20, 20, 20 + textLength).set(text, 20);
  let at = 20 + textLength;
  view.setUint32(at, binaryLength, true);
  view.setUint32(at + 4, BINARY_CHUNK, true);
  at += 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += padded(part.length);
  }
  return bytes;
}

export const padded = (length: number): number => (length + 3) & ~3;
