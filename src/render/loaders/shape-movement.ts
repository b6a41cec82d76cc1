import { type Mesh, type SkinnedMesh, Vector3 } from 'three';
import { floatsOf, morphShapeFrom, noiseOf } from '../morph-shapes.js';

/**
 * How far shapes move their meshes.
 *
 * @param meshes As loaded, world matrices up to date.
 * @param headHeight In the world, m.
 * @returns A function of mesh and morph target: the largest movement at weight 1, as a share of the head's height. 0: it moves nothing;
 *   exporters write shapes of a standard that a face does not have.
 */
export function shapeMovement(meshes: readonly Mesh[], headHeight: number): (mesh: number, morph: number) => number {
  const noise = meshes.map(({ geometry }) => noiseOf(floatsOf(geometry.attributes.position)));
  return (index, morph) => {
    const mesh = meshes[index] as SkinnedMesh;
    const { position } = mesh.geometry.attributes;
    const { vertices, deltas } = morphShapeFrom(mesh.geometry.morphAttributes.position![morph], noise[index]);
    const moved = new Vector3();
    const delta = new Vector3();
    let vertex = -1;
    vertices.forEach((candidate, at) => {
      delta.fromArray(deltas, at * 3);
      if (delta.lengthSq() <= moved.lengthSq()) return;
      moved.copy(delta);
      vertex = candidate;
    });
    if (vertex < 0) return 0;
    const rest = new Vector3().fromBufferAttribute(position, vertex);
    const [from, to] = [rest, moved.add(rest)].map((point) =>
      (mesh.applyBoneTransform?.(vertex, point) ?? point).applyMatrix4(mesh.matrixWorld),
    );
    return from.distanceTo(to) / headHeight;
  };
}
