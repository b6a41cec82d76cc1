/**
 * Decodes EXT_meshopt_compression and KHR_meshopt_compression in plain JavaScript: a strict page policy forbids WebAssembly, and
 * an avatar takes a few milliseconds either way. Unlike the reference decoder of meshoptimizer, reads are bounded: damaged streams end in
 * an error.
 *
 * @see https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0/Khronos/KHR_meshopt_compression, the bitstreams
 */
export interface MeshoptView {
  count: number;
  byteStride: number;
  mode: 'ATTRIBUTES' | 'TRIANGLES' | 'INDICES';
  filter?: 'NONE' | 'OCTAHEDRAL' | 'QUATERNION' | 'EXPONENTIAL' | 'COLOR';
}

/** Version 0; version 1 is one more. */
const ATTRIBUTES_HEADER = 0xa0;
const TRIANGLES_HEADER = 0xe1;
const INDICES_HEADER = 0xd1;
/** Elements of a group; a group's deltas are packed alike. */
const GROUP = 16;
const MAX_BLOCK = 256;
/** Shortest end of an attribute stream by version: the first element, in version 1 the channel modes, and padding. */
const MIN_TAIL_BYTES = [32, 24];
/** Bits per delta by the mode of a group: in version 0, then in version 1 by the control of the byte. */
const GROUP_BITS = [
  [0, 2, 4, 8],
  [0, 1, 2, 4],
  [1, 2, 4, 8],
];

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

/** A position in a stream; reading past its end is an error, not a zero. */
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
    throw new Error('compressed data has an integer that is too long');
  }
}

/**
 * Each byte of an element is a stream of differences to the element before, in blocks of elements, in groups of 16. In version 1 each
 * block has two bits of control for every byte, and the stream a mode for every four: differences of bytes, of 16-bit numbers, or the XOR of
 * 32-bit words.
 */
function decodeAttributes(source: Uint8Array, target: Uint8Array, count: number, stride: number): void {
  const version = source[0] - ATTRIBUTES_HEADER;
  if (version !== 0 && version !== 1) throw new Error('unknown version of compressed attributes');
  const tailLength = version === 0 ? stride : stride + stride / 4;
  const tail = new Reader(source, source.length - tailLength);
  if (stride === 0 || stride % 4 !== 0 || stride > 256 || tail.at < 1) throw new Error('compressed attributes of an invalid size');
  const last = tail.take(stride).slice();
  const modes = version === 0 ? null : tail.take(stride / 4);
  const reader = new Reader(source.subarray(0, source.length - Math.max(tailLength, MIN_TAIL_BYTES[version])), 1);
  const blockLength = Math.min(Math.floor(8192 / stride) & ~(GROUP - 1), MAX_BLOCK);
  const deltas = Array.from({ length: 4 }, () => new Uint8Array(MAX_BLOCK));
  for (let first = 0; first < count; first += blockLength) {
    const length = Math.min(blockLength, count - first);
    const block = target.subarray(first * stride, (first + length) * stride);
    const controls = modes && reader.take(stride / 4);
    for (let at = 0; at < stride; at += 4) {
      for (let byte = 0; byte < 4; byte++) {
        const control = controls ? (controls[at >> 2] >> (byte * 2)) & 3 : null;
        if (control === 2) deltas[byte].fill(0);
        else if (control === 3) deltas[byte].set(reader.take(length));
        else readDeltas(reader, deltas[byte], Math.ceil(length / GROUP), GROUP_BITS[control === null ? 0 : control + 1]);
      }
      const mode = modes ? modes[at >> 2] : 0;
      const word = last.subarray(at, at + 4);
      for (let element = 0; element < length; element++) {
        applyDeltas(word, deltas, element, mode);
        for (let byte = 0; byte < 4; byte++) block[element * stride + at + byte] = word[byte];
      }
    }
  }
}

/** @param word The four bytes of the element before, replaced by those of the element. */
function applyDeltas(word: Uint8Array, deltas: readonly Uint8Array[], element: number, mode: number): void {
  const [a, b, c, d] = [deltas[0][element], deltas[1][element], deltas[2][element], deltas[3][element]];
  switch (mode & 3) {
    case 0:
      word[0] += unzigzag(a);
      word[1] += unzigzag(b);
      word[2] += unzigzag(c);
      word[3] += unzigzag(d);
      return;
    case 1:
      addShort(word, 0, unzigzag(a | (b << 8)));
      addShort(word, 2, unzigzag(c | (d << 8)));
      return;
    case 2: {
      const delta = a | (b << 8) | (c << 16) | (d << 24);
      const turn = mode >> 4;
      const turned = (delta >>> turn) | (delta << (32 - turn));
      for (let byte = 0; byte < 4; byte++) word[byte] ^= turned >> (byte * 8);
      return;
    }
    default:
      throw new Error('unknown mode of compressed attributes');
  }
}

function addShort(word: Uint8Array, at: number, delta: number): void {
  const value = (word[at] | (word[at + 1] << 8)) + delta;
  word[at] = value;
  word[at + 1] = value >> 8;
}

function readDeltas(reader: Reader, deltas: Uint8Array, groupCount: number, bitsOfMode: readonly number[]): void {
  const modes = reader.take(Math.ceil(groupCount / 4));
  for (let group = 0; group < groupCount; group++) {
    const bits = bitsOfMode[(modes[group >> 2] >> ((group & 3) * 2)) & 3];
    const at = group * GROUP;
    if (bits === 0) deltas.fill(0, at, at + GROUP);
    else if (bits === 8) deltas.set(reader.take(GROUP), at);
    else readPacked(reader, deltas, at, bits);
  }
}

/**
 * Small values packed into 2 or 4 bits with the first in the highest, or 1 bit with the first in the lowest; all bits set means
 * that a byte after the pack holds the value.
 */
function readPacked(reader: Reader, deltas: Uint8Array, at: number, bits: number): void {
  const pack = reader.take((GROUP * bits) / 8);
  const escape = (1 << bits) - 1;
  for (let index = 0; index < GROUP; index++) {
    const bit = (index * bits) & 7;
    const value = (pack[(index * bits) >> 3] >> (bits === 1 ? bit : 8 - bits - bit)) & escape;
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
  /** Corner by a nibble: 0 the next new vertex, 15 an explicit one, else a recent one. */
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
      // Nibbles of the table have no explicit corners: 15 is a recent vertex there, too.
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

/** Differences to one of two previous values. */
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
  else if (filter === 'COLOR') convertColors(target.buffer, stride);
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

/** The largest component is omitted; the lowest two bits of the fourth number identify it. */
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

/**
 * Luma and two signed chromas (YCoCg) to RGB. The highest set bit of alpha marks the bit depth of the four and is not part of its
 * value.
 */
function convertColors(buffer: ArrayBuffer, stride: number): void {
  const values = stride === 4 ? new Uint8Array(buffer) : new Uint16Array(buffer);
  const chromas = stride === 4 ? new Int8Array(buffer) : new Int16Array(buffer);
  const full = stride === 4 ? 255 : 65535;
  for (let at = 0; at < values.length; at += 4) {
    const [luma, orange, green, alpha] = [values[at], chromas[at + 1], chromas[at + 2], values[at + 3]];
    const most = 2 ** (32 - Math.clz32(alpha)) - 1;
    const scale = full / most;
    const lower = alpha & (most >> 1);
    values[at] = Math.round((luma + orange - green) * scale);
    values[at + 1] = Math.round((luma + green) * scale);
    values[at + 2] = Math.round((luma - orange - green) * scale);
    // Its lowest bit is repeated in place of the marker.
    values[at + 3] = Math.round(((lower << 1) | (lower & 1)) * scale);
  }
}
