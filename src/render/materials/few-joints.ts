import { BufferAttribute, Matrix4, type SkinnedMesh } from 'three';

/** Most joints: one weight per component of an attribute. */
const MAX_JOINTS = 4;

/** Matrices of a mesh's few joints, in its own space; updated before each draw call. */
export interface FewJoints {
  readonly matrices: Matrix4[];
}

/**
 * Prepares a skinned mesh that follows up to four joints for skinning by uniforms. three.js reads four matrices of four
 * texels each from a texture for every vertex, which is most of a vertex's cost in software GL. Adds the attribute `_shares`,
 * `[vertex, 4]`, the weights of the joints.
 *
 * @param handleMoved Called after `matrices` have changed, before the mesh is drawn.
 * @returns Null if the mesh has more joints.
 */
export function followFewJoints(mesh: SkinnedMesh, handleMoved: () => void): FewJoints | null {
  const { skinIndex, skinWeight } = mesh.geometry.attributes;
  const joints: number[] = [];
  const shares = new Uint8Array(skinIndex.count * MAX_JOINTS);
  for (let vertex = 0; vertex < skinIndex.count; vertex++) {
    for (let slot = 0; slot < 4; slot++) {
      const weight = skinWeight.getComponent(vertex, slot);
      if (weight <= 0) continue;
      const joint = skinIndex.getComponent(vertex, slot);
      if (!joints.includes(joint)) joints.push(joint);
      if (joints.length > MAX_JOINTS) return null;
      shares[vertex * MAX_JOINTS + joints.indexOf(joint)] += Math.round(weight * 255);
    }
  }
  mesh.geometry.setAttribute('_shares', new BufferAttribute(shares, MAX_JOINTS, true));
  const matrices = joints.map(() => new Matrix4());
  mesh.onBeforeRender = () => {
    joints.forEach((joint, at) => {
      matrices[at]
        .fromArray(mesh.skeleton.boneMatrices!, joint * 16)
        .premultiply(mesh.bindMatrixInverse)
        .multiply(mesh.bindMatrix);
    });
    handleMoved();
  };
  return { matrices };
}
