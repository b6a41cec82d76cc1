/**
 * Add-on `vrm`: loads VRM 0 and 1 with three-vrm.
 *
 * Its expressions become entries of the same map that drives every other avatar, so that speech, blinks and emotions come from
 * the neutral channels and morphs are applied as for other avatars; of three-vrm only springs, constraints and materials run.
 *
 * @see https://github.com/vrm-c/vrm-specification
 */

import {
  type VRM,
  VRMExpressionMorphTargetBind,
  type VRMHumanBoneName,
  VRMLoaderPlugin,
  VRMLookAtBoneApplier,
  VRMLookAtExpressionApplier,
  type VRMLookAtRangeMap,
  VRMUtils,
} from '@pixiv/three-vrm';
import { AmbientLight, DirectionalLight, Group, type Mesh, type Object3D } from 'three';
import type { JointRole } from '../../motion/retarget/joints.js';
import type { BoundMorph } from '../../motion/retarget/map-morphs.js';
import { type Preset, presetFromExpressionName } from '../../motion/retarget/presets.js';
import type { EyeRange } from '../pose-rig.js';
import type { Arm } from '../rest-pose.js';
import type { AvatarModel } from './avatar-model.js';
import { GlbAvatar } from './glb-avatar.js';
import { readGlb } from './glb-reader.js';
import type { ReadOptions } from './read-options.js';
import { VrmTints } from './vrm-tints.js';

const BONES: Readonly<Record<JointRole, readonly VRMHumanBoneName[]>> = {
  head: ['head'],
  neck: ['neck'],
  chest: ['upperChest', 'chest', 'spine'],
  leftEye: ['leftEye'],
  rightEye: ['rightEye'],
  jaw: ['jaw'],
};

/** Rotation of a real eye at weight 1 of its look channels, degrees, sideways and up or down: the input of VRM's range maps. */
const LOOK_SIDE_DEGREES = 30;
const LOOK_UP_DOWN_DEGREES = 25;

/** @throws {Error} if the file is damaged, or declares itself a VRM without a humanoid. */
export async function loadVrmAvatar(bytes: ArrayBuffer, options: ReadOptions): Promise<AvatarModel> {
  const { scene, userData } = await readGlb(bytes, options, [(parser) => new VRMLoaderPlugin(parser)]);
  const vrm = userData.vrm as VRM | undefined;
  if (!vrm) throw new Error('it is a VRM without a humanoid');
  VRMUtils.rotateVRM0(vrm);
  VRMUtils.removeUnnecessaryVertices(scene);
  const joints = jointsOf(vrm);
  const bound = boundMorphs(vrm);
  const blinkOverriders = blinkOverridersOf(vrm);
  const looksByExpression = vrm.lookAt?.applier instanceof VRMLookAtExpressionApplier;
  const hasEyeJoints = !looksByExpression && joints.leftEye !== undefined && joints.rightEye !== undefined;
  const tints = new VrmTints(vrm.expressionManager?.expressions ?? [], shareFunction(vrm), { hasEyeJoints, blinkOverriders });
  const avatar = new GlbAvatar(scene, {
    format: 'vrm',
    isSoftware: options.isSoftware,
    channelNames: options.channelNames,
    joints,
    arms: armsOf(vrm),
    boundOf: (mesh) => bound.get(mesh) ?? [],
    blinkOverriders,
    turnsEyes: !looksByExpression,
    tints,
    eyeRange: eyeRangeOf(vrm),
    // Without cel shading the lights are those of other avatars.
    lights: options.isSoftware ? undefined : toonLights(),
    handleMoved: (elapsedSeconds) => live(vrm, elapsedSeconds),
  });
  vrm.springBoneManager?.reset();
  return avatar;
}

/** Secondary movement: twist and aim constraints, hair and cloth, scrolling textures. */
function live({ nodeConstraintManager, springBoneManager, materials }: VRM, elapsedSeconds: number): void {
  nodeConstraintManager?.update();
  springBoneManager?.update(elapsedSeconds);
  for (const material of materials ?? []) (material as { update?: (seconds: number) => void }).update?.(elapsedSeconds);
}

function jointsOf({ humanoid }: VRM): Partial<Record<JointRole, Object3D>> {
  const joints: Partial<Record<JointRole, Object3D>> = {};
  for (const role of Object.keys(BONES) as JointRole[]) {
    const node = BONES[role].map((bone) => humanoid.getRawBoneNode(bone)).find((found) => found !== null);
    if (node) joints[role] = node;
  }
  return joints;
}

function armsOf({ humanoid }: VRM): Arm[] {
  return (['left', 'right'] as const).flatMap((side) => {
    const upper = humanoid.getRawBoneNode(`${side}UpperArm`);
    const lower = humanoid.getRawBoneNode(`${side}LowerArm`);
    return upper && lower ? [{ upper, lower, side }] : [];
  });
}

function boundMorphs(vrm: VRM): Map<Mesh, BoundMorph[]> {
  const bound = new Map<Mesh, BoundMorph[]>();
  const shareOf = shareFunction(vrm);
  for (const { expressionName, binds } of vrm.expressionManager?.expressions ?? []) {
    const share = shareOf(expressionName);
    for (const bind of binds) {
      if (!(bind instanceof VRMExpressionMorphTargetBind)) continue;
      for (const mesh of bind.primitives) {
        const morphs = bound.get(mesh) ?? [];
        morphs.push({ morph: bind.index, expression: expressionName, factor: bind.weight * share });
        bound.set(mesh, morphs);
      }
    }
  }
  return bound;
}

/** Weight of an expression where our channel has weight 1. */
function shareFunction({ lookAt }: VRM): (expression: string) => number {
  const applier = lookAt?.applier;
  return (expression) => (applier instanceof VRMLookAtExpressionApplier ? lookShare(expression, applier) : 1);
}

/** Weight of a look expression for our look channel at weight 1. */
function lookShare(expression: string, applier: VRMLookAtExpressionApplier): number {
  switch (presetFromExpressionName(expression)) {
    case 'lookUp':
      return outputOf(applier.rangeMapVerticalUp, LOOK_UP_DOWN_DEGREES);
    case 'lookDown':
      return outputOf(applier.rangeMapVerticalDown, LOOK_UP_DOWN_DEGREES);
    case 'lookLeft':
    case 'lookRight':
      return outputOf(applier.rangeMapHorizontalOuter, LOOK_SIDE_DEGREES);
    default:
      return 1;
  }
}

function outputOf({ inputMaxValue, outputScale }: VRMLookAtRangeMap, degrees: number): number {
  return inputMaxValue > 0 ? Math.min(degrees / inputMaxValue, 1) * outputScale : 0;
}

/** Eyes of a drawn face are flat and can rotate by a few degrees only; the file gives the limit. */
function eyeRangeOf({ lookAt }: VRM): EyeRange | undefined {
  const applier = lookAt?.applier;
  if (!(applier instanceof VRMLookAtBoneApplier)) return undefined;
  return {
    inner: outputOf(applier.rangeMapHorizontalInner, LOOK_SIDE_DEGREES) / LOOK_SIDE_DEGREES,
    outer: outputOf(applier.rangeMapHorizontalOuter, LOOK_SIDE_DEGREES) / LOOK_SIDE_DEGREES,
    down: outputOf(applier.rangeMapVerticalDown, LOOK_UP_DOWN_DEGREES) / LOOK_UP_DOWN_DEGREES,
    up: outputOf(applier.rangeMapVerticalUp, LOOK_UP_DOWN_DEGREES) / LOOK_UP_DOWN_DEGREES,
  };
}

function blinkOverridersOf({ expressionManager }: VRM): Preset[] {
  return (expressionManager?.expressions ?? []).flatMap(({ expressionName, overrideBlink }) => {
    const preset = presetFromExpressionName(expressionName);
    return preset && overrideBlink !== 'none' ? [preset] : [];
  });
}

/** Cel shading is designed for one light from the viewer's upper left, and even ambient light. */
function toonLights(): Group {
  const lights = new Group();
  const key = new DirectionalLight('#fff6ee', Math.PI * 0.8);
  key.position.set(-0.5, 0.8, 1.4);
  lights.add(key, new AmbientLight('#ffffff', 0.3));
  return lights;
}
