import { type Mesh, type SkinnedMesh, Vector3 } from 'three';
import { floatsOf, type MorphShape, morphShapeFrom, noiseOf } from '../morph-shapes.js';

/**
 * How far shapes move their meshes.
 *
 * @param meshes As loaded, world matrices up to date.
 * @param headHeight In the world, m.
 */
export function shapeMovement(meshes: readonly Mesh[], headHeight: number) {
  const noise = meshes.map(({ geometry }) => noiseOf(floatsOf(geometry.attributes.position)));
  const shapeOf = (mesh: number, morph: number): MorphShape =>
    morphShapeFrom(meshes[mesh].geometry.morphAttributes.position![morph], noise[mesh]);
  return {
    /** Whether a shape moves nothing: exporters write shapes of a standard that a face does not have. */
    isEmpty: (mesh: number, morph: number): boolean => shapeOf(mesh, morph).vertices.length === 0,
    /** Largest movement at weight 1, as a share of the head's height. */
    shareOfHead(index: number, morph: number): number {
      const mesh = meshes[index] as SkinnedMesh;
      const { vertices, deltas } = shapeOf(index, morph);
      let most = 0;
      vertices.forEach((vertex, at) => {
        const rest = new Vector3().fromBufferAttribute(mesh.geometry.attributes.position, vertex);
        const moved = new Vector3().fromArray(deltas, at * 3).add(rest);
        const [from, to] = [rest, moved].map((point) => (mesh.applyBoneTransform?.(vertex, point) ?? point).applyMatrix4(mesh.matrixWorld));
        most = Math.max(most, from.distanceTo(to));
      });
      return most / headHeight;
    },
  };
}
