/**
 * Reads and writes the container of a binary glTF 2.0 file: one JSON document, and the bytes of its first buffer.
 *
 * @see Khronos, glTF 2.0 specification, 4 "GLB File Format Specification".
 */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';

export interface GlbNode {
  name?: string;
  children?: number[];
  mesh?: number;
  matrix?: number[];
  translation?: number[];
  rotation?: number[];
  scale?: number[];
}

export interface GlbMesh {
  name?: string;
  extras?: { targetNames?: string[] };
  primitives: { targets?: unknown[]; extras?: { targetNames?: string[] } }[];
}

/** The parts of a document that are read or written; the rest passes through unchanged. */
export interface GlbDocument {
  asset: { version: string; generator?: string };
  nodes?: GlbNode[];
  meshes?: GlbMesh[];
  skins?: { joints: number[] }[];
  animations?: unknown[];
  accessors?: unknown[];
  bufferViews?: unknown[];
  buffers?: { byteLength: number; uri?: string }[];
}

export interface GlbFile {
  document: GlbDocument;
  /** Bytes of `buffers[0]`. */
  binary: Uint8Array;
}

const MAGIC = 0x46546c67;
const CHUNK_JSON = 0x4e4f534a;
const CHUNK_BINARY = 0x004e4942;
const HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;

/** @throws {AvatarError} `unsupportedAvatarAsset` for a file that is not a binary glTF 2.0. */
export function readGlb(bytes: Uint8Array): GlbFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) throw unsupported('This is not a binary glTF file (.glb)');
  if (view.getUint32(4, true) !== 2) throw unsupported(`glTF ${view.getUint32(4, true)} is not supported, only 2`);
  const end = view.getUint32(8, true);
  if (end > bytes.length) throw unsupported('The glTF file is cut off');
  let document: GlbDocument | null = null;
  let binary = new Uint8Array(0);
  for (let at = HEADER_BYTES; at + CHUNK_HEADER_BYTES <= end; ) {
    const length = view.getUint32(at, true);
    const type = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEADER_BYTES;
    if (start + length > end) throw unsupported('The glTF file is cut off');
    const chunk = bytes.subarray(start, start + length);
    if (type === CHUNK_JSON && !document) document = parsed(chunk);
    else if (type === CHUNK_BINARY && binary.length === 0) binary = chunk.slice();
    at = start + length;
  }
  if (!document) throw unsupported('The glTF file has no JSON part');
  return { document, binary };
}

/** @returns The bytes of the `.glb`. */
export function writeGlb({ document, binary }: GlbFile): Uint8Array {
  const json = padded(new TextEncoder().encode(JSON.stringify(document)), 0x20);
  const body = padded(binary, 0);
  const bytes = new Uint8Array(HEADER_BYTES + 2 * CHUNK_HEADER_BYTES + json.length + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, 2, true);
  view.setUint32(8, bytes.length, true);
  let at = HEADER_BYTES;
  for (const [type, chunk] of [
    [CHUNK_JSON, json],
    [CHUNK_BINARY, body],
  ] as const) {
    view.setUint32(at, chunk.length, true);
    view.setUint32(at + 4, type, true);
    bytes.set(chunk, at + CHUNK_HEADER_BYTES);
    at += CHUNK_HEADER_BYTES + chunk.length;
  }
  return bytes;
}

/** Lengths of chunks are multiples of four. */
function padded(bytes: Uint8Array, filler: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / 4) * 4).fill(filler);
  out.set(bytes);
  return out;
}

function parsed(chunk: Uint8Array): GlbDocument {
  try {
    return JSON.parse(new TextDecoder().decode(chunk)) as GlbDocument;
  } catch (cause) {
    throw new AvatarError(ErrorCode.unsupportedAvatarAsset, 'The JSON part of the glTF file cannot be read', { cause });
  }
}

function unsupported(message: string): AvatarError {
  return new AvatarError(ErrorCode.unsupportedAvatarAsset, message);
}

// Every runtime has them, though plain ES does not name them.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string };
