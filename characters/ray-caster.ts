/** Nearest hit of rays with double-sided triangles, by a bounding volume hierarchy in flat arrays. */
import type { Vec3 } from './vector.js';

export interface RayCaster {
  /** @param direction Unit. @returns Distance of the nearest hit, or `limit` if there is none before it. */
  distanceTo(origin: Vec3, direction: Vec3, limit: number): number;
}

const LEAF_SIZE = 4;
const STACK_DEPTH = 64;

export function createRayCaster(meshes: readonly { positions: readonly Vec3[]; triangles: readonly number[] }[]): RayCaster {
  const corners: number[] = [];
  for (const { positions, triangles } of meshes) for (const index of triangles) corners.push(...positions[index]);
  const count = corners.length / 9;
  const order = Array.from({ length: count }, (_, i) => i);
  const centre = (triangle: number, axis: number): number =>
    corners[triangle * 9 + axis] + corners[triangle * 9 + 3 + axis] + corners[triangle * 9 + 6 + axis];

  // Node: box [minX minY minZ maxX maxY maxZ]; leaf = [start, count], inner = [-(right child), 0], left child follows.
  const boxes: number[] = [];
  const links: number[] = [];
  const build = (start: number, end: number): void => {
    const node = links.length / 2;
    links.push(start, end - start);
    const box = [Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity];
    const centreBox = [...box];
    for (let i = start; i < end; i++) {
      for (let k = 0; k < 9; k++) {
        const value = corners[order[i] * 9 + k];
        const axis = k % 3;
        box[axis] = Math.min(box[axis], value);
        box[axis + 3] = Math.max(box[axis + 3], value);
      }
      for (let axis = 0; axis < 3; axis++) {
        const value = centre(order[i], axis);
        centreBox[axis] = Math.min(centreBox[axis], value);
        centreBox[axis + 3] = Math.max(centreBox[axis + 3], value);
      }
    }
    boxes.push(...box);
    if (end - start <= LEAF_SIZE) return;
    const extent = [0, 1, 2].map((axis) => centreBox[axis + 3] - centreBox[axis]);
    const axis = extent.indexOf(Math.max(...extent));
    const sorted = order.slice(start, end).sort((a, b) => centre(a, axis) - centre(b, axis));
    for (let i = start; i < end; i++) order[i] = sorted[i - start];
    const middle = (start + end) >> 1;
    build(start, middle);
    links[node * 2] = -(links.length / 2);
    links[node * 2 + 1] = 0;
    build(middle, end);
  };
  build(0, count);

  const box = Float64Array.from(boxes);
  const link = Int32Array.from(links);
  const triangle = new Float64Array(count * 9);
  order.forEach((source, i) => {
    for (let k = 0; k < 9; k++) triangle[i * 9 + k] = corners[source * 9 + k];
  });
  const stack = new Int32Array(STACK_DEPTH);

  return {
    distanceTo([ox, oy, oz], [dx, dy, dz], limit) {
      const ix = 1 / dx;
      const iy = 1 / dy;
      const iz = 1 / dz;
      let nearest = limit;
      let depth = 0;
      stack[depth++] = 0;
      while (depth > 0) {
        const node = stack[--depth];
        const b = node * 6;
        const x0 = (box[b] - ox) * ix;
        const x1 = (box[b + 3] - ox) * ix;
        const y0 = (box[b + 1] - oy) * iy;
        const y1 = (box[b + 4] - oy) * iy;
        const z0 = (box[b + 2] - oz) * iz;
        const z1 = (box[b + 5] - oz) * iz;
        const enter = Math.max(Math.min(x0, x1), Math.min(y0, y1), Math.min(z0, z1), 0);
        const leave = Math.min(Math.max(x0, x1), Math.max(y0, y1), Math.max(z0, z1));
        if (!(enter <= leave) || enter > nearest) continue;
        const size = link[node * 2 + 1];
        if (size === 0) {
          stack[depth++] = -link[node * 2];
          stack[depth++] = node + 1;
          continue;
        }
        const start = link[node * 2];
        for (let i = start; i < start + size; i++)
          nearest = Math.min(nearest, hitTriangle(triangle, i * 9, ox, oy, oz, dx, dy, dz, nearest));
      }
      return nearest;
    },
  };
}

/** @see Möller & Trumbore 1997. */
function hitTriangle(
  t: Float64Array,
  o: number,
  ox: number,
  oy: number,
  oz: number,
  dx: number,
  dy: number,
  dz: number,
  limit: number,
): number {
  const e1x = t[o + 3] - t[o];
  const e1y = t[o + 4] - t[o + 1];
  const e1z = t[o + 5] - t[o + 2];
  const e2x = t[o + 6] - t[o];
  const e2y = t[o + 7] - t[o + 1];
  const e2z = t[o + 8] - t[o + 2];
  const px = dy * e2z - dz * e2y;
  const py = dz * e2x - dx * e2z;
  const pz = dx * e2y - dy * e2x;
  const determinant = e1x * px + e1y * py + e1z * pz;
  if (Math.abs(determinant) < 1e-12) return limit;
  const inverse = 1 / determinant;
  const sx = ox - t[o];
  const sy = oy - t[o + 1];
  const sz = oz - t[o + 2];
  const u = (sx * px + sy * py + sz * pz) * inverse;
  if (u < 0 || u > 1) return limit;
  const qx = sy * e1z - sz * e1y;
  const qy = sz * e1x - sx * e1z;
  const qz = sx * e1y - sy * e1x;
  const v = (dx * qx + dy * qy + dz * qz) * inverse;
  if (v < 0 || u + v > 1) return limit;
  const distance = (e2x * qx + e2y * qy + e2z * qz) * inverse;
  return distance > 0 ? distance : limit;
}
