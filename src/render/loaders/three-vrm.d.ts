/** The used part of three-vrm; its own declarations import without file names, which Node's module resolution does not follow. */
declare module '@pixiv/three-vrm' {
  import type { Group, Material, Mesh, Object3D } from 'three';
  import type { GLTFLoaderPlugin, GLTFParser } from 'three/examples/jsm/loaders/GLTFLoader.js';

  type Side = 'left' | 'right';
  export type VRMHumanBoneName =
    | 'head'
    | 'neck'
    | 'jaw'
    | 'upperChest'
    | 'chest'
    | 'spine'
    | `${Side}Eye`
    | `${Side}UpperArm`
    | `${Side}LowerArm`;

  export class VRMLoaderPlugin implements GLTFLoaderPlugin {
    constructor(parser: GLTFParser);
    readonly name: string;
  }

  export class VRMExpressionMorphTargetBind {
    readonly primitives: Mesh[];
    readonly index: number;
    readonly weight: number;
  }

  export interface VRMExpression {
    readonly expressionName: string;
    /** Binary: either 0 or 1. */
    readonly isBinary: boolean;
    readonly overrideBlink: 'none' | 'block' | 'blend';
    readonly binds: readonly object[];
  }

  export interface VRMLookAtRangeMap {
    /** Degrees. */
    readonly inputMaxValue: number;
    /** Degrees of a bone, weight of an expression. */
    readonly outputScale: number;
  }

  class RangeMaps {
    readonly rangeMapHorizontalInner: VRMLookAtRangeMap;
    readonly rangeMapHorizontalOuter: VRMLookAtRangeMap;
    readonly rangeMapVerticalDown: VRMLookAtRangeMap;
    readonly rangeMapVerticalUp: VRMLookAtRangeMap;
  }
  export class VRMLookAtBoneApplier extends RangeMaps {
    readonly type: 'bone';
  }
  export class VRMLookAtExpressionApplier extends RangeMaps {
    readonly type: 'expression';
  }

  /** Type of `userData.vrm` of a loaded file. */
  export interface VRM {
    readonly scene: Group;
    readonly meta: { readonly metaVersion: '0' | '1' };
    readonly humanoid: { getRawBoneNode(name: VRMHumanBoneName): Object3D | null };
    readonly expressionManager?: { readonly expressions: readonly VRMExpression[] };
    readonly lookAt?: { readonly applier: object };
    readonly springBoneManager?: { update(seconds: number): void; reset(): void };
    readonly nodeConstraintManager?: { update(): void };
    readonly materials?: readonly Material[];
  }

  export const VRMUtils: {
    rotateVRM0(vrm: VRM): void;
    removeUnnecessaryVertices(root: Object3D): void;
  };
}
