import { type Bone, Matrix4, type Mesh, type Object3D, type SkinnedMesh, Vector3 } from 'three';
import { mapMorphs } from '../../motion/retarget/map-morphs.js';
import type { MorphMap } from '../../motion/retarget/morph-map.js';
import { channelsFromMorphName } from '../../motion/retarget/morph-names.js';
import type { ChannelNames } from '../../shared/contracts/channel-names.js';
import { CHANNEL_COUNT, CHANNEL_INDEX } from '../../shared/contracts/channels.js';
import type { FramingAnchors } from '../../shared/contracts/framing.js';
import type { MotionStyle } from '../../shared/contracts/life-settings.js';
import type { AvatarInfo } from '../../shared/contracts/stage.js';
import type { AvatarModel } from '../loaders/avatar-model.js';
import { namesOf } from '../loaders/names-of.js';
import { floatsOf, type MorphShape, morphShapeFrom } from '../morph-shapes.js';
import { findJoints, objectsOf, PoseRig } from '../pose-rig.js';
import { IdleClip } from './idle-clip.js';
import { LipSeal } from './lip-seal.js';
import { type HeadPoint, MouthShade } from './mouth-shade.js';
import type { Splats } from './ply-splats.js';
import { SplatDeformer } from './splat-deformer.js';
import { createSplatMesh } from './splat-mesh.js';
import { type SplatCamera, SplatProjector } from './splat-projector.js';
import { skinSplats } from './splat-skin.js';

/** Offsets up to this count as noise of the exporter, metres. */
const NOISE = 2e-6;
/** Time constant of starting and ending the idle clip. */
const SWAY_EASE_SECONDS = 0.7;

/** A head of Gaussian splats, one on each vertex of a skinned mesh with shapes. The mesh itself is not drawn. */
export class SplatHead implements AvatarModel {
  readonly root: Object3D;
  /** The lighting is baked into its colours. */
  readonly lights = null;
  readonly isSoft = true;
  readonly info: AvatarInfo;
  readonly anchors: FramingAnchors;

  motionStyle: MotionStyle = 'calm';

  private readonly morphs: MorphMap;
  private readonly weights: Float32Array;
  private readonly rig: PoseRig;
  private readonly deformer: SplatDeformer;
  private readonly lipSeal: LipSeal | null;
  private readonly mouthShade: MouthShade | null;
  private readonly projector: SplatProjector;
  private readonly covariances: Float32Array;
  private readonly idleClip: IdleClip | null;
  /** 0..1 */
  private swayAmount = 0;
  private readonly mesh: Mesh;
  private readonly bones: readonly Bone[];
  /** Index of the joint that moves the mouth. */
  private readonly headJoint: number;
  private readonly boneInverses: readonly Matrix4[];
  /** `[joint, 16]` */
  private readonly jointMatrices: Float32Array;

  /**
   * @param scene Holds `skin` and its joints. Becomes the model's own.
   * @param skin As many vertices as there are splats.
   * @param animation Animation of the joints, a binary glTF.
   */
  constructor(scene: Object3D, skin: SkinnedMesh, splats: Splats, animation: ArrayBuffer | null, channelNames?: ChannelNames) {
    this.root = scene;
    scene.updateMatrixWorld(true);
    const { geometry, skeleton } = skin;
    const vertices = floatsOf(geometry.attributes.position);
    const shapes = (geometry.morphAttributes.position ?? []).map((target) => morphShapeFrom(target, NOISE));
    const names = Object.keys(skin.morphTargetDictionary ?? {});
    const morphs = mapMorphs([names], { channelNames });
    this.morphs = morphs.maps[0];
    this.weights = new Float32Array(shapes.length);
    this.deformer = new SplatDeformer(splats.positions, vertices, shapes);
    const mouthClose =
      shapes[names.findIndex((name) => channelsFromMorphName(name).some(({ channel }) => channel === CHANNEL_INDEX.mouthClose))];
    this.lipSeal = mouthClose?.vertices.length > 0 ? new LipSeal(vertices, mouthClose) : null;
    this.mouthShade = this.lipSeal && new MouthShade(this.lipSeal, this.deformer.positions);
    const splatSkin = skinSplats(this.deformer.positions, geometry.attributes.skinIndex.array, geometry.attributes.skinWeight.array);
    this.bones = splatSkin.used.map((joint) => skeleton.bones[joint]);
    this.boneInverses = splatSkin.used.map((joint) => skeleton.boneInverses[joint]);
    this.jointMatrices = new Float32Array(splatSkin.used.length * 16);
    this.covariances = splats.covariances;
    this.projector = new SplatProjector(splats.colors, splatSkin);

    skin.removeFromParent();
    geometry.dispose();
    const joints = findJoints(scene, channelNames);
    const { head, neck, chest } = objectsOf(joints);
    this.headJoint = Math.max(0, this.bones.indexOf(head as Bone));
    // The eyes are splats of the head, moved by shapes.
    this.rig = new PoseRig({ head, neck, chest });
    prune(scene, new Set<Object3D | undefined>([...this.bones, head, neck, chest]));
    this.idleClip = animation && IdleClip.from(animation, bodyOf(chest ?? neck ?? head));
    this.anchors = anchorsOf(this.deformer.positions, splats.colors, vertices, shapes, this.morphs);
    this.mesh = createSplatMesh(this.projector, splats.count, (camera) => this.project(camera));
    scene.add(this.mesh);
    this.info = {
      format: 'splats',
      vertexCount: splats.count,
      triangleCount: splats.count * 2,
      missingChannels: morphs.missingChannels,
      approximatedChannels: morphs.approximatedChannels,
      emptyShapes: morphs.emptyShapes,
      missingJoints: [!head && 'head', !neck && 'neck'].filter((name) => typeof name === 'string'),
      names: namesOf(names, morphs.readings, joints),
    };
  }

  apply(pose: Float32Array, elapsedSeconds: number, breath = 0): void {
    const { morphs, weights } = this;
    morphs.apply(pose, weights);
    this.deformer.update(weights, morphs.active, morphs.activeCount);
    this.lipSeal?.apply(pose, this.deformer);
    const sway = this.motionStyle === 'lively' ? 1 : 0;
    this.swayAmount += (sway - this.swayAmount) * (1 - Math.exp(-elapsedSeconds / SWAY_EASE_SECONDS));
    this.idleClip?.apply(elapsedSeconds, this.swayAmount);
    this.rig.apply(pose, breath);
  }

  /** Its texture is uploaded with each frame. */
  eachTexture(): void {}

  dispose(): void {
    this.root.removeFromParent();
    this.mesh.geometry.dispose();
    const { uniforms } = this.mesh.material as unknown as { uniforms: { splats: { value: { dispose(): void } } } };
    uniforms.splats.value.dispose();
    (this.mesh.material as { dispose(): void }).dispose();
  }

  /** The camera in the axes of the head at rest. */
  private eyeOf(camera: SplatCamera): HeadPoint {
    matrix
      .fromArray(this.jointMatrices, this.headJoint * 16)
      .premultiply(view.fromArray(camera.viewMatrix as number[]))
      .invert();
    return eye.setFromMatrixPosition(matrix);
  }

  private project(camera: SplatCamera): void {
    this.bones.forEach((bone, joint) =>
      matrix.multiplyMatrices(bone.matrixWorld, this.boneInverses[joint]).toArray(this.jointMatrices, joint * 16),
    );
    if (this.mouthShade) this.mouthShade.apply(this.deformer.positions, this.eyeOf(camera), this.projector);
    this.projector.project(this.deformer.positions, this.covariances, this.jointMatrices, camera);
  }
}

const matrix = new Matrix4();
const view = new Matrix4();
const eye = new Vector3();

/** The ancestors of a joint. */
function bodyOf(joint: Object3D | undefined): Object3D[] {
  return joint?.parent ? [joint.parent, ...bodyOf(joint.parent)] : [];
}

/** Removes joints that move nothing, such as fingers and toes. */
function prune(object: Object3D, kept: ReadonlySet<Object3D | undefined>): boolean {
  const children = object.children.filter((child) => prune(child, kept));
  for (const child of [...object.children]) if (!children.includes(child)) child.removeFromParent();
  return children.length > 0 || kept.has(object);
}

/** Uses visible splats; the eyes are where the lids move most. */
function anchorsOf(
  positions: Float32Array,
  colors: Uint8Array,
  vertices: Float32Array,
  shapes: readonly MorphShape[],
  morphs: MorphMap,
): FramingAnchors {
  const solid: number[] = [];
  for (let splat = 0; splat < colors.length / 4; splat++) if (colors[splat * 4 + 3] > 100) solid.push(splat);
  const along = (axis: number) => Float32Array.from(solid, (splat) => positions[splat * 3 + axis]).sort();
  const [x, y, z] = [along(0), along(1), along(2)];
  const at = (values: Float32Array, fraction: number) => values[Math.round((values.length - 1) * fraction)] ?? 0;
  const eyes = eyesOf(vertices, shapes, morphs) ?? { x: at(x, 0.5), y: at(y, 0.6), z: at(z, 0.99) };
  return {
    eyes,
    topY: Math.max(at(y, 0.998), eyes.y + 0.01),
    bottomY: at(y, 0.01),
    halfWidth: Math.max(at(x, 0.998) - eyes.x, eyes.x - at(x, 0.002)),
  };
}

/** Mean of the vertices that the blinks move, weighted by distance. */
function eyesOf(vertices: Float32Array, shapes: readonly MorphShape[], morphs: MorphMap): { x: number; y: number; z: number } | null {
  const pose = new Float32Array(CHANNEL_COUNT);
  pose[CHANNEL_INDEX.eyeBlinkLeft] = pose[CHANNEL_INDEX.eyeBlinkRight] = 1;
  const weights = new Float32Array(shapes.length);
  morphs.apply(pose, weights);
  const sum = [0, 0, 0];
  let total = 0;
  for (let index = 0; index < morphs.activeCount; index++) {
    const shape = shapes[morphs.active[index]];
    shape.vertices.forEach((vertex, k) => {
      const length = Math.hypot(shape.deltas[k * 3], shape.deltas[k * 3 + 1], shape.deltas[k * 3 + 2]);
      for (let axis = 0; axis < 3; axis++) sum[axis] += vertices[vertex * 3 + axis] * length;
      total += length;
    });
  }
  return total > 0 ? { x: sum[0] / total, y: sum[1] / total, z: sum[2] / total } : null;
}
