import { Box3, Mesh, Vector3, type Material, type Object3D, type SkinnedMesh, type Texture } from 'three';
import { CHANNEL_INDEX } from '../../shared/channels.js';
import type { JointRole } from '../../motion/retarget/joints.js';
import { mapMorphs, type MorphMap } from '../../motion/retarget/morph-map.js';
import type { AvatarInfo } from '../../workers/worker-api.js';
import type { FramingAnchors } from '../framing.js';
import { disposeTexture, replaceMaterials, texturesOf } from '../materials/replace-materials.js';
import { MorphMesh } from '../morph-mesh.js';
import { PoseRig, findJoints } from '../pose-rig.js';
import { lowerArms } from '../rest-pose.js';
import { unskinRigid } from '../rigid-skin.js';
import type { AvatarModel } from './avatar-model.js';

/** Channels that a head joint or eye joints show without any morph. */
const EYE_CHANNELS = Object.keys(CHANNEL_INDEX).filter((name) => name.startsWith('eyeLook'));

/** A glTF scene as an avatar: morphs by name, joints by name. */
export class GlbAvatar implements AvatarModel {
  readonly root: Object3D;
  readonly info: AvatarInfo;
  readonly anchors: FramingAnchors;

  private readonly morphMeshes: MorphMesh[];
  private readonly morphMaps: MorphMap[];
  private readonly rig: PoseRig;

  constructor(scene: Object3D, isSoftware: boolean) {
    this.root = scene;
    scene.updateMatrixWorld(true);
    lowerArms(scene);
    const meshes = collectMeshes(scene);
    this.anchors = anchorsOf(scene, findJoints(scene));
    this.morphMeshes = meshes.filter((mesh) => mesh.geometry.morphAttributes.position?.length).map((mesh) => new MorphMesh(mesh));
    const morphs = mapMorphs(this.morphMeshes.map((mesh) => mesh.names));
    this.morphMaps = morphs.maps;
    const joints = findJoints(scene);
    this.rig = new PoseRig(joints);
    replaceMaterials(meshes, joints, isSoftware);
    const shownByEyes = this.rig.hasEyes ? EYE_CHANNELS : [];
    this.info = {
      format: 'glb',
      vertexCount: meshes.reduce((sum, mesh) => sum + mesh.geometry.attributes.position.count, 0),
      triangleCount: meshes.reduce((sum, mesh) => sum + triangleCountOf(mesh), 0),
      missingChannels: morphs.missingChannels.filter((name) => !shownByEyes.includes(name)),
    };
  }

  apply(pose: Float32Array): void {
    for (let index = 0; index < this.morphMeshes.length; index++) {
      const mesh = this.morphMeshes[index];
      this.morphMaps[index].apply(pose, mesh.weights);
      mesh.update();
    }
    this.rig.apply(pose);
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
  }
}

/** All meshes that can be drawn, ready for our use: rigid ones unskinned, never culled, shapes in geometries of their own. */
function collectMeshes(scene: Object3D): Mesh[] {
  const found: Mesh[] = [];
  scene.traverse((object) => {
    if (object instanceof Mesh && object.geometry.attributes.position) found.push(object);
  });
  const seen = new Set<unknown>();
  return found.map((mesh) => {
    if (seen.has(mesh.geometry)) mesh.geometry = mesh.geometry.clone();
    seen.add(mesh.geometry);
    const used = (mesh as SkinnedMesh).isSkinnedMesh ? unskinRigid(mesh as SkinnedMesh) : mesh;
    // Its bounds are those of the rest pose, and an avatar is nearly always in the picture.
    used.frustumCulled = false;
    return used;
  });
}

function anchorsOf(scene: Object3D, joints: Partial<Record<JointRole, Object3D>>): FramingAnchors {
  scene.updateMatrixWorld(true);
  const bounds = new Box3().setFromObject(scene, true);
  const size = bounds.getSize(new Vector3());
  const eyes = new Vector3();
  if (joints.leftEye && joints.rightEye) {
    eyes.addVectors(joints.leftEye.getWorldPosition(new Vector3()), joints.rightEye.getWorldPosition(new Vector3())).multiplyScalar(0.5);
  } else if (joints.head) {
    // The joint sits at the base of the skull; the eyes are about half way up from there.
    joints.head.getWorldPosition(eyes);
    eyes.y += (bounds.max.y - eyes.y) * 0.48;
  } else {
    bounds.getCenter(eyes);
    // A whole body is seven to eight heads high; anything less slender is a head or a bust.
    const headHeight = size.y > 3 * size.z ? size.y / 7.3 : size.y;
    eyes.y = bounds.max.y - headHeight * 0.5;
  }
  return {
    eyes: { x: eyes.x, y: eyes.y, z: eyes.z },
    topY: bounds.max.y,
    bottomY: bounds.min.y,
    halfWidth: Math.max(bounds.max.x - eyes.x, eyes.x - bounds.min.x),
  };
}

function triangleCountOf(mesh: Mesh): number {
  return Math.floor((mesh.geometry.index?.count ?? mesh.geometry.attributes.position.count) / 3);
}

function materialsOf(mesh: Mesh): Material[] {
  return Array.isArray(mesh.material) ? mesh.material : [mesh.material];
}
