import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { freeBuffers } from '../../shared/core/free-buffers.js';

/** One compressed file of an archive. */
export interface ZipFile {
  /** Path within the archive, `/` between folders. */
  readonly name: string;
  /** Unpacked size as the archive declares; `unpack` enforces it. */
  readonly byteLength: number;
  readonly isDeflated: boolean;
  readonly packed: Uint8Array<ArrayBuffer>;
}

const DIRECTORY_END = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_END_BYTES = 22;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
/** The archive's comment, which follows the end of the directory, has a length of 16 bits. */
const MAX_COMMENT_BYTES = 0xffff;
const STORED = 0;
const DEFLATED = 8;
/** Highest ratio of the deflate format. */
const MAX_RATIO = 1032;

/**
 * Lists the files of a zip archive. Nothing is unpacked yet.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3
 * @throws {AvatarError} `unsupportedAvatarAsset` if the archive is damaged, encrypted, or larger than 4 GB.
 */
export function listZip(archive: ArrayBuffer): ZipFile[] {
  try {
    return readDirectory(archive);
  } catch (reason) {
    throw reason instanceof AvatarError ? reason : damaged(reason);
  }
}

/**
 * Unpacks one file. Stops as soon as the output exceeds the declared size, so that a small archive cannot fill the memory.
 *
 * @throws {AvatarError} `unsupportedAvatarAsset` if it is damaged or its length differs from the declared one.
 */
export async function unpack(file: ZipFile): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(file.byteLength);
  let at = 0;
  try {
    const reader = unpacked(file).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (at + value.byteLength > bytes.byteLength) {
        void reader.cancel().catch(() => undefined);
        throw new Error(`${file.name} is longer than declared`);
      }
      bytes.set(value, at);
      at += value.byteLength;
      freeBuffers([value.buffer]);
    }
  } catch (reason) {
    throw damaged(reason);
  }
  if (at !== bytes.byteLength) throw damaged(new Error(`${file.name} is shorter than declared`));
  return bytes;
}

/** An archive of uncompressed files. Checksums are omitted: `listZip` does not read them. */
export function storedZip(files: readonly { name: string; bytes: Uint8Array }[]): Uint8Array<ArrayBuffer> {
  const named = files.map(({ name, bytes }) => ({ name: new TextEncoder().encode(name), bytes }));
  const length = named.reduce(
    (sum, { name, bytes }) => sum + LOCAL_HEADER_BYTES + DIRECTORY_ENTRY_BYTES + 2 * name.length + bytes.length,
    DIRECTORY_END_BYTES,
  );
  const archive = new Uint8Array(length);
  const view = new DataView(archive.buffer);
  const starts: number[] = [];
  let at = 0;
  /** Sizes and the length of the name are in the same order in both headers. */
  const header = (signature: number, sizes: number, bytes: number, name: Uint8Array, length: number): void => {
    view.setUint32(at, signature, true);
    view.setUint32(at + sizes, bytes, true);
    view.setUint32(at + sizes + 4, bytes, true);
    view.setUint16(at + sizes + 8, name.length, true);
    archive.set(name, at + length);
  };
  for (const { name, bytes } of named) {
    starts.push(at);
    header(LOCAL_HEADER, 18, bytes.length, name, LOCAL_HEADER_BYTES);
    at += LOCAL_HEADER_BYTES + name.length;
    archive.set(bytes, at);
    at += bytes.length;
  }
  const directory = at;
  named.forEach(({ name, bytes }, index) => {
    header(DIRECTORY_ENTRY, 20, bytes.length, name, DIRECTORY_ENTRY_BYTES);
    view.setUint32(at + 42, starts[index], true);
    at += DIRECTORY_ENTRY_BYTES + name.length;
  });
  view.setUint32(at, DIRECTORY_END, true);
  view.setUint16(at + 10, files.length, true);
  view.setUint32(at + 16, directory, true);
  return archive;
}

function unpacked({ packed, isDeflated }: ZipFile): ReadableStream<Uint8Array> {
  const { body } = new Response(packed);
  if (!body) throw new Error('it is empty');
  return isDeflated ? body.pipeThrough(new DecompressionStream('deflate-raw')) : body;
}

function readDirectory(archive: ArrayBuffer): ZipFile[] {
  const view = new DataView(archive);
  const end = findDirectoryEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count * DIRECTORY_ENTRY_BYTES > end) throw new Error('its directory is damaged');
  let at = view.getUint32(end + 16, true);
  const files: ZipFile[] = [];
  for (let entry = 0; entry < count; entry++) {
    if (view.getUint32(at, true) !== DIRECTORY_ENTRY) throw new Error('its directory is damaged');
    const isEncrypted = (view.getUint16(at + 8, true) & 1) !== 0;
    const method = view.getUint16(at + 10, true);
    const packedLength = view.getUint32(at + 20, true);
    const byteLength = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(new Uint8Array(archive, at + DIRECTORY_ENTRY_BYTES, nameLength));
    const start = dataStart(view, view.getUint32(at + 42, true));
    at += DIRECTORY_ENTRY_BYTES + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (name.endsWith('/')) continue;
    if (isEncrypted) throw new Error(`${name} is encrypted`);
    if (method !== STORED && method !== DEFLATED) throw new Error(`${name} uses an unsupported compression method`);
    if (byteLength > (method === STORED ? packedLength : packedLength * MAX_RATIO))
      throw new Error(`${name} cannot be as long as declared`);
    files.push({ name, byteLength, isDeflated: method === DEFLATED, packed: new Uint8Array(archive, start, packedLength) });
  }
  return files;
}

function findDirectoryEnd(view: DataView): number {
  const last = view.byteLength - DIRECTORY_END_BYTES;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT_BYTES); at--) {
    if (view.getUint32(at, true) === DIRECTORY_END) return at;
  }
  throw new Error('it is not a zip archive');
}

/** A file's local header repeats its name, and may have other extra fields than the directory. */
function dataStart(view: DataView, header: number): number {
  if (view.getUint32(header, true) !== LOCAL_HEADER) throw new Error('a file is not at the offset in the directory');
  return header + LOCAL_HEADER_BYTES + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
}

function damaged(cause: unknown): AvatarError {
  return new AvatarError(
    ErrorCode.unsupportedAvatarAsset,
    `The zip archive cannot be used: ${cause instanceof Error ? cause.message : cause}`,
    { cause },
  );
}
