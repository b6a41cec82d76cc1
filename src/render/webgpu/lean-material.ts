/** Replaces `materials/lean-material.ts` for WebGPU, where three.js handles the joints. */

import {
  attribute,
  faceDirection,
  mat3,
  modelViewMatrix,
  normalViewGeometry,
  positionGeometry,
  positionView,
  pow,
  tangentLocal,
  transpose,
  uniform,
  varying,
  vec2,
  vec3,
  vec4,
  wgsl,
  wgslFn,
} from 'three/tsl';
import { DoubleSide, type Material, type Mesh, type Node, NodeMaterial, type Object3D } from 'three/webgpu';
import type { JointRole } from '../../motion/retarget/joints.js';
import { sortParts } from '../materials/draw-order.js';
import { DRAWN_FIRST, eyeSettingsOf, type LeanParameters, type Shading } from '../materials/lean-parameters.js';
import { LEAN_CLOTH, LEAN_COMMON, LEAN_EYE, LEAN_FUR, LEAN_HAIR, LEAN_IRIS, LEAN_SKIN, LEAN_STRANDS, LEAN_TEETH } from './lean.wgsl.js';

type Shade = (inputs: Record<string, unknown>) => Node;

const common = wgsl(LEAN_COMMON);
const shade = (code: string) => wgslFn(code, [common]) as unknown as Shade;

const shadeSkin = shade(LEAN_SKIN);
const shadeStrands = shade(LEAN_STRANDS);
const shadeIris = shade(LEAN_IRIS);
/** Shadings that only need the normal, the colour and the occlusion. */
const shadePlain: Readonly<Record<Exclude<Shading, 'skin'>, Shade>> = {
  hair: shade(LEAN_HAIR),
  eye: shade(LEAN_EYE),
  cloth: shade(LEAN_CLOTH),
  teeth: shade(LEAN_TEETH),
  lash: shade(LEAN_FUR),
  brow: shade(LEAN_FUR),
};

/** @param mesh At rest, world matrices up to date. */
export function createLeanMaterial(parameters: LeanParameters, mesh: Mesh, joints: Partial<Record<JointRole, Object3D>>): Material {
  const source = mesh.material as Material;
  mesh.renderOrder = DRAWN_FIRST.indexOf(parameters.shading);
  sortParts(mesh.geometry, mesh.matrixWorld);
  const material = new NodeMaterial();
  material.name = `lean ${parameters.shading}`;
  material.side = source.side;
  material.toneMapped = false;
  material.fragmentNode = fragmentOf(parameters, mesh, joints) as typeof material.fragmentNode;
  return material;
}

function fragmentOf(parameters: LeanParameters, mesh: Mesh, joints: Partial<Record<JointRole, Object3D>>): Node {
  const { attributes } = mesh.geometry;
  const { shading } = parameters;
  const n = (mesh.material as Material).side === DoubleSide ? normalViewGeometry.mul(faceDirection) : normalViewGeometry;
  const hasOcclusion = attributes.color?.itemSize === 4;
  const plain = attributes.color ? vec4(attribute('color', 'vec3'), 1) : vec4(0.8, 0.8, 0.8, 1);
  const color = hasOcclusion ? vec4(attribute('color', 'vec4')) : plain;
  const albedo = varying(color.xyz);
  // As in the GLSL: light in creases of skin has scattered through skin, so red is reduced least.
  const occlusion = varying(vec4(pow(vec3(color.w), vec3(0.7, 1.15, 1.25)), color.w));
  if (shading === 'skin') {
    const mask = attributes._mask ? vec4(attribute('_mask', 'vec4')).xy : vec2(0, 0);
    return shadeSkin({ n, albedo, occlusion, mask });
  }
  if (shading === 'hair' && attributes.tangent && attributes._strand) {
    const tangent = varying(modelViewMatrix.mul(vec4(tangentLocal, 0)).xyz);
    const shine = vec4(attribute('tangent', 'vec4')).w.mul(0.35).add(0.65);
    const strand = varying(vec3(vec2(attribute('_strand', 'vec2')), shine));
    return shadeStrands({ smooth_n: n, base: albedo, occlusion, tangent, strand });
  }
  const eye = eyeSettingsOf(parameters, mesh, joints);
  if (!eye) return shadePlain[shading]({ n, albedo, occlusion });
  const eyeFromMesh = uniform(eye.eyeFromMesh);
  return shadeIris({
    n,
    occlusion,
    eye: varying(eyeFromMesh.mul(vec4(positionGeometry, 1)).xyz),
    eye_view: varying(mat3(eyeFromMesh).mul(transpose(mat3(modelViewMatrix)).mul(positionView.negate()))),
    iris_color: uniform(eye.irisColor),
    iris_rim: uniform(eye.irisRim),
    sizes: vec3(eye.irisRadius, eye.pupil, eye.eyeRadius),
  });
}
