import { Color, type Material, Matrix4, type Mesh, type Object3D } from 'three';
import type { JointRole } from '../../motion/retarget/joints.js';

const SHADINGS = ['skin', 'hair', 'eye', 'cloth', 'teeth', 'lash', 'brow'] as const;
export type Shading = (typeof SHADINGS)[number];

/** The largest occluders are drawn first: pixels behind them are then never shaded. */
export const DRAWN_FIRST: readonly Shading[] = ['hair', 'cloth', 'skin', 'brow', 'lash', 'eye', 'teeth'];

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

/** The parameters of a material; null if it is not one of ours. */
export function leanParametersOf(material: Material): LeanParameters | null {
  const parameters = material.userData.spatius as Partial<LeanParameters> | undefined;
  return parameters && SHADINGS.includes(parameters.shading as Shading) ? (parameters as LeanParameters) : null;
}

export interface EyeSettings {
  /** From the mesh's own space to the axes of the eyeball at rest. */
  eyeFromMesh: Matrix4;
  irisColor: Color;
  irisRim: Color;
  irisRadius: number;
  pupil: number;
  eyeRadius: number;
}

/** Parameters of an eye's shader; null for a mesh without an eye joint. @param mesh At rest. */
export function eyeSettingsOf(parameters: LeanParameters, mesh: Mesh, joints: Partial<Record<JointRole, Object3D>>): EyeSettings | null {
  const joint = parameters.shading === 'eye' ? eyeJointOf(mesh, joints) : null;
  if (!joint) return null;
  const eyeRadius = parameters.eyeRadius ?? 0.012;
  mesh.updateWorldMatrix(true, false);
  return {
    eyeFromMesh: new Matrix4().copy(joint.matrixWorld).invert().multiply(mesh.matrixWorld),
    irisColor: new Color().fromArray(parameters.irisColor ?? [0.09, 0.16, 0.2]),
    irisRim: new Color().fromArray(parameters.irisRim ?? [0.02, 0.03, 0.04]),
    irisRadius: parameters.irisRadius ?? eyeRadius * 0.54,
    pupil: parameters.pupil ?? 0.42,
    eyeRadius,
  };
}

/** The joint of an eyeball. */
function eyeJointOf(mesh: Mesh, joints: Partial<Record<JointRole, Object3D>>): Object3D | null {
  for (let at: Object3D | null = mesh; at; at = at.parent) if (at === joints.leftEye || at === joints.rightEye) return at;
  return null;
}
