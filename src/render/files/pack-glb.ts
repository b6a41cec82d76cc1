/**
 * Makes a plain GLB of one that nobody has checked: one JSON chunk, one buffer, no compression of meshes, no URIs, and only what is drawn.
 * The renderer reads this copy, so that what was checked is what is parsed.
 */
import { decodeMeshopt, type MeshoptView } from '../loaders/meshopt.js';
import { checkImages } from './check-images.js';
import { checkMeshes } from './check-meshes.js';
import { checkNodes } from './check-nodes.js';
import { padded, readGlbChunks, writeGlbChunks } from './glb-chunks.js';
import { type DecodeDraco, entryOf, type Gltf, type GltfView, require, wholeNumber } from './gltf-document.js';
import { inflateDraco } from './inflate-draco.js';

/** Bytes that a file may unpack to, in all and per byte of the file. */
const MAX_BYTES = 512e6;
const MAX_RATIO = 64;
/** A small file may unpack to this in any case. */
const MIN_LIMIT_BYTES = 16e6;
/** Accessors, and buffer views. */
const MAX_VIEWS = 200_000;
const COMPRESSIONS = ['EXT_meshopt_compression', 'KHR_meshopt_compression'];
/** Lists of the document whose entries are objects. */
const LISTS = ['scenes', 'nodes', 'meshes', 'skins', 'accessors', 'bufferViews', 'buffers', 'images', 'textures', 'materials'] as const;

export interface PackOptions {
  /** The add-on that decodes Draco, loaded when a file needs it. */
  readonly loadDraco: () => Promise<DecodeDraco>;
  /** Whether textures are kept. Default true. */
  readonly hasTextures?: boolean;
}

/**
 * @throws {Error} with a message for the author of the file.
 * @throws {AvatarError} if an add-on cannot be loaded.
 */
export async function packGlb(
  bytes: Uint8Array<ArrayBuffer>,
  { loadDraco, hasTextures = true }: PackOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { document, binary } = readGlbChunks(bytes);
  checkLists(document);
  checkUris(document);
  leaveOut(document);
  if (!hasTextures) leaveOutTextures(document);
  checkNodes(document);
  const buffers = new Buffers(document, binary);
  moveImages(document, buffers);
  const views = new Views(document, buffers);
  const limit = Math.min(MAX_BYTES, Math.max(MIN_LIMIT_BYTES, bytes.length * MAX_RATIO));
  await inflateDraco(document, {
    loadDraco,
    bytesOf: (view) => views.plain(view),
    add: (part) => document.bufferViews!.push({ buffer: buffers.add(part), byteLength: part.length }) - 1,
    limitBytes: limit,
  });
  checkImages(document, (image) => views.plain(document.images![image].bufferView!));
  const needs = checkMeshes(document, (view) => views.sizeOf(view));
  const kept = new Set([...needs.views, ...(document.images ?? []).map(({ bufferView }) => bufferView!)]);
  const total = [...kept].reduce((sum, view) => sum + views.sizeOf(view), needs.emptyBytes);
  require(total <=
    limit, `it unpacks to ${Math.round(total / 1e6)} MB; for a file of its size ${Math.round(limit / 1e6)} MB are supported`);
  return written(document, views, kept);
}

function written(document: Gltf, views: Views, kept: ReadonlySet<number>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let byteOffset = 0;
  document.bufferViews = (document.bufferViews ?? []).map(({ byteStride }, view) => {
    // Its index is still counted.
    if (!kept.has(view)) return { buffer: 0, byteLength: 0 };
    const bytes = views.bytesOf(view);
    parts.push(bytes);
    const plain = { buffer: 0, byteOffset, byteLength: bytes.length, byteStride };
    byteOffset += padded(bytes.length);
    return plain;
  });
  document.buffers = [{ byteLength: byteOffset }];
  for (const list of ['extensionsUsed', 'extensionsRequired'] as const)
    document[list] = document[list]?.filter((name) => !COMPRESSIONS.includes(name));
  return writeGlbChunks(document, parts);
}

function checkLists(document: Gltf): void {
  for (const name of LISTS) {
    const list: unknown = document[name];
    require(list === undefined || Array.isArray(list), `its ${name} are not a list`);
    require(((list ?? []) as unknown[]).every((entry) => typeof entry === 'object' && entry !== null), `its ${name} are not objects`);
  }
  wholeNumber(document.bufferViews?.length ?? 0, 0, MAX_VIEWS, 'number of buffer views');
  wholeNumber(document.accessors?.length ?? 0, 0, MAX_VIEWS, 'number of accessors');
}

function checkUris({ buffers = [], images = [] }: Gltf): void {
  const outside = [...buffers, ...images].find(({ uri }) => uri !== undefined && !String(uri).startsWith('data:'));
  if (outside) throw new Error(`it needs another file (${String(outside.uri).slice(0, 80)}); export it as one .glb with everything in it`);
}

/** Removes what is never drawn: animations, cameras, other scenes, copies by instancing, the thumbnail of a VRM. */
function leaveOut(document: Gltf): void {
  delete document.animations;
  delete (document as { cameras?: unknown }).cameras;
  const { scenes = [], scene = 0, nodes = [], extensions } = document;
  document.scenes = scenes.length > 0 ? [entryOf(scenes, scene, 'scene')] : [];
  document.scene = 0;
  for (const node of nodes) {
    delete (node as { camera?: unknown }).camera;
    delete node.extensions?.EXT_mesh_gpu_instancing;
  }
  const { meta } = (extensions?.VRMC_vrm as { meta?: { thumbnailImage?: unknown } } | undefined) ?? {};
  delete meta?.thumbnailImage;
}

function leaveOutTextures(document: Gltf): void {
  delete document.textures;
  delete document.images;
  delete document.materials;
  for (const { primitives } of document.meshes ?? [])
    for (const primitive of primitives) delete (primitive as { material?: unknown }).material;
}

/** The file's buffers: its binary chunk and `data:` URIs. */
class Buffers {
  private readonly document: Gltf;
  private readonly decoded: (Uint8Array | undefined)[];

  constructor(document: Gltf, binary: Uint8Array) {
    this.document = document;
    this.decoded = document.buffers?.[0]?.uri === undefined ? [binary] : [];
  }

  /** @throws {Error} unless the buffer has so many bytes. */
  part(buffer: number, offset: unknown = 0, length: unknown = 0): Uint8Array {
    const { uri } = entryOf(this.document.buffers, buffer, 'buffer');
    const bytes = (this.decoded[buffer] ??= uri === undefined ? new Uint8Array(0) : bytesOfDataUrl(uri));
    const start = wholeNumber(offset, 0, bytes.length, 'byteOffset');
    return bytes.subarray(start, start + wholeNumber(length, 0, bytes.length - start, 'byteLength'));
  }

  /** @returns The index of a new buffer. */
  add(bytes: Uint8Array): number {
    const { buffers = [] } = this.document;
    this.document.buffers = buffers;
    this.decoded[buffers.length] = bytes;
    return buffers.push({}) - 1;
  }
}

/** Puts images in `data:` URIs into buffer views. */
function moveImages(document: Gltf, buffers: Buffers): void {
  document.bufferViews ??= [];
  for (const image of document.images ?? []) {
    if (image.uri === undefined) {
      entryOf(document.bufferViews, image.bufferView, 'buffer view');
      continue;
    }
    const bytes = bytesOfDataUrl(image.uri);
    image.bufferView = document.bufferViews.push({ buffer: buffers.add(bytes), byteLength: bytes.length }) - 1;
    image.mimeType ??= /^data:([\w/+.-]+)/.exec(image.uri)?.[1];
    delete image.uri;
  }
}

function bytesOfDataUrl(url: string): Uint8Array {
  const comma = url.indexOf(',');
  const isBase64 = /;base64$/i.test(url.slice(0, comma));
  const text = isBase64 ? atob(url.slice(comma + 1)) : decodeURIComponent(url.slice(comma + 1));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

interface Compression extends MeshoptView {
  buffer: number;
  byteOffset?: number;
  byteLength: number;
}

/** The file's buffer views, decompressed when their bytes are read. */
class Views {
  private readonly document: Gltf;
  private readonly buffers: Buffers;

  constructor(document: Gltf, buffers: Buffers) {
    this.document = document;
    this.buffers = buffers;
  }

  sizeOf(index: number): number {
    const view = this.viewOf(index);
    const compression = compressionOf(view);
    return compression ? decodedLength(compression, this.sourceOf(compression)) : this.sourceOf(view).length;
  }

  bytesOf(index: number): Uint8Array {
    const view = this.viewOf(index);
    const compression = compressionOf(view);
    return compression ? decodeMeshopt(this.sourceOf(compression), compression) : this.sourceOf(view);
  }

  /** Images and Draco streams are never compressed by meshopt. */
  plain(index: number): Uint8Array {
    const view = this.viewOf(index);
    require(!compressionOf(view), 'a buffer view is compressed twice');
    return this.sourceOf(view);
  }

  private viewOf(index: number): GltfView {
    return entryOf(this.document.bufferViews, index, 'buffer view');
  }

  private sourceOf({ buffer, byteOffset, byteLength }: { buffer: number; byteOffset?: number; byteLength: number }): Uint8Array {
    return this.buffers.part(buffer, byteOffset, byteLength);
  }
}

function compressionOf({ extensions }: GltfView): Compression | null {
  const name = COMPRESSIONS.find((name) => extensions?.[name]);
  return name ? (extensions![name] as Compression) : null;
}

/** @throws {Error} if a stream of this length cannot hold so many elements. */
function decodedLength({ count, byteStride, mode }: Compression, { length }: Uint8Array): number {
  const isIndices = mode === 'TRIANGLES' || mode === 'INDICES';
  require(isIndices || mode === 'ATTRIBUTES', 'a buffer view is compressed in an unknown way');
  require(isIndices
    ? byteStride === 2 || byteStride === 4
    : Number.isInteger(byteStride / 4) &&
        byteStride >= 4 &&
        byteStride <= 256, `a compressed buffer view has a byteStride of ${String(byteStride).slice(0, 20)}`);
  wholeNumber(count, 1, mostElements(mode, byteStride, length), 'compressed count');
  require(mode !== 'TRIANGLES' || count % 3 === 0, 'its compressed triangles are incomplete');
  return count * byteStride;
}

/** Elements that a stream can hold: a triangle and an index take a byte each, a block of attributes two bits for each byte of its elements. */
function mostElements(mode: MeshoptView['mode'], byteStride: number, length: number): number {
  if (mode === 'INDICES') return length;
  if (mode === 'TRIANGLES') return length * 3;
  return Math.ceil(length / (byteStride / 4)) * Math.min(256, 8192 / byteStride);
}
