import { type Material, Mesh, MeshLambertMaterial, MeshStandardMaterial, type Object3D, type ShaderMaterial, type Texture } from 'three';
import type { JointRole } from '../../motion/retarget/joints.js';
import { createLeanMaterial } from './lean-material.js';
import { leanParametersOf } from './lean-parameters.js';

/**
 * Replaces materials with `extras.spatius` by our own shader. The others keep their materials, simplified in software GL, where
 * physical materials take ten times as long.
 */
export function replaceMaterials(meshes: readonly Mesh[], joints: Partial<Record<JointRole, Object3D>>, isSoftware: boolean): void {
  const plainOf = new Map<Material, Material>();
  const unused = new Set<Material>();
  for (const mesh of meshes) {
    const [material] = materialsOf(mesh);
    const parameters = leanParametersOf(material);
    const isPlainEnough = !isSoftware || !(material instanceof MeshStandardMaterial || isToon(material));
    if (!parameters && isPlainEnough) continue;
    materialsOf(mesh).forEach((old) => unused.add(old));
    if (parameters) {
      mesh.material = createLeanMaterial(parameters, mesh, joints);
    } else {
      const plain = plainOf.get(material) ?? plainMaterialFrom(material as MeshStandardMaterial);
      plainOf.set(material, plain);
      mesh.material = plain;
      // The second material of a toon mesh is its outline, drawn with the same triangles.
      mesh.geometry.clearGroups();
    }
  }
  const used = new Set(meshes.flatMap((mesh) => materialsOf(mesh).flatMap(texturesOf)));
  // Textures of one image (a shade texture that is the base texture, clones with another transform) share their source.
  const usedSources = new Set([...used].map(({ source }) => source));
  for (const material of unused) {
    for (const texture of texturesOf(material)) {
      if (used.has(texture)) continue;
      if (usedSources.has(texture.source)) texture.dispose();
      else disposeTexture(texture);
    }
    material.dispose();
  }
}

/** True if a mesh keeps a material of three.js, whose shaders are in an add-on. */
export function hasThreeMaterials(root: Object3D): boolean {
  let isFound = false;
  root.traverse((object) => {
    if (object instanceof Mesh && materialsOf(object).some((material) => !leanParametersOf(material))) isFound = true;
  });
  return isFound;
}

export function materialsOf(mesh: Mesh): Material[] {
  return Array.isArray(mesh.material) ? mesh.material : [mesh.material];
}

export function texturesOf(material: Material): Texture[] {
  const { uniforms = {} } = material as Partial<ShaderMaterial>;
  const values: unknown[] = [...Object.values(material), ...Object.values(uniforms).map(({ value }) => value as unknown)];
  return values.filter((value): value is Texture => (value as Texture | null)?.isTexture === true);
}

/** Frees a texture on the GPU and its decoded image, which no other texture in use may share. */
export function disposeTexture(texture: Texture): void {
  texture.dispose();
  (texture.image as { close?: () => void } | null)?.close?.();
}

function plainMaterialFrom(material: MeshStandardMaterial): MeshLambertMaterial {
  const {
    name,
    color,
    map,
    alphaMap = null,
    alphaTest,
    transparent,
    opacity,
    side,
    vertexColors,
    emissive,
    emissiveMap,
    emissiveIntensity,
  } = material;
  const plain = new MeshLambertMaterial({
    name,
    map,
    alphaMap,
    alphaTest,
    transparent,
    opacity,
    side,
    vertexColors,
    emissiveMap,
    emissiveIntensity,
  });
  // A VRM's expressions still change the replaced one.
  plain.color = color;
  plain.emissive = emissive;
  plain.onBeforeRender = () => (plain.opacity = material.opacity);
  return plain;
}

/** VRM's cel shading, recognised by a flag, since its class is in an add-on. It has the needed fields of a standard material. */
function isToon(material: Material): boolean {
  return (material as { isMToonMaterial?: boolean }).isMToonMaterial === true;
}
