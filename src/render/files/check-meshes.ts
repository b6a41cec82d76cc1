/** Checks every accessor that meshes and skins use against the bytes that are there, before memory is allocated. */
import {
  COMPONENT_BYTES,
  COMPONENTS,
  entryOf,
  type Gltf,
  type GltfAccessor,
  type GltfPrimitive,
  require,
  wholeNumber,
} from './gltf-document.js';

const MAX_COUNT = 0x7fff_ffff;
/** Shapes of a mesh; avatars have up to some hundreds. */
const MAX_TARGETS = 4096;
/** Meshes to draw: one for each primitive of each node. */
const MAX_DRAWN = 4096;
/** Vertices of all nodes' meshes, and the same times one more than their shapes. */
const MAX_VERTICES = 3e6;
const MAX_SHAPED_VERTICES = 100e6;
const MAX_CORNERS = 30e6;

/** What the packed file holds. */
export interface MeshNeeds {
  readonly views: ReadonlySet<number>;
  /** Bytes that are in no view: zeros that sparse accessors change. */
  readonly emptyBytes: number;
}

/**
 * Checks meshes and skins. Also removes parts of shapes other than positions: normals are computed.
 *
 * @param sizeOf Bytes of a buffer view after decompression.
 * @throws {Error} with a message for the author of the file.
 */
export function checkMeshes(document: Gltf, sizeOf: (view: number) => number): MeshNeeds {
  const check = new AccessorCheck(document, sizeOf);
  const costs = (document.meshes ?? []).map(({ primitives }) => {
    let [vertices, shaped, corners] = [0, 0, 0];
    for (const primitive of primitives) {
      const count = check.primitive(primitive);
      corners += primitive.indices === undefined ? count : check.accessor(primitive.indices).count;
      vertices += count;
      shaped += count * (1 + (primitive.targets?.length ?? 0));
    }
    return { drawn: primitives.length, vertices, shaped, corners };
  });
  for (const { joints, inverseBindMatrices } of document.skins ?? []) {
    if (inverseBindMatrices === undefined) continue;
    const { type, count } = check.accessor(inverseBindMatrices);
    require(type === 'MAT4' && count >= joints.length, 'a skin has too few inverse bind matrices');
  }
  let [drawn, vertices, shaped, corners] = [0, 0, 0, 0];
  for (const { mesh } of document.nodes ?? []) {
    if (mesh === undefined) continue;
    const cost = costs[mesh];
    drawn += cost.drawn;
    vertices += cost.vertices;
    shaped += cost.shaped;
    corners += cost.corners;
  }
  wholeNumber(drawn, 0, MAX_DRAWN, 'number of meshes');
  wholeNumber(vertices, 0, MAX_VERTICES, 'number of vertices');
  wholeNumber(corners, 0, MAX_CORNERS, 'number of corners of triangles');
  wholeNumber(shaped, 0, MAX_SHAPED_VERTICES, 'number of vertices times shapes');
  return check.needs();
}

class AccessorCheck {
  private readonly document: Gltf;
  private readonly sizeOf: (view: number) => number;
  private readonly checked = new Set<number>();
  private readonly views = new Set<number>();
  private emptyBytes = 0;
  private mostFilled = 0;
  private mostEmpty = 0;
  private readonly zeros: number[] = [];

  constructor(document: Gltf, sizeOf: (view: number) => number) {
    this.document = document;
    this.sizeOf = sizeOf;
  }

  needs(): MeshNeeds {
    // Sparse shapes have as many elements as the mesh that they change.
    require(this.mostEmpty <= this.mostFilled, `an accessor has ${this.mostEmpty} elements that are not in the file`);
    const { views, emptyBytes } = this;
    return { views, emptyBytes };
  }

  /** @returns The number of its vertices. */
  primitive(primitive: GltfPrimitive): number {
    const { attributes, indices, targets = [] } = primitive;
    require(attributes?.POSITION !== undefined, 'a mesh has no positions');
    const { count } = this.accessor(attributes.POSITION);
    for (const attribute of Object.values(attributes)) require(this.accessor(attribute).count >= count, 'a vertex attribute is too short');
    if (indices !== undefined) {
      const { type, componentType } = this.accessor(indices);
      require(type === 'SCALAR' && [5121, 5123, 5125].includes(componentType), 'its indices are of another type');
    }
    wholeNumber(targets.length, 0, MAX_TARGETS, 'number of shapes');
    if (targets.some(({ POSITION }) => POSITION !== undefined)) {
      primitive.targets = targets.map(({ POSITION = this.zerosOf(count) }) => ({ POSITION }));
      for (const { POSITION } of primitive.targets)
        require(this.accessor(POSITION).count === count, 'a shape has another size than its mesh');
    } else {
      delete primitive.targets;
    }
    return count;
  }

  /** @throws {Error} unless all of it is there. */
  accessor(index: unknown): GltfAccessor {
    const accessor = entryOf(this.document.accessors, index, 'accessor');
    if (this.checked.has(index as number)) return accessor;
    this.checked.add(index as number);
    const { bufferView, byteOffset, componentType, type, sparse } = accessor;
    const size = COMPONENT_BYTES[componentType] * COMPONENTS[type];
    require(size > 0, `an accessor is of an unknown type (${String(type).slice(0, 20)} of ${String(componentType).slice(0, 20)})`);
    const count = wholeNumber(accessor.count, 1, MAX_COUNT, 'accessor count');
    if (bufferView === undefined) {
      this.mostEmpty = Math.max(this.mostEmpty, count);
      this.emptyBytes += count * size;
    } else {
      this.range(bufferView, byteOffset, count, size);
      this.mostFilled = Math.max(this.mostFilled, count);
      // The loader makes a copy of it.
      if (sparse) this.emptyBytes += count * size;
    }
    if (sparse) {
      wholeNumber(sparse.count, 1, count, 'sparse count');
      this.range(sparse.indices.bufferView, sparse.indices.byteOffset, sparse.count, COMPONENT_BYTES[sparse.indices.componentType]);
      this.range(sparse.values.bufferView, sparse.values.byteOffset, sparse.count, size);
    }
    return accessor;
  }

  private range(view: number, offset: unknown = 0, count: number, size: number): void {
    const { byteStride } = entryOf(this.document.bufferViews, view, 'buffer view');
    const stride = byteStride === undefined ? size : wholeNumber(byteStride, 1, 255, 'byteStride');
    require(size > 0 && stride >= size, 'elements of a buffer view overlap');
    const available = this.sizeOf(view);
    const start = wholeNumber(offset, 0, available, 'byteOffset');
    require(start + stride * (count - 1) + size <= available, `an accessor of ${count} elements is longer than its buffer view`);
    this.views.add(view);
  }

  /** An accessor of zeros, for shapes that move no position. */
  private zerosOf(count: number): number {
    const { accessors = [] } = this.document;
    return (this.zeros[count] ??= accessors.push({ componentType: 5126, type: 'VEC3', count }) - 1);
  }
}
