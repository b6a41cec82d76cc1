import { DoubleSide, type Material, type Mesh, type Object3D, ShaderMaterial, type SkinnedMesh } from 'three';
import type { JointRole } from '../../motion/retarget/joints.js';
import { sortParts } from './draw-order.js';
import { followFewJoints } from './few-joints.js';
import { LEAN_FRAGMENT_SHADER } from './lean-fragment.glsl.js';
import { DRAWN_FIRST, eyeSettingsOf, type LeanParameters } from './lean-parameters.js';
import { LEAN_VERTEX_SHADER } from './lean-vertex.glsl.js';

/**
 * Our own cheap shader: one key light, a fill, sky, two rims and baked occlusion, for a ninth of the cost of a physical
 * material in software GL.
 *
 * @param mesh At rest, world matrices up to date.
 */
export function createLeanMaterial(parameters: LeanParameters, mesh: Mesh, joints: Partial<Record<JointRole, Object3D>>): ShaderMaterial {
  const source = mesh.material as Material;
  const { attributes } = mesh.geometry;
  mesh.renderOrder = DRAWN_FIRST.indexOf(parameters.shading);
  sortParts(mesh.geometry, mesh.matrixWorld);
  const eye = eyeSettingsOf(parameters, mesh, joints);
  const isSkinned = (mesh as SkinnedMesh).isSkinnedMesh;
  const skin = isSkinned ? followFewJoints(mesh as SkinnedMesh, () => (material.uniformsNeedUpdate = true)) : null;
  const material = new ShaderMaterial({
    name: `lean ${parameters.shading}`,
    vertexShader: LEAN_VERTEX_SHADER,
    fragmentShader: LEAN_FRAGMENT_SHADER,
    vertexColors: attributes.color !== undefined,
    side: source.side,
    // The shader does this itself, at a lower cost.
    toneMapped: false,
    defines: {
      [`SHADING_${parameters.shading.toUpperCase()}`]: '',
      ...(attributes._mask ? { HAS_MASK: '' } : {}),
      ...(attributes.tangent && attributes._strand ? { HAS_STRANDS: '' } : {}),
      ...(source.side === DoubleSide ? { DOUBLE_SIDED: '' } : {}),
      ...(eye ? { HAS_IRIS: '' } : {}),
      ...(skin ? { JOINT_COUNT: skin.matrices.length } : {}),
    },
    uniforms: {
      ...Object.fromEntries(Object.entries(eye ?? {}).map(([name, value]) => [name, { value: value as unknown }])),
      ...(skin ? { jointMatrices: { value: skin.matrices } } : {}),
    },
  });
  return material;
}
