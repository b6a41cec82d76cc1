import type { BufferAttribute, InterleavedBufferAttribute } from 'three';

export type VertexAttribute = BufferAttribute | InterleavedBufferAttribute;

/** One morph target without the vertices that it does not move. */
export interface MorphShape {
  /** `[count]` */
  readonly vertices: Uint32Array;
  /** `[count, 3]`, offsets from the rest position at weight 1. */
  readonly deltas: Float32Array;
}

/** Fraction of the mesh's size below which an offset is noise. */
const NOISE = 1e-5;

/** An attribute of any storage (quantised, interleaved) as `[count, 3]` floats. */
export function floatsOf(attribute: VertexAttribute): Float32Array {
  const values = new Float32Array(attribute.count * 3);
  for (let index = 0; index < attribute.count; index++) {
    values[index * 3] = attribute.getX(index);
    values[index * 3 + 1] = attribute.getY(index);
    values[index * 3 + 2] = attribute.getZ(index);
  }
  return values;
}

/** Offsets of a mesh's shapes up to this size count as noise of the exporter. @param positions `[count, 3]`, at rest. */
export function noiseOf(positions: Float32Array): number {
  return NOISE * extentOf(positions);
}

function extentOf(positions: Float32Array): number {
  let extent = 0;
  for (let axis = 0; axis < 3; axis++) {
    let min = Infinity;
    let max = -Infinity;
    for (let at = axis; at < positions.length; at += 3) {
      min = Math.min(min, positions[at]);
      max = Math.max(max, positions[at]);
    }
    extent = Math.max(extent, max - min);
  }
  return extent;
}

const known = new WeakMap<VertexAttribute, MorphShape>();

/**
 * Read once: both the reading of names and the mesh need it.
 *
 * @param target Offsets, one per vertex.
 * @param threshold See `noiseOf`.
 */
export function morphShapeFrom(target: VertexAttribute, threshold: number): MorphShape {
  let shape = known.get(target);
  if (!shape) known.set(target, (shape = readShape(target, threshold)));
  return shape;
}

function readShape(target: VertexAttribute, threshold: number): MorphShape {
  const isMoved = (offset: number): boolean => Math.abs(offset) > threshold;
  const vertices: number[] = [];
  for (let index = 0; index < target.count; index++) {
    if (isMoved(target.getX(index)) || isMoved(target.getY(index)) || isMoved(target.getZ(index))) vertices.push(index);
  }
  const deltas = new Float32Array(vertices.length * 3);
  vertices.forEach((vertex, index) => deltas.set([target.getX(vertex), target.getY(vertex), target.getZ(vertex)], index * 3));
  return { vertices: Uint32Array.from(vertices), deltas };
}

/**
 * Finds vertices that are duplicated only because of a texture seam: same position, same normal, same movement. They share one
 * vertex's normal. The rims of closed lips coincide too, but move apart and stay separate.
 *
 * @returns `[vertexCount]`, the first vertex of each vertex's group.
 */
export function seamGroups(positions: Float32Array, normals: Float32Array, shapes: readonly MorphShape[]): Uint32Array {
  const vertexCount = positions.length / 3;
  const movement = new Int32Array(vertexCount);
  const bits = new Int32Array(1);
  const float = new Float32Array(bits.buffer);
  shapes.forEach(({ vertices, deltas }, shape) => {
    for (let index = 0; index < deltas.length; index++) {
      const vertex = vertices[Math.floor(index / 3)];
      float[0] = deltas[index];
      movement[vertex] = Math.imul(movement[vertex] ^ bits[0] ^ shape, 16777619) + 1;
    }
  });
  const firstByKey = new Map<string, number>();
  const groups = new Uint32Array(vertexCount);
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    const at = vertex * 3;
    const normal = `${Math.round(normals[at] * 50)},${Math.round(normals[at + 1] * 50)},${Math.round(normals[at + 2] * 50)}`;
    const key = `${positions[at]},${positions[at + 1]},${positions[at + 2]},${normal},${movement[vertex]}`;
    const first = firstByKey.get(key) ?? vertex;
    firstByKey.set(key, first);
    groups[vertex] = first;
  }
  return groups;
}
