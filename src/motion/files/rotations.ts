/** Rotations as quaternions `[x, y, z, w]`, and the rest pose of nodes in a glTF document. */
import type { GlbDocument, GlbNode } from './glb-container.js';

export type Quaternion = readonly [number, number, number, number];

const NO_ROTATION: Quaternion = [0, 0, 0, 1];

export function multiplied([ax, ay, az, aw]: Quaternion, [bx, by, bz, bw]: Quaternion): Quaternion {
  return [
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
    aw * bw - ax * bx - ay * by - az * bz,
  ];
}

/** Inverse of a unit quaternion. */
export function inverted([x, y, z, w]: Quaternion): Quaternion {
  return [-x, -y, -z, w];
}

/** Yaw about y, then pitch about x, then roll about z, each in the axes rotated by the previous ones (intrinsic); radians. */
export function quaternionFromAngles(pitch: number, yaw: number, roll: number): Quaternion {
  const turned = multiplied([0, Math.sin(yaw / 2), 0, Math.cos(yaw / 2)], [Math.sin(pitch / 2), 0, 0, Math.cos(pitch / 2)]);
  return multiplied(turned, [0, 0, Math.sin(roll / 2), Math.cos(roll / 2)]);
}

/** A vector rotated by a unit quaternion. */
export function turned([x, y, z]: readonly [number, number, number], by: Quaternion): [number, number, number] {
  const [tx, ty, tz] = multiplied(multiplied(by, [x, y, z, 0]), inverted(by));
  return [tx, ty, tz];
}

/** Local transform of a node. A matrix, which an animation cannot target, is decomposed in place. */
export function restOf(node: GlbNode): { rotation: Quaternion; translation: [number, number, number]; scale: number } {
  if (node.matrix) splitMatrix(node, node.matrix);
  const [x = 0, y = 0, z = 0] = node.translation ?? [];
  const rotation = node.rotation as unknown as Quaternion | undefined;
  return { rotation: rotation ?? NO_ROTATION, translation: [x, y, z], scale: node.scale?.[1] ?? 1 };
}

/** Combined rotation of a node's ancestors. */
export function parentSpace(document: GlbDocument, index: number): { rotation: Quaternion; scale: number } {
  const nodes = document.nodes ?? [];
  let rotation = NO_ROTATION;
  let scale = 1;
  const parentOf = (child: number): number => nodes.findIndex(({ children }) => children?.includes(child));
  // A damaged file may contain a cycle of nodes.
  for (let at = parentOf(index), steps = 0; at >= 0 && steps < nodes.length; at = parentOf(at), steps++) {
    const rest = restOf(nodes[at]);
    rotation = multiplied(rest.rotation, rotation);
    scale *= rest.scale;
  }
  return { rotation, scale };
}

/** @param matrix `[16]`, column-major, without shear. */
function splitMatrix(node: GlbNode, matrix: readonly number[]): void {
  const column = (at: number): number[] => matrix.slice(4 * at, 4 * at + 3);
  const scale = [0, 1, 2].map((at) => Math.hypot(...column(at)) || 1);
  const [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = [0, 1, 2].map((at) => column(at).map((value) => value / scale[at])) as [
    number[],
    number[],
    number[],
  ];
  // Shepperd 1978, by the largest of the four: exact for every rotation.
  const squares = [1 + xx! - yy! - zz!, 1 - xx! + yy! - zz!, 1 - xx! - yy! + zz!, 1 + xx! + yy! + zz!];
  const largest = squares.indexOf(Math.max(...squares));
  const rows = [
    [squares[0], xy! + yx!, zx! + xz!, yz! - zy!],
    [xy! + yx!, squares[1], yz! + zy!, zx! - xz!],
    [zx! + xz!, yz! + zy!, squares[2], xy! - yx!],
    [yz! - zy!, zx! - xz!, xy! - yx!, squares[3]],
  ][largest];
  const length = Math.hypot(...rows) || 1;
  node.translation = column(3);
  node.rotation = rows.map((value) => value / length);
  node.scale = scale;
  delete node.matrix;
}
