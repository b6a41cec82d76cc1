import { Matrix4, Mesh, type SkinnedMesh } from 'three';

/**
 * Turns a skinned mesh that follows a single joint (hair, teeth, glasses) into an ordinary mesh below that joint: the same
 * picture without four matrices per vertex.
 *
 * @returns The mesh to use: its replacement, or the given one if it bends.
 */
export function unskinRigid(mesh: SkinnedMesh): Mesh {
  const joint = onlyJointOf(mesh);
  if (joint === null) return mesh;
  const rigid = new Mesh(mesh.geometry, mesh.material);
  rigid.name = mesh.name;
  rigid.userData = mesh.userData;
  rigid.morphTargetDictionary = mesh.morphTargetDictionary;
  rigid.morphTargetInfluences = mesh.morphTargetInfluences;
  rigid.geometry.deleteAttribute('skinIndex');
  rigid.geometry.deleteAttribute('skinWeight');
  const matrix = new Matrix4().multiplyMatrices(mesh.skeleton.boneInverses[joint], mesh.bindMatrix);
  matrix.decompose(rigid.position, rigid.quaternion, rigid.scale);
  mesh.skeleton.bones[joint].add(rigid);
  mesh.removeFromParent();
  return rigid;
}

function onlyJointOf(mesh: SkinnedMesh): number | null {
  const { skinIndex, skinWeight } = mesh.geometry.attributes;
  let only: number | null = null;
  for (let vertex = 0; vertex < skinIndex.count; vertex++) {
    for (let slot = 0; slot < 4; slot++) {
      // Quantisation may leave weights of 1/255.
      if (skinWeight.getComponent(vertex, slot) < 0.01) continue;
      const joint = skinIndex.getComponent(vertex, slot);
      if (only !== null && joint !== only) return null;
      only = joint;
    }
  }
  return only;
}
