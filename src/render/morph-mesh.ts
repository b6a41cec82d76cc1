/**
 * Blendshapes of one mesh, applied on the CPU.
 *
 * three.js applies all morph targets of a mesh on the GPU in a loop, active or not; with 52 of them that loop costs more
 * than drawing the face. Here only shapes with a weight cost time, only for the vertices they move, and only the changed part of
 * the buffers is uploaded. Normals follow the movement and keep the smooth ones of the file:
 *
 *     n = normalise(n_rest + computed(deformed) − computed(rest))
 *
 * where computed(·) is the area-weighted mean of the triangles. Its sum is kept for the rest pose, and only triangles
 * with a moved corner add their difference to it. Skinning stays on the GPU, after this.
 *
 * Runs in the thread that draws. `update()` allocates nothing.
 */
import { BufferAttribute, DynamicDrawUsage, type Mesh } from 'three';
import { floatsOf, type MorphShape, morphShapeFrom, noiseOf, seamGroups } from './morph-shapes.js';

/** Weights up to this have no visible effect. */
const MIN_WEIGHT = 1e-4;
const NO_SHAPE: MorphShape = { vertices: new Uint32Array(0), deltas: new Float32Array(0) };

export class MorphMesh {
  /** Names of the shapes, in the order of `weights`. */
  readonly names: readonly string[];
  /** `[shape]`; set these, then call `update()`. */
  readonly weights: Float32Array;

  private readonly shapes: MorphShape[];
  private readonly position: BufferAttribute;
  private readonly normal: BufferAttribute;
  private readonly restPositions: Float32Array;
  private readonly restNormals: Float32Array;
  private readonly groups: Uint32Array;
  private readonly nextInGroup: Uint32Array;
  /** `[triangle, 3]` corners of the triangles that any shape can move. */
  private readonly corners: Uint32Array;
  /** `[triangle, 3]` and `[vertex, 3]`: area-weighted normals at rest, per triangle and summed per vertex group. */
  private readonly restTriangleNormals: Float32Array;
  private readonly restSums: Float32Array;

  private readonly appliedWeights: Float32Array;
  /** `[vertex, 3]`, contribution of moved triangles to `restSums`. Zero between updates. */
  private readonly sums: Float32Array;
  /** Update in which a vertex was last moved, and in which the normal of a group was last changed. */
  private readonly movedIn: Uint32Array;
  private readonly bentIn: Uint32Array;
  private readonly moved: VertexList;
  private readonly bent: VertexList;
  private updateCount = 1;

  /**
   * @param mesh With morph targets; they are taken over from its geometry, which must not be shared.
   * @param isUsed Whether a target can ever have a weight. Avatars with hundreds of shapes keep only those in memory.
   */
  constructor(mesh: Mesh, isUsed: (target: number) => boolean = () => true) {
    const { geometry } = mesh;
    const targets = geometry.morphAttributes.position ?? [];
    this.names = namesOf(mesh, targets.length);
    this.weights = new Float32Array(targets.length);
    this.appliedWeights = new Float32Array(targets.length);

    if (!geometry.attributes.normal) geometry.computeVertexNormals();
    this.restPositions = floatsOf(geometry.attributes.position);
    this.restNormals = floatsOf(geometry.attributes.normal);
    const threshold = noiseOf(this.restPositions);
    this.shapes = targets.map((target, index) => (isUsed(index) ? morphShapeFrom(target, threshold) : NO_SHAPE));
    this.groups = seamGroups(this.restPositions, this.restNormals, this.shapes);
    this.nextInGroup = ringsOf(this.groups);

    const vertexCount = this.restPositions.length / 3;
    this.sums = new Float32Array(vertexCount * 3);
    this.movedIn = new Uint32Array(vertexCount);
    this.bentIn = new Uint32Array(vertexCount);
    this.moved = new VertexList(vertexCount);
    this.bent = new VertexList(vertexCount);

    const index = geometry.index?.array ?? Uint32Array.from({ length: vertexCount }, (_, vertex) => vertex);
    this.corners = movableTriangles(index, this.shapes, vertexCount);
    this.restTriangleNormals = new Float32Array(this.corners.length);
    this.restSums = new Float32Array(vertexCount * 3);
    this.sumRestNormals(index);

    this.position = dynamicAttribute(this.restPositions);
    this.normal = dynamicAttribute(this.restNormals);
    geometry.setAttribute('position', this.position);
    geometry.setAttribute('normal', this.normal);
    geometry.morphAttributes = {};
    mesh.morphTargetInfluences = undefined;
    mesh.morphTargetDictionary = undefined;
  }

  /** Number of vertices that a shape moves. */
  movedBy(shape: number): number {
    return this.shapes[shape].vertices.length;
  }

  /** Applies `weights` to the mesh. Returns false if they have not changed. */
  update(): boolean {
    if (!this.hasChanged()) return false;
    this.updateCount++;
    const dirtyPositions = this.restoreMoved();
    this.applyShapes();
    dirtyPositions.include(this.moved);
    sendRange(this.position, dirtyPositions);
    const dirtyNormals = this.restoreBent();
    this.bendNormals();
    dirtyNormals.include(this.bent);
    sendRange(this.normal, dirtyNormals);
    return true;
  }

  private hasChanged(): boolean {
    let hasChanged = false;
    for (let shape = 0; shape < this.weights.length; shape++) {
      if (this.weights[shape] === this.appliedWeights[shape]) continue;
      this.appliedWeights[shape] = this.weights[shape];
      hasChanged = true;
    }
    return hasChanged;
  }

  private restoreMoved(): VertexRange {
    const { moved, restPositions } = this;
    const positions = this.position.array;
    range.reset();
    range.include(moved);
    for (let index = 0; index < moved.count; index++) {
      const at = moved.vertices[index] * 3;
      positions[at] = restPositions[at];
      positions[at + 1] = restPositions[at + 1];
      positions[at + 2] = restPositions[at + 2];
    }
    moved.clear();
    return range;
  }

  private applyShapes(): void {
    const { movedIn, moved, updateCount } = this;
    const positions = this.position.array;
    for (let shape = 0; shape < this.shapes.length; shape++) {
      const weight = this.appliedWeights[shape];
      if (Math.abs(weight) <= MIN_WEIGHT) continue;
      const { vertices, deltas } = this.shapes[shape];
      for (let index = 0, from = 0; index < vertices.length; index++, from += 3) {
        const vertex = vertices[index];
        if (movedIn[vertex] !== updateCount) {
          movedIn[vertex] = updateCount;
          moved.add(vertex);
        }
        const at = vertex * 3;
        positions[at] += weight * deltas[from];
        positions[at + 1] += weight * deltas[from + 1];
        positions[at + 2] += weight * deltas[from + 2];
      }
    }
  }

  private restoreBent(): VertexRange {
    const { bent, restNormals } = this;
    const normals = this.normal.array;
    range.reset();
    range.include(bent);
    for (let index = 0; index < bent.count; index++) {
      const at = bent.vertices[index] * 3;
      normals[at] = restNormals[at];
      normals[at + 1] = restNormals[at + 1];
      normals[at + 2] = restNormals[at + 2];
    }
    bent.clear();
    return range;
  }

  private bendNormals(): void {
    const { corners, movedIn, sums, groups, restTriangleNormals, updateCount } = this;
    const positions = this.position.array as Float32Array;
    for (let corner = 0; corner < corners.length; corner += 3) {
      const a = corners[corner];
      const b = corners[corner + 1];
      const c = corners[corner + 2];
      if (movedIn[a] !== updateCount && movedIn[b] !== updateCount && movedIn[c] !== updateCount) continue;
      triangleNormal(positions, a, b, c);
      const x = cross[0] - restTriangleNormals[corner];
      const y = cross[1] - restTriangleNormals[corner + 1];
      const z = cross[2] - restTriangleNormals[corner + 2];
      this.addToSum(groups[a], x, y, z);
      this.addToSum(groups[b], x, y, z);
      this.addToSum(groups[c], x, y, z);
      this.bend(a);
      this.bend(b);
      this.bend(c);
    }
    for (let index = 0; index < this.bent.count; index++) this.setNormal(this.bent.vertices[index]);
    // Cleared afterwards: vertices of one group read the same sum.
    for (let index = 0; index < this.bent.count; index++) {
      const at = groups[this.bent.vertices[index]] * 3;
      sums[at] = sums[at + 1] = sums[at + 2] = 0;
    }
  }

  private addToSum(group: number, x: number, y: number, z: number): void {
    const at = group * 3;
    this.sums[at] += x;
    this.sums[at + 1] += y;
    this.sums[at + 2] += z;
  }

  /** Marks a vertex and all others of its group. */
  private bend(vertex: number): void {
    while (this.bentIn[vertex] !== this.updateCount) {
      this.bentIn[vertex] = this.updateCount;
      this.bent.add(vertex);
      vertex = this.nextInGroup[vertex];
    }
  }

  private setNormal(vertex: number): void {
    const { restSums, sums, restNormals } = this;
    const normals = this.normal.array;
    const from = this.groups[vertex] * 3;
    const at = vertex * 3;
    const x0 = restSums[from];
    const y0 = restSums[from + 1];
    const z0 = restSums[from + 2];
    const x1 = x0 + sums[from];
    const y1 = y0 + sums[from + 1];
    const z1 = z0 + sums[from + 2];
    const rest = 1 / (Math.sqrt(x0 * x0 + y0 * y0 + z0 * z0) || 1);
    const now = 1 / (Math.sqrt(x1 * x1 + y1 * y1 + z1 * z1) || 1);
    const x = restNormals[at] + x1 * now - x0 * rest;
    const y = restNormals[at + 1] + y1 * now - y0 * rest;
    const z = restNormals[at + 2] + z1 * now - z0 * rest;
    const length = 1 / (Math.sqrt(x * x + y * y + z * z) || 1);
    normals[at] = x * length;
    normals[at + 1] = y * length;
    normals[at + 2] = z * length;
  }

  /** Sums include all triangles, so that a vertex at the border of the movable part keeps its whole neighbourhood. */
  private sumRestNormals(index: ArrayLike<number>): void {
    const { restPositions, restSums, groups, corners, restTriangleNormals } = this;
    for (let corner = 0; corner + 2 < index.length; corner += 3) {
      triangleNormal(restPositions, index[corner], index[corner + 1], index[corner + 2]);
      for (let offset = 0; offset < 3; offset++) {
        const at = groups[index[corner + offset]] * 3;
        for (let axis = 0; axis < 3; axis++) restSums[at + axis] += cross[axis];
      }
    }
    for (let corner = 0; corner < corners.length; corner += 3) {
      triangleNormal(restPositions, corners[corner], corners[corner + 1], corners[corner + 2]);
      restTriangleNormals.set(cross, corner);
    }
  }
}

/** A growing list in a buffer of fixed size. */
class VertexList {
  readonly vertices: Uint32Array;
  count = 0;
  min = Infinity;
  max = -1;

  constructor(capacity: number) {
    this.vertices = new Uint32Array(capacity);
  }

  add(vertex: number): void {
    this.vertices[this.count++] = vertex;
    if (vertex < this.min) this.min = vertex;
    if (vertex > this.max) this.max = vertex;
  }

  clear(): void {
    this.count = 0;
    this.min = Infinity;
    this.max = -1;
  }
}

class VertexRange {
  min = Infinity;
  max = -1;

  reset(): void {
    this.min = Infinity;
    this.max = -1;
  }

  include(list: VertexList): void {
    this.min = Math.min(this.min, list.min);
    this.max = Math.max(this.max, list.max);
  }
}

const range = new VertexRange();
const cross = new Float32Array(3);

function triangleNormal(positions: Float32Array, a: number, b: number, c: number): void {
  const ax = positions[a * 3];
  const ay = positions[a * 3 + 1];
  const az = positions[a * 3 + 2];
  const ux = positions[b * 3] - ax;
  const uy = positions[b * 3 + 1] - ay;
  const uz = positions[b * 3 + 2] - az;
  const vx = positions[c * 3] - ax;
  const vy = positions[c * 3 + 1] - ay;
  const vz = positions[c * 3 + 2] - az;
  cross[0] = uy * vz - uz * vy;
  cross[1] = uz * vx - ux * vz;
  cross[2] = ux * vy - uy * vx;
}

/** Each attribute reuses one range object: three.js empties the list after uploading. */
const rangeOf = new WeakMap<BufferAttribute, { start: number; count: number }>();

function dynamicAttribute(rest: Float32Array): BufferAttribute {
  const attribute = new BufferAttribute(rest.slice(), 3);
  attribute.setUsage(DynamicDrawUsage);
  rangeOf.set(attribute, { start: 0, count: 0 });
  return attribute;
}

function sendRange(attribute: BufferAttribute, dirty: VertexRange): void {
  if (dirty.max < 0) return;
  const sent = rangeOf.get(attribute);
  if (!sent) return;
  let first = dirty.min * 3;
  let end = (dirty.max + 1) * 3;
  // Not uploaded yet, because nothing was drawn since: both changes must be included.
  if (attribute.updateRanges.length > 0) {
    first = Math.min(first, sent.start);
    end = Math.max(end, sent.start + sent.count);
  } else {
    attribute.updateRanges.push(sent);
  }
  sent.start = first;
  sent.count = end - first;
  attribute.needsUpdate = true;
}

/** For each vertex the next one of its group, as a ring. */
function ringsOf(groups: Uint32Array): Uint32Array {
  const next = Uint32Array.from(groups.keys());
  for (let vertex = 0; vertex < groups.length; vertex++) {
    const first = groups[vertex];
    if (first === vertex) continue;
    next[vertex] = next[first];
    next[first] = vertex;
  }
  return next;
}

function namesOf(mesh: Mesh, count: number): string[] {
  const names = Array.from({ length: count }, (_, shape) => String(shape));
  for (const [name, shape] of Object.entries(mesh.morphTargetDictionary ?? {})) if (shape < count) names[shape] = name;
  return names;
}

function movableTriangles(index: ArrayLike<number>, shapes: readonly MorphShape[], vertexCount: number): Uint32Array {
  const isMovable = new Uint8Array(vertexCount);
  for (const { vertices } of shapes) for (const vertex of vertices) isMovable[vertex] = 1;
  const corners: number[] = [];
  for (let corner = 0; corner + 2 < index.length; corner += 3) {
    const [a, b, c] = [index[corner], index[corner + 1], index[corner + 2]];
    if (isMovable[a] || isMovable[b] || isMovable[c]) corners.push(a, b, c);
  }
  return Uint32Array.from(corners);
}
