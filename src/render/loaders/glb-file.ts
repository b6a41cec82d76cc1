import { BufferAttribute, type TypedArray } from 'three';
import type { GltfJson } from './gltf-json.js';
import { decodeMeshopt } from './meshopt.js';

const GLB_MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const BINARY_CHUNK = 0x004e4942;

const COMPONENTS = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT4: 16 } as const;
const ARRAYS = { 5120: Int8Array, 5121: Uint8Array, 5122: Int16Array, 5123: Uint16Array, 5125: Uint32Array, 5126: Float32Array } as const;

/** A binary glTF file in memory: its JSON, and its numbers by index. Everything it throws means that the file is bad. */
export class GlbFile {
  readonly json: GltfJson;
  private readonly binary: Uint8Array<ArrayBuffer>;
  private readonly views = new Map<number, Uint8Array<ArrayBuffer>>();

  constructor(bytes: ArrayBuffer) {
    const header = new DataView(bytes);
    if (bytes.byteLength < 20 || header.getUint32(0, true) !== GLB_MAGIC) throw new Error('it is no binary glTF (.glb)');
    if (header.getUint32(4, true) !== 2) throw new Error('it is not glTF 2.0');
    let json: GltfJson | null = null;
    let binary = new Uint8Array(0);
    for (let at = 12; at + 8 <= bytes.byteLength; ) {
      const length = header.getUint32(at, true);
      const type = header.getUint32(at + 4, true);
      const chunk = new Uint8Array(bytes, at + 8, length);
      if (type === JSON_CHUNK && !json) json = JSON.parse(new TextDecoder().decode(chunk)) as GltfJson;
      else if (type === BINARY_CHUNK) binary = chunk;
      at += 8 + length + ((4 - (length & 3)) & 3);
    }
    if (!json) throw new Error('it holds no scene');
    this.json = json;
    this.binary = binary;
  }

  /** Bytes of a buffer view, decompressed. */
  view(index: number): Uint8Array<ArrayBuffer> {
    const known = this.views.get(index);
    if (known) return known;
    const view = entry(this.json.bufferViews, index);
    const packed = view.extensions?.EXT_meshopt_compression;
    const { buffer, byteOffset = 0, byteLength } = packed ?? view;
    if (buffer !== 0) throw new Error('it refers to other files');
    const bytes = new Uint8Array(this.binary.buffer, this.binary.byteOffset + byteOffset, byteLength);
    const result = packed ? decodeMeshopt(bytes, packed) : bytes;
    this.views.set(index, result);
    return result;
  }

  /** Numbers of an accessor, tightly packed, in an array of their own. */
  attribute(index: number): BufferAttribute {
    const { componentType, type, count, normalized, bufferView, byteOffset = 0, sparse } = entry(this.json.accessors, index);
    const size = COMPONENTS[type];
    const array = newArray(componentType, count * size);
    if (bufferView !== undefined) {
      const stride = entry(this.json.bufferViews, bufferView).extensions?.EXT_meshopt_compression?.byteStride ?? this.json.bufferViews![bufferView].byteStride;
      copyElements(this.view(bufferView), byteOffset, stride ?? size * array.BYTES_PER_ELEMENT, array, size);
    }
    if (sparse) this.replaceSparse(array, size, componentType, sparse);
    return new BufferAttribute(array, size, normalized === true);
  }

  private replaceSparse(array: TypedArray, size: number, componentType: number, sparse: NonNullable<NonNullable<GltfJson['accessors']>[number]['sparse']>): void {
    const places = newArray(sparse.indices.componentType, sparse.count);
    copyElements(this.view(sparse.indices.bufferView), sparse.indices.byteOffset ?? 0, places.BYTES_PER_ELEMENT, places, 1);
    const values = newArray(componentType, sparse.count * size);
    copyElements(this.view(sparse.values.bufferView), sparse.values.byteOffset ?? 0, values.BYTES_PER_ELEMENT * size, values, size);
    for (let index = 0; index < sparse.count; index++) {
      for (let component = 0; component < size; component++) array[places[index] * size + component] = values[index * size + component];
    }
  }
}

/** An entry of a list of the JSON that must be there. */
export function entry<T>(list: readonly T[] | undefined, index: number): T {
  const found = list?.[index];
  if (found === undefined) throw new Error('it refers to something it does not hold');
  return found;
}

function newArray(componentType: number, length: number): TypedArray {
  const ArrayType = ARRAYS[componentType as keyof typeof ARRAYS];
  if (!ArrayType) throw new Error(`it holds numbers of unknown type ${componentType}`);
  return new ArrayType(length);
}

/** Elements may lie apart (interleaved attributes, padding); in the file they may also begin at odd places. */
function copyElements(bytes: Uint8Array, offset: number, stride: number, target: TypedArray, size: number): void {
  const width = size * target.BYTES_PER_ELEMENT;
  const out = new Uint8Array(target.buffer);
  const count = target.length / size;
  if (count > 0 && offset + (count - 1) * stride + width > bytes.length) throw new Error('it is cut off');
  if (stride === width) {
    out.set(bytes.subarray(offset, offset + count * width));
    return;
  }
  for (let index = 0; index < count; index++) {
    const from = offset + index * stride;
    for (let byte = 0; byte < width; byte++) out[index * width + byte] = bytes[from + byte];
  }
}
