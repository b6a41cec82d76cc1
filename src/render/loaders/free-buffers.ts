import type { BufferAttribute, BufferGeometry, InterleavedBufferAttribute } from 'three';

/**
 * Gives back at once the memory of buffers that nobody reads any more. A thread that draws allocates nothing, so the browser
 * has no cause to look for garbage in it: what loading left behind would stay for minutes. Where a browser cannot do this
 * (before 2024) it is collected some time.
 */
export function freeBuffers(buffers: Iterable<ArrayBufferLike>): void {
  for (const buffer of buffers) (buffer as { transfer?(byteLength: number): unknown }).transfer?.(0);
}

/** The memory that geometries stand on, shapes included. */
export function buffersOf(geometries: Iterable<BufferGeometry>): Set<ArrayBufferLike> {
  const buffers = new Set<ArrayBufferLike>();
  const add = (attribute: BufferAttribute | InterleavedBufferAttribute): void => {
    buffers.add(('data' in attribute ? attribute.data.array : attribute.array).buffer);
  };
  for (const { attributes, index, morphAttributes } of geometries) {
    Object.values(attributes).forEach(add);
    Object.values(morphAttributes).forEach((targets) => targets.forEach(add));
    if (index) add(index);
  }
  return buffers;
}
