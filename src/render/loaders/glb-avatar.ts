import { Group, Mesh, type Object3D, type SkinnedMesh, type Texture } from 'three';
import type { JointRole } from '../../motion/retarget/joints.js';
import { type BoundMorph, type MorphOptions, mapMorphs } from '../../motion/retarget/map-morphs.js';
import type { MorphMap } from '../../motion/retarget/morph-map.js';
import type { ChannelNames, JointName } from '../../shared/contracts/channel-names.js';
import { CHANNEL_INDEX } from '../../shared/contracts/channels.js';
import type { FramingAnchors } from '../../shared/contracts/framing.js';
import type { AvatarInfo } from '../../shared/contracts/stage.js';
import { freeBuffers } from '../../shared/core/free-buffers.js';
import { createLights } from '../lights.js';
import { disposeTexture, hasThreeMaterials, materialsOf, replaceMaterials, texturesOf } from '../materials/replace-materials.js';
import { MorphMesh } from '../morph-mesh.js';
import { type EyeRange, findJoints, objectsOf, PoseRig } from '../pose-rig.js';
import { type Arm, armsOf, lowerArms } from '../rest-pose.js';
import { unskinRigid } from '../rigid-skin.js';
import { anchorsOf, normaliseRoot } from './anchors.js';
import type { AvatarModel } from './avatar-model.js';
import { buffersOf } from './geometry-buffers.js';
import { triangleCountOf } from './head-extent.js';
import { namesOf } from './names-of.js';
import { shapeMovement } from './shape-movement.js';

/** Channels that a head joint or eye joints show without any morph. */
const EYE_CHANNELS = Object.keys(CHANNEL_INDEX).filter((name) => name.startsWith('eyeLook'));
/** Without these a face is stiffer than it need be; the jaw counts only where no shape opens the mouth. */
const WANTED_JOINTS = ['head', 'neck', 'leftEye', 'rightEye'] as const satisfies JointRole[];

type Joints = Partial<Record<JointName, Object3D>>;

export interface GlbAvatarOptions {
  readonly format: AvatarInfo['format'];
  readonly isSoftware: boolean;
  /** Joints that the file names by role. Default: found by their names. */
  readonly joints?: Joints;
  readonly arms?: readonly Arm[];
  /** Expressions of the file. @param mesh As created by the loader. */
  readonly boundOf?: (mesh: Mesh) => readonly BoundMorph[];
  readonly blinkOverriders?: MorphOptions['blinkOverriders'];
  /** False: shapes move the eyes, not joints. */
  readonly turnsEyes?: boolean;
  readonly eyeRange?: EyeRange;
  /** Default: `createLights`. */
  readonly lights?: Object3D;
  /** The page's own names. */
  readonly channelNames?: ChannelNames;
  /** Outputs of channels beside shapes and joints. */
  readonly tints?: { readonly channels: readonly string[]; apply(pose: Float32Array): void };
  /** Secondary movement: called after the joints were rotated. */
  readonly handleMoved?: (elapsedSeconds: number) => void;
  readonly handleDisposed?: () => void;
}

/** A glTF scene as an avatar: morphs by name or expression, joints by name or role. */
export class GlbAvatar implements AvatarModel {
  readonly root = new Group();
  readonly lights: Object3D | null;
  readonly info: AvatarInfo;
  readonly anchors: FramingAnchors;

  private readonly options: GlbAvatarOptions;
  private readonly morphMeshes: MorphMesh[];
  private readonly morphMaps: MorphMap[];
  private readonly rig: PoseRig;

  constructor(scene: Object3D, options: GlbAvatarOptions) {
    this.options = options;
    const named = options.joints ? {} : findJoints(scene, options.channelNames);
    const joints: Joints = options.joints ?? objectsOf(named);
    normaliseRoot(scene, joints);
    lowerArms(options.arms ?? armsOf(joints));
    this.lights = hasThreeMaterials(scene) ? (options.lights ?? createLights()) : null;
    if (this.lights) this.root.add(this.lights);
    this.root.add(scene);
    const collected = collectMeshes(scene);
    const meshes = collected.map(({ mesh }) => mesh);
    const read = buffersOf(meshes.map(({ geometry }) => geometry));
    this.anchors = anchorsOf(scene, joints);
    const turned = options.turnsEyes === false ? { ...joints, leftEye: undefined, rightEye: undefined } : joints;
    const morphed = collected.filter(({ mesh }) => mesh.geometry.morphAttributes.position?.length);
    // Read before the meshes give their shapes away.
    const shapeNames = morphed.map(({ mesh }) => morphNamesOf(mesh));
    const morphs = mapMorphs(shapeNames, {
      bound: morphed.map(({ source }) => options.boundOf?.(source) ?? []),
      blinkOverriders: options.blinkOverriders,
      turnsWithEye: morphed.map(({ mesh }) => hangsOnEye(mesh, turned)),
      hasJawJoint: turned.jaw !== undefined,
      movementOf: shapeMovement(
        morphed.map(({ mesh }) => mesh),
        this.anchors.topY - (this.anchors.head?.bottomY ?? this.anchors.bottomY),
      ),
      hasEyeJoints: turned.leftEye !== undefined && turned.rightEye !== undefined,
      channelNames: options.channelNames,
    });
    this.morphMaps = morphs.maps;
    this.morphMeshes = morphed.map(({ mesh }, index) => new MorphMesh(mesh, (morph) => morphs.maps[index].isUsed(morph)));
    const kept = buffersOf(meshes.map(({ geometry }) => geometry));
    freeBuffers([...read].filter((buffer) => !kept.has(buffer)));
    this.rig = new PoseRig(turned, { usesJaw: morphs.usesJawJoint, eyeRange: options.eyeRange });
    replaceMaterials(meshes, joints, options.isSoftware);
    const shownByEyes = this.rig.hasEyes ? EYE_CHANNELS : [];
    this.info = {
      format: options.format,
      vertexCount: meshes.reduce((sum, mesh) => sum + mesh.geometry.attributes.position.count, 0),
      triangleCount: meshes.reduce((sum, mesh) => sum + triangleCountOf(mesh), 0),
      missingChannels: morphs.missingChannels.filter((name) => !shownByEyes.includes(name)),
      approximatedChannels: morphs.missingChannels.filter(
        (name) => (morphs.approximatedChannels.includes(name) || options.tints?.channels.includes(name)) && !shownByEyes.includes(name),
      ),
      emptyShapes: morphs.emptyShapes,
      missingJoints: WANTED_JOINTS.filter((role) => !joints[role]),
      names: namesOf(shapeNames.flat(), morphs.readings, named),
    };
  }

  apply(pose: Float32Array, elapsedSeconds: number, breath = 0): void {
    for (let index = 0; index < this.morphMeshes.length; index++) {
      const mesh = this.morphMeshes[index];
      this.morphMaps[index].apply(pose, mesh.weights);
      mesh.update();
    }
    this.rig.apply(pose, breath);
    this.options.tints?.apply(pose);
    this.options.handleMoved?.(elapsedSeconds);
  }

  eachTexture(visit: (texture: Texture) => void): void {
    const seen = new Set<Texture>();
    this.root.traverse((object) => {
      if (object instanceof Mesh) for (const material of materialsOf(object)) texturesOf(material).forEach((texture) => seen.add(texture));
    });
    seen.forEach(visit);
  }

  dispose(): void {
    this.root.removeFromParent();
    this.root.traverse((object) => {
      if (!(object instanceof Mesh)) return;
      object.geometry.dispose();
      (object as SkinnedMesh).skeleton?.dispose();
      for (const material of materialsOf(object)) {
        texturesOf(material).forEach(disposeTexture);
        material.dispose();
      }
    });
    this.options.handleDisposed?.();
  }
}

/** Prepares all meshes: rigid ones unskinned, never culled, shapes in separate geometries. */
function collectMeshes(scene: Object3D): { mesh: Mesh; source: Mesh }[] {
  const found: Mesh[] = [];
  scene.traverse((object) => {
    if (object instanceof Mesh && object.geometry.attributes.position) found.push(object);
  });
  const seen = new Set<unknown>();
  return found.map((source) => {
    if (seen.has(source.geometry)) source.geometry = source.geometry.clone();
    seen.add(source.geometry);
    const mesh = (source as SkinnedMesh).isSkinnedMesh ? unskinRigid(source as SkinnedMesh) : source;
    // Its bounds are those of the rest pose, and an avatar is nearly always in view.
    mesh.frustumCulled = false;
    return { mesh, source };
  });
}

/** By target; indices if the file has no names. */
function morphNamesOf(mesh: Mesh): string[] {
  const names = (mesh.geometry.morphAttributes.position ?? []).map((_, target) => String(target));
  for (const [name, target] of Object.entries(mesh.morphTargetDictionary ?? {})) if (target < names.length) names[target] = name;
  return names;
}

function hangsOnEye(mesh: Mesh, joints: Partial<Record<JointRole, Object3D>>): boolean {
  for (let at: Object3D | null = mesh; at; at = at.parent) if (at === joints.leftEye || at === joints.rightEye) return true;
  return false;
}
