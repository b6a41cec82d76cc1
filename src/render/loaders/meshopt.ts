/**
 * Decodes EXT_meshopt_compression in plain JavaScript: a strict page policy forbids WebAssembly, and an avatar takes a
 * few milliseconds either way.
 *
 * @see https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0/Vendor/EXT_meshopt_compression, the bitstreams
 */
export interface MeshoptView {
  count: number;
  byteStride: number;
  mode: 'ATTRIBUTES' | 'TRIANGLES' | 'INDICES';
  filter?: 'NONE' | 'OCTAHEDRAL' | 'QUATERNION' | 'EXPONENTIAL';
}

const ATTRIBUTES_HEADER = 0xa0;
const TRIANGLES_HEADER = 0xe1;
const INDICES_HEADER = 0xd1;
/** Elements of a group; a group's deltas are packed alike. */
const GROUP = 16;
/** The first element and its padding at the end of the stream. */
const MIN_TAIL_BYTES = 32;

/** @throws {Error} when the stream is damaged or of another version. */
export function decodeMeshopt(source: Uint8Array, view: MeshoptView): Uint8Array<ArrayBuffer> {
  const { count, byteStride, mode } = view;
  const target = new Uint8Array(count * byteStride);
  if (mode === 'ATTRIBUTES') {
    decodeAttributes(source, target, count, byteStride);
    applyFilter(target, count, byteStride, view.filter);
    return target;
  }
  const indices = byteStride === 2 ? new Uint16Array(target.buffer) : new Uint32Array(target.buffer);
  if (mode === 'TRIANGLES') decodeTriangles(source, indices);
  else decodeIndices(source, indices);
  return target;
}

const unzigzag = (value: number) => (value >>> 1) ^ -(value & 1);

/** A place in a stream; reading past its end is an error, not a zero. */
class Reader {
  at: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new Error('compressed data ends too early');
    return this.bytes[this.at++];
  }

  take(count: number): Uint8Array {
    this.at += count;
    if (this.at > this.bytes.length) throw new Error('compressed data ends too early');
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** Little-endian groups of seven bits. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new Error('compressed data holds a number that is too long');
  }
}

/** Each byte of an element is a stream of differences to the byte before, in blocks of elements, in groups of 16. */
function decodeAttributes(source: Uint8Array, target: Uint8Array, count: number, stride: number): void {
  if (source[0] !== ATTRIBUTES_HEADER) throw new Error('unknown version of compressed attributes');
  const last = source.slice(source.length - stride);
  const blockLength = Math.min(Math.floor(8192 / stride) & ~(GROUP - 1), 256);
  const deltas = new Uint8Array(256);
  const reader = new Reader(source.subarray(0, source.length - Math.max(stride, MIN_TAIL_BYTES)), 1);
  for (let first = 0; first < count; first += blockLength) {
    const length = Math.min(blockLength, count - first);
    for (let byte = 0; byte < stride; byte++) {
      readDeltas(reader, source, deltas, Math.ceil(length / GROUP));
      let value = last[byte];
      for (let element = 0; element < length; element++) {
        value = (value + unzigzag(deltas[element])) & 0xff;
        target[(first + element) * stride + byte] = value;
      }
      last[byte] = value;
    }
  }
}

function readDeltas(reader: Reader, source: Uint8Array, deltas: Uint8Array, groupCount: number): void {
  const modes = reader.at;
  reader.at += Math.ceil(groupCount / 4);
  for (let group = 0; group < groupCount; group++) {
    const mode = (source[modes + (group >> 2)] >> ((group & 3) * 2)) & 3;
    const at = group * GROUP;
    if (mode === 0) deltas.fill(0, at, at + GROUP);
    else if (mode === 3) deltas.set(reader.take(GROUP), at);
    else readPacked(reader, source, deltas, at, mode * 2);
  }
}

/** Small values packed into 2 or 4 bits, first in the highest; all bits set means that a whole byte follows the pack. */
function readPacked(reader: Reader, source: Uint8Array, deltas: Uint8Array, at: number, bits: number): void {
  const pack = reader.at;
  reader.at += (GROUP * bits) / 8;
  const escape = (1 << bits) - 1;
  for (let index = 0; index < GROUP; index++) {
    const bit = index * bits;
    const value = (source[pack + (bit >> 3)] >> (8 - bits - (bit & 7))) & escape;
    deltas[at + index] = value === escape ? reader.byte() : value;
  }
}

/** The last 16 entries; 0 is the newest. */
class Recent {
  private readonly values = new Uint32Array(16);
  private next = 0;

  get(age: number): number {
    return this.values[(this.next - 1 - age) & 15];
  }

  add(value: number): void {
    this.values[this.next] = value;
    this.next = (this.next + 1) & 15;
  }
}

/** One code byte per triangle: which recent edge it shares and where its third corner comes from. */
function decodeTriangles(source: Uint8Array, target: Uint16Array | Uint32Array): void {
  if (source[0] !== TRIANGLES_HEADER) throw new Error('unknown version of compressed triangles');
  const triangleCount = Math.floor(target.length / 3);
  const table = source.subarray(source.length - 16);
  const reader = new Reader(source.subarray(0, source.length - 16), 1 + triangleCount);
  const [edgesA, edgesB, vertices] = [new Recent(), new Recent(), new Recent()];
  let next = 0;
  let last = 0;
  const addEdge = (a: number, b: number) => {
    edgesA.add(a);
    edgesB.add(b);
  };
  const explicit = () => (last = (last + unzigzag(reader.varint())) >>> 0);
  /** Corner by a nibble: 0 the next new vertex, 15 written out, else a recent one. */
  const corner = (nibble: number) => {
    if (nibble === 0) return next++;
    return nibble === 15 ? explicit() : vertices.get(nibble - 1);
  };

  for (let triangle = 0; triangle < triangleCount; triangle++) {
    const code = source[1 + triangle];
    const high = code >> 4;
    const low = code & 15;
    let a: number;
    let b: number;
    let c: number;
    if (high < 15) {
      a = edgesA.get(high);
      b = edgesB.get(high);
      if (low === 13) c = last = (last - 1) >>> 0;
      else if (low === 14) c = last = (last + 1) >>> 0;
      else c = low === 0 || low === 15 ? corner(low) : vertices.get(low);
      if (low === 0 || low > 12) vertices.add(c);
      addEdge(c, b);
      addEdge(a, c);
    } else {
      const pair = low < 14 ? table[low] : reader.byte();
      if (low >= 14 && pair === 0) next = 0;
      a = low === 15 ? explicit() : next++;
      // Nibbles of the table have no written corners: 15 is a recent vertex there, too.
      const [second, third] = [pair >> 4, pair & 15];
      b = low < 14 && second === 15 ? vertices.get(14) : corner(second);
      c = low < 14 && third === 15 ? vertices.get(14) : corner(third);
      vertices.add(a);
      if (second === 0 || (second === 15 && low >= 14)) vertices.add(b);
      if (third === 0 || (third === 15 && low >= 14)) vertices.add(c);
      addEdge(b, a);
      addEdge(c, b);
      addEdge(a, c);
    }
    target[triangle * 3] = a;
    target[triangle * 3 + 1] = b;
    target[triangle * 3 + 2] = c;
  }
}

/** Differences to one of two running values. */
function decodeIndices(source: Uint8Array, target: Uint16Array | Uint32Array): void {
  if (source[0] !== INDICES_HEADER) throw new Error('unknown version of compressed indices');
  const reader = new Reader(source.subarray(0, source.length - 4), 1);
  const last = [0, 0];
  for (let index = 0; index < target.length; index++) {
    const value = reader.varint();
    target[index] = last[value & 1] = (last[value & 1] + unzigzag(value >>> 1)) >>> 0;
  }
}

function applyFilter(target: Uint8Array<ArrayBuffer>, count: number, stride: number, filter: MeshoptView['filter']): void {
  if (filter === 'OCTAHEDRAL') unfoldOctahedra(stride === 4 ? new Int8Array(target.buffer) : new Int16Array(target.buffer), count);
  else if (filter === 'QUATERNION') completeQuaternions(new Int16Array(target.buffer), count);
  else if (filter === 'EXPONENTIAL') expandExponents(target.buffer);
}

/** Unit vectors from a square: (x, y) scaled by the third component; the fourth stays. */
function unfoldOctahedra(values: Int8Array | Int16Array, count: number): void {
  const full = values instanceof Int8Array ? 127 : 32767;
  for (let at = 0; at < count * 4; at += 4) {
    let x = values[at] / values[at + 2];
    let y = values[at + 1] / values[at + 2];
    const z = 1 - Math.abs(x) - Math.abs(y);
    const fold = Math.max(-z, 0);
    x += x >= 0 ? -fold : fold;
    y += y >= 0 ? -fold : fold;
    const scale = full / Math.hypot(x, y, z);
    values[at] = Math.round(x * scale);
    values[at + 1] = Math.round(y * scale);
    values[at + 2] = Math.round(z * scale);
  }
}

/** The largest component is left out; the lowest two bits of the fourth number say which. */
function completeQuaternions(values: Int16Array, count: number): void {
  for (let at = 0; at < count * 4; at += 4) {
    const largest = values[at + 3] & 3;
    const scale = Math.SQRT1_2 / (values[at + 3] | 3);
    const [x, y, z] = [values[at] * scale, values[at + 1] * scale, values[at + 2] * scale];
    const rest = Math.sqrt(Math.max(0, 1 - x * x - y * y - z * z));
    [x, y, z, rest].forEach((value, index) => {
      values[at + ((largest + 1 + index) & 3)] = Math.round(value * 32767);
    });
  }
}

/** Eight bits of exponent over 24 of mantissa, both signed. */
function expandExponents(buffer: ArrayBuffer): void {
  const packed = new Int32Array(buffer);
  const floats = new Float32Array(buffer);
  for (let index = 0; index < packed.length; index++) floats[index] = 2 ** (packed[index] >> 24) * ((packed[index] << 8) >> 8);
}
