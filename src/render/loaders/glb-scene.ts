import { Bone, BufferGeometry, Group, Matrix4, Mesh, Object3D, Skeleton, SkinnedMesh, type BufferAttribute } from 'three';
import { GlbFile, entry } from './glb-file.js';
import { GlbMaterials } from './glb-materials.js';
import type { GltfNode, GltfPrimitive } from './gltf-json.js';

const UNDERSTOOD = ['KHR_mesh_quantization', 'EXT_meshopt_compression', 'KHR_materials_unlit', 'KHR_texture_transform', 'EXT_texture_webp'];
/** Extensions whose loss changes the look of a material and nothing else. */
const IGNORED = /^KHR_materials_/;
const TRIANGLES = 4;
const NAMES: Record<string, string> = {
  POSITION: 'position',
  NORMAL: 'normal',
  TANGENT: 'tangent',
  TEXCOORD_0: 'uv',
  TEXCOORD_1: 'uv1',
  COLOR_0: 'color',
  JOINTS_0: 'skinIndex',
  WEIGHTS_0: 'skinWeight',
};

/**
 * Builds the scene of a binary glTF file. An own reader, because three.js's brings animation, cameras, lights and a dozen
 * extensions along, 26 kB of them after compression, that no avatar here uses.
 *
 * Not read: animations, cameras, lights, lines and points, Draco, KTX2, other files.
 *
 * @throws {Error} when the file is damaged or needs what is not read.
 */
export async function readGlb(bytes: ArrayBuffer): Promise<Group> {
  const file = new GlbFile(bytes);
  const missing = file.json.extensionsRequired?.find((name) => !UNDERSTOOD.includes(name) && !IGNORED.test(name));
  if (missing) throw new Error(`it needs the extension ${missing}`);
  return new GlbScene(file).build();
}

class GlbScene {
  private readonly file: GlbFile;
  private readonly materials: GlbMaterials;
  private readonly attributes = new Map<number, BufferAttribute>();
  private readonly joints: Set<number>;
  private readonly objects = new Map<number, Object3D>();

  constructor(file: GlbFile) {
    this.file = file;
    this.materials = new GlbMaterials(file);
    this.joints = new Set(file.json.skins?.flatMap(({ joints }) => joints));
  }

  async build(): Promise<Group> {
    const { json } = this.file;
    const root = new Group();
    const roots = entry(json.scenes, json.scene ?? 0).nodes ?? [];
    for (const node of roots) root.add(this.node(node, 0));
    // Skins need all joints, so meshes come second.
    for (const [index, object] of this.objects) await this.addMeshes(entry(json.nodes, index), object);
    return root;
  }

  private node(index: number, depth: number): Object3D {
    const json = entry(this.file.json.nodes, index);
    if (depth > 1000 || this.objects.has(index)) throw new Error('its nodes go round in circles');
    const object = this.joints.has(index) ? new Bone() : new Object3D();
    this.objects.set(index, object);
    object.name = json.name ?? '';
    if (json.matrix) new Matrix4().fromArray(json.matrix).decompose(object.position, object.quaternion, object.scale);
    if (json.translation) object.position.fromArray(json.translation);
    if (json.rotation) object.quaternion.fromArray(json.rotation);
    if (json.scale) object.scale.fromArray(json.scale);
    for (const child of json.children ?? []) object.add(this.node(child, depth + 1));
    return object;
  }

  private async addMeshes(node: GltfNode, object: Object3D): Promise<void> {
    if (node.mesh === undefined) return;
    const { primitives, extras } = entry(this.file.json.meshes, node.mesh);
    for (const primitive of primitives) {
      if ((primitive.mode ?? TRIANGLES) !== TRIANGLES) continue;
      const geometry = this.geometry(primitive);
      const material = await this.materials.material(primitive.material, geometry.hasAttribute('color'));
      const isSkinned = node.skin !== undefined && geometry.hasAttribute('skinIndex') && geometry.hasAttribute('skinWeight');
      const mesh = isSkinned ? new SkinnedMesh(geometry, material) : new Mesh(geometry, material);
      mesh.name = object.name;
      mesh.morphTargetDictionary = Object.fromEntries((extras?.targetNames ?? primitive.extras?.targetNames ?? []).map((name, target) => [name, target]));
      if (mesh instanceof SkinnedMesh) {
        mesh.normalizeSkinWeights();
        // Skinned meshes stand where their joints are, whatever their node says.
        mesh.bind(this.skeleton(node.skin!), new Matrix4());
      }
      object.add(mesh);
    }
  }

  private geometry(primitive: GltfPrimitive): BufferGeometry {
    const geometry = new BufferGeometry();
    for (const [name, accessor] of Object.entries(primitive.attributes)) {
      const known = NAMES[name] ?? (name.startsWith('_') ? name.toLowerCase() : null);
      if (known) geometry.setAttribute(known, this.attribute(accessor));
    }
    if (!geometry.hasAttribute('position')) throw new Error('it holds a mesh without positions');
    if (primitive.indices !== undefined) geometry.setIndex(this.attribute(primitive.indices));
    if (primitive.targets) {
      geometry.morphAttributes.position = primitive.targets.map(({ POSITION }) => {
        // A shape may leave this mesh alone.
        if (POSITION === undefined) return geometry.attributes.position.clone().copyArray(new Float32Array(geometry.attributes.position.array.length));
        return this.attribute(POSITION);
      });
    }
    if (!geometry.hasAttribute('normal')) geometry.computeVertexNormals();
    return geometry;
  }

  private attribute(accessor: number): BufferAttribute {
    let attribute = this.attributes.get(accessor);
    if (!attribute) this.attributes.set(accessor, (attribute = this.file.attribute(accessor)));
    return attribute;
  }

  private skeleton(index: number): Skeleton {
    const { joints, inverseBindMatrices } = entry(this.file.json.skins, index);
    const bones = joints.map((joint) => {
      const bone = this.objects.get(joint);
      if (!bone) throw new Error('a joint is not part of its scene');
      return bone as Bone;
    });
    const inverses = inverseBindMatrices === undefined ? null : this.file.attribute(inverseBindMatrices).array;
    return new Skeleton(bones, bones.map((_, bone) => (inverses ? new Matrix4().fromArray(inverses, bone * 16) : new Matrix4())));
  }
}
