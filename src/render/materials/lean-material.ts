import { Color, DoubleSide, Matrix4, ShaderMaterial, type Material, type Mesh, type Object3D, type SkinnedMesh } from 'three';
import type { JointRole } from '../../motion/retarget/joints.js';
import { sortParts } from './draw-order.js';
import { followFewJoints } from './few-joints.js';
import { LEAN_FRAGMENT_SHADER } from './lean-fragment.glsl.js';
import { LEAN_VERTEX_SHADER } from './lean-vertex.glsl.js';

const SHADINGS = ['skin', 'hair', 'eye', 'cloth', 'teeth', 'lash', 'brow'] as const;
type Shading = (typeof SHADINGS)[number];

/** What hides most comes first: pixels behind it are then never shaded. */
const DRAWN_FIRST: readonly Shading[] = ['hair', 'cloth', 'skin', 'brow', 'lash', 'eye', 'teeth'];

/** `material.extras.spatius` of an avatar file. Colours are linear, lengths metres. */
export interface LeanParameters {
  shading: Shading;
  irisColor?: number[];
  /** Colour of the ring around the iris. */
  irisRim?: number[];
  /** Radius of the pupil as a fraction of the iris radius. */
  pupil?: number;
  irisRadius?: number;
  eyeRadius?: number;
}

/** The parameters a material was written with; null when it is none of ours. */
export function leanParametersOf(material: Material): LeanParameters | null {
  const parameters = material.userData.spatius as Partial<LeanParameters> | undefined;
  return parameters && SHADINGS.includes(parameters.shading as Shading) ? (parameters as LeanParameters) : null;
}

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
  const eye = parameters.shading === 'eye' ? eyeJointOf(mesh, joints) : null;
  const isSkinned = (mesh as SkinnedMesh).isSkinnedMesh;
  const skin = isSkinned ? followFewJoints(mesh as SkinnedMesh, () => (material.uniformsNeedUpdate = true)) : null;
  const material = new ShaderMaterial({
    name: `lean ${parameters.shading}`,
    vertexShader: LEAN_VERTEX_SHADER,
    fragmentShader: LEAN_FRAGMENT_SHADER,
    vertexColors: attributes.color !== undefined,
    side: source.side,
    // The shader does that itself, cheaper.
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
      ...(eye ? eyeUniforms(parameters, mesh, eye) : {}),
      ...(skin ? { jointMatrices: { value: skin.matrices } } : {}),
    },
  });
  return material;
}

/** The joint that carries an eyeball. */
function eyeJointOf(mesh: Mesh, joints: Partial<Record<JointRole, Object3D>>): Object3D | null {
  for (let at: Object3D | null = mesh; at; at = at.parent) if (at === joints.leftEye || at === joints.rightEye) return at;
  return null;
}

function eyeUniforms(parameters: LeanParameters, mesh: Mesh, joint: Object3D): ShaderMaterial['uniforms'] {
  const eyeRadius = parameters.eyeRadius ?? 0.012;
  mesh.updateWorldMatrix(true, false);
  return {
    eyeFromMesh: { value: new Matrix4().copy(joint.matrixWorld).invert().multiply(mesh.matrixWorld) },
    irisColor: { value: new Color().fromArray(parameters.irisColor ?? [0.09, 0.16, 0.2]) },
    irisRim: { value: new Color().fromArray(parameters.irisRim ?? [0.02, 0.03, 0.04]) },
    irisRadius: { value: parameters.irisRadius ?? eyeRadius * 0.54 },
    pupil: { value: parameters.pupil ?? 0.42 },
    eyeRadius: { value: eyeRadius },
  };
}
