import type { BufferAttribute, BufferGeometry, InterleavedBufferAttribute } from 'three';

/** The buffers behind geometries, morph shapes included. */
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
