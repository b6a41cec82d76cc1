import { Mesh, MeshLambertMaterial, MeshStandardMaterial, type Material, type Object3D, type Texture } from 'three';
import type { JointRole } from '../../motion/retarget/joints.js';
import { createLeanMaterial, leanParametersOf } from './lean-material.js';

/**
 * Gives meshes whose materials ask for it (`extras.spatius`) our own shader. The others keep three.js's materials, in
 * software GL reduced to what it can draw in time: the physical ones take ten times as long there.
 */
export function replaceMaterials(meshes: readonly Mesh[], joints: Partial<Record<JointRole, Object3D>>, isSoftware: boolean): void {
  const plainOf = new Map<Material, Material>();
  const unused = new Set<Material>();
  for (const mesh of meshes) {
    const material = mesh.material as Material;
    const parameters = leanParametersOf(material);
    if (parameters) {
      mesh.material = createLeanMaterial(parameters, mesh, joints);
      unused.add(material);
    } else if (isSoftware && material instanceof MeshStandardMaterial) {
      const plain = plainOf.get(material) ?? plainMaterialFrom(material);
      plainOf.set(material, plain);
      mesh.material = plain;
      unused.add(material);
    }
  }
  const used = new Set(meshes.flatMap((mesh) => texturesOf(mesh.material as Material)));
  for (const material of unused) {
    for (const texture of texturesOf(material)) if (!used.has(texture)) disposeTexture(texture);
    material.dispose();
  }
}

/** True when a mesh keeps a material of three.js's, whose shaders are an add-on. */
export function hasThreeMaterials(root: Object3D): boolean {
  let isFound = false;
  root.traverse((object) => {
    if (object instanceof Mesh && !leanParametersOf(object.material as Material)) isFound = true;
  });
  return isFound;
}

export function texturesOf(material: Material): Texture[] {
  return (Object.values(material) as unknown[]).filter((value): value is Texture => (value as Texture | null)?.isTexture === true);
}

/** Frees a texture on the GPU and its decoded image. */
export function disposeTexture(texture: Texture): void {
  texture.dispose();
  (texture.image as { close?: () => void } | null)?.close?.();
}

function plainMaterialFrom(material: MeshStandardMaterial): MeshLambertMaterial {
  const { name, color, map, alphaMap, alphaTest, transparent, opacity, side, vertexColors, emissive, emissiveMap, emissiveIntensity } = material;
  return new MeshLambertMaterial({ name, color, map, alphaMap, alphaTest, transparent, opacity, side, vertexColors, emissive, emissiveMap, emissiveIntensity });
}
