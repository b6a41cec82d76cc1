/** The box of a head, from the vertices that follow its joint, else from the outline of the whole model. */
import { type Box3, type BufferAttribute, Mesh, type Object3D, type SkinnedMesh, Vector3 } from 'three';
import { nameReader } from '../../motion/retarget/name-reader.js';
import { CHANNEL_INDEX } from '../../shared/contracts/channels.js';

/** World positions of all vertices at rest, and which of them follow the head's joint. */
export interface ModelPoints {
  /** `[pointCount, 3]` */
  readonly positions: Float32Array;
  /** `[pointCount]`, 1 where a vertex belongs to the head; null without a head joint, or if nothing follows it. */
  readonly isHead: Uint8Array | null;
  /** Corners of triangles, as indices of points: all, or evenly chosen ones of a model that has very many. */
  eachTriangle(visit: (a: number, b: number, c: number) => void): void;
}

/** Share of a vertex's weights on joints of the head from which on it is a part of it. */
const HEAD_WEIGHT = 0.5;

/** Triangles that are visited; the outline of a model with more is as good. */
const MAX_TRIANGLES = 300_000;

/** World matrices must be up to date. */
export function pointsOf(scene: Object3D, head: Object3D | undefined): ModelPoints {
  const meshes: Mesh[] = [];
  scene.traverse((object) => {
    if (object instanceof Mesh && object.geometry.attributes.position) meshes.push(object);
  });
  const count = meshes.reduce((sum, { geometry }) => sum + geometry.attributes.position.count, 0);
  const positions = new Float32Array(count * 3);
  const isHead = new Uint8Array(count);
  const point = new Vector3();
  let at = 0;
  for (const mesh of meshes) {
    const belongs = head ? followerOf(mesh, head) : () => false;
    const { count: vertexCount } = mesh.geometry.attributes.position;
    for (let vertex = 0; vertex < vertexCount; vertex++, at++) {
      mesh
        .getVertexPosition(vertex, point)
        .applyMatrix4(mesh.matrixWorld)
        .toArray(positions, at * 3);
      if (belongs(vertex)) isHead[at] = 1;
    }
  }
  const triangleCount = meshes.reduce((sum, mesh) => sum + triangleCountOf(mesh), 0);
  const step = 3 * Math.max(1, Math.ceil(triangleCount / MAX_TRIANGLES));
  const eachTriangle: ModelPoints['eachTriangle'] = (visit) => {
    let first = 0;
    for (const { geometry } of meshes) {
      const { index } = geometry;
      const vertexCount = geometry.attributes.position.count;
      const corner = (at: number): number => first + (index ? index.getX(at) : at);
      for (let at = 0; at + 2 < (index?.count ?? vertexCount); at += step) visit(corner(at), corner(at + 1), corner(at + 2));
      first += vertexCount;
    }
  };
  return { positions, isHead: isHead.includes(1) ? isHead : null, eachTriangle };
}

export function triangleCountOf({ geometry }: Mesh): number {
  return Math.floor((geometry.index?.count ?? geometry.attributes.position.count) / 3);
}

function followerOf(mesh: Mesh, head: Object3D): (vertex: number) => boolean {
  if (!(mesh as SkinnedMesh).isSkinnedMesh) {
    const hangs = isWithin(mesh, head);
    return () => hangs;
  }
  const { skeleton, geometry } = mesh as SkinnedMesh;
  const followers = skeleton.bones.map((bone) => isWithin(bone, head));
  const { skinIndex, skinWeight } = geometry.attributes;
  return (vertex) => {
    let weight = 0;
    for (let slot = 0; slot < 4; slot++) {
      if (followers[skinIndex.getComponent(vertex, slot)]) weight += skinWeight.getComponent(vertex, slot);
    }
    return weight >= HEAD_WEIGHT;
  };
}

function isWithin(object: Object3D, ancestor: Object3D): boolean {
  for (let at: Object3D | null = object; at; at = at.parent) if (at === ancestor) return true;
  return false;
}

/** Slices of a model's outline from its top to its bottom. */
const SLICES = 96;
/** A slice narrower than this share of the widest one above it may be the neck, or the chin of a head without one. */
const NECK = 0.9;
/** Below a neck the outline grows by this at least: shoulders. */
const SHOULDERS = 1.25;
/** A head without a neck ends where the outline grows by this from one slice to the next. */
const STEP = 1.8;
/** How far the chin reaches below the start of the neck, as a share of the head. */
const CHIN_BEFORE_NECK = 0.12;
/** Share of the height that is hair or a hat in any case. */
const TOP = 0.03;

/**
 * Height of the neck of a model without a head joint: the narrowest slice below the head that something wider follows.
 *
 * @returns Null when the outline has no neck.
 */
export function neckOf({ positions, eachTriangle }: ModelPoints, bounds: Box3): number | null {
  const height = bounds.max.y - bounds.min.y;
  const sliceHeight = height / SLICES;
  const left = new Float32Array(SLICES + 1).fill(Infinity);
  const right = new Float32Array(SLICES + 1).fill(-Infinity);
  const edge = (a: number, b: number): void => {
    const [x1, y1, x2, y2] = [positions[a * 3], bounds.max.y - positions[a * 3 + 1], positions[b * 3], bounds.max.y - positions[b * 3 + 1]];
    if (y1 > y2) return;
    for (let slice = Math.ceil(y1 / sliceHeight); slice <= y2 / sliceHeight; slice++) {
      const x = y2 > y1 ? x1 + ((x2 - x1) * (slice * sliceHeight - y1)) / (y2 - y1) : x1;
      left[slice] = Math.min(left[slice], x);
      right[slice] = Math.max(right[slice], x);
    }
  };
  eachTriangle((a, b, c) => {
    for (const [from, to] of [
      [a, b],
      [b, c],
      [c, a],
    ]) {
      edge(from, to);
      edge(to, from);
    }
  });
  // Shoulders are followed by nothing as narrow as a neck, ears are.
  const narrowestBelow = new Float32Array(SLICES + 2).fill(Infinity);
  for (let slice = Math.floor(SLICES * (1 - TOP)); slice >= 0; slice--) {
    const width = right[slice] - left[slice];
    narrowestBelow[slice] = width > 0 ? Math.min(width, narrowestBelow[slice + 1]) : narrowestBelow[slice + 1];
  }
  // The chin stands before the neck.
  const chinAt = (slice: number): number => bounds.max.y - slice * sliceHeight * (1 + CHIN_BEFORE_NECK);
  let widest = 0;
  let neck = -1;
  let narrowest = Infinity;
  let before = Infinity;
  for (let slice = 0; slice <= SLICES; slice++) {
    const width = right[slice] - left[slice];
    if (!(width > 0)) continue;
    const isBelowTop = slice > SLICES * TOP;
    if (neck >= 0 && width > narrowest * SHOULDERS) return chinAt(neck);
    if (isBelowTop && width > before * STEP && narrowestBelow[slice] > before * SHOULDERS) return chinAt(slice);
    if (isBelowTop && width < widest * NECK && width < narrowest) {
      neck = slice;
      narrowest = width;
    }
    if (neck < 0) widest = Math.max(widest, width);
    before = width;
  }
  return null;
}

/** Part of a shape's largest movement from which on a vertex counts as moved. */
const MOVED = 0.3;

/** Middle of what the shapes that close the eyes move; null without such shapes. World matrices must be up to date. */
export function eyesByBlinks(scene: Object3D): Vector3 | null {
  const sums = { left: new Vector3(), right: new Vector3() };
  const counts = { left: 0, right: 0 };
  const point = new Vector3();
  scene.traverse((object) => {
    if (!(object instanceof Mesh)) return;
    for (const [name, index] of Object.entries(object.morphTargetDictionary ?? {})) {
      const sources = nameReader().readShape(name)?.sources ?? [];
      const sides = (['left', 'right'] as const).filter((side) =>
        sources.some(({ source }) => source === CHANNEL_INDEX[side === 'left' ? 'eyeBlinkLeft' : 'eyeBlinkRight']),
      );
      const target = object.geometry.morphAttributes.position?.[index] as BufferAttribute | undefined;
      if (sides.length === 0 || !target) continue;
      const lengths = Float32Array.from({ length: target.count }, (_, vertex) =>
        Math.hypot(target.getX(vertex), target.getY(vertex), target.getZ(vertex)),
      );
      const least = lengths.reduce((most, length) => Math.max(most, length), 0) * MOVED;
      if (least === 0) continue;
      lengths.forEach((length, vertex) => {
        if (length < least) return;
        object.getVertexPosition(vertex, point).applyMatrix4(object.matrixWorld);
        for (const side of sides) {
          sums[side].add(point);
          counts[side]++;
        }
      });
    }
  });
  if (counts.left === 0 || counts.right === 0) return null;
  return sums.left.divideScalar(counts.left).add(sums.right.divideScalar(counts.right)).multiplyScalar(0.5);
}
