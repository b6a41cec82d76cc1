/**
 * Writes an avatar as binary glTF 2.0 that any viewer shows: metres, y up, face towards +z.
 *
 * Positions and blendshape deltas are whole numbers of `STEP` metres (`KHR_mesh_quantization`, not normalised); the
 * inverse bind matrices carry the scale, so one skin serves all parts. The eyeballs are unskinned children of their
 * joints with plain float positions: metres from the joint, from which the shader draws the iris.
 */

import type { Material, Node, Skin, TypedArray } from '@gltf-transform/core';
import { Accessor, Document, NodeIO } from '@gltf-transform/core';
import { EXTMeshoptCompression, KHRMeshQuantization } from '@gltf-transform/extensions';
import { MeshoptEncoder } from 'meshoptimizer';
import type { Avatar, FinishedPart } from './build-avatar.js';
import type { Character } from './character.js';
import { linearFromHex } from './colour.js';
import type { Shading } from './part.js';
import type { JointName } from './rig.js';
import { createJoints, JOINT_NAMES, jointWeights } from './rig.js';
import type { Vec3 } from './vector.js';
import { subtract, ZERO } from './vector.js';

/** Metres per unit of a quantised position: a quarter of a tenth of a millimetre. */
export const STEP = 2.5e-5;
const METRES_PER_CM = 0.01;
const UNITS_PER_CM = METRES_PER_CM / STEP;

const ROUGHNESS: Record<Shading, number> = { skin: 0.5, hair: 0.46, eye: 0.2, cloth: 0.92, teeth: 0.25, lash: 1, brow: 0.7 };

/** @returns The bytes of the `.glb`; deterministic. */
export async function writeGlb(avatar: Avatar): Promise<Uint8Array> {
  await MeshoptEncoder.ready;
  const { character } = avatar;
  const document = new Document();
  const extras = { spatius: { version: 1, name: character.name } };
  const asset = document.getRoot().getAsset();
  asset.generator = 'spatius-avatar';
  asset.extras = extras;
  document.createExtension(KHRMeshQuantization).setRequired(true);
  document
    .createExtension(EXTMeshoptCompression)
    .setRequired(true)
    .setEncoderOptions({ method: EXTMeshoptCompression.EncoderMethod.QUANTIZE });
  document.createBuffer();

  const root = document.createNode(character.name);
  document.getRoot().setDefaultScene(document.createScene(character.name).addChild(root).setExtras(extras));
  const { joints, skin } = createSkeleton(document, character);
  root.addChild(joints.get('Spine2')!);
  const materials = new Map<Shading, Material>();
  for (const finished of avatar.parts) {
    const { shading } = finished.part;
    if (!materials.has(shading)) materials.set(shading, createMaterial(document, shading, character));
    const isEye = shading === 'eye';
    const node = writePart(document, finished, materials.get(shading)!, isEye ? null : skin);
    if (isEye) joints.get(finished.part.binding as JointName)!.addChild(node);
    else root.addChild(node);
  }
  const io = new NodeIO()
    .registerExtensions([KHRMeshQuantization, EXTMeshoptCompression])
    .registerDependencies({ 'meshopt.encoder': MeshoptEncoder });
  return io.writeBinary(document);
}

function createSkeleton(document: Document, character: Character): { joints: Map<JointName, Node>; skin: Skin } {
  const joints = new Map<JointName, Node>();
  const skin = document.createSkin('skeleton');
  const inverses: number[] = [];
  const definitions = createJoints(character);
  for (const { name, parent, position } of definitions) {
    const origin = parent ? definitions.find((joint) => joint.name === parent)!.position : ZERO;
    const [x, y, z] = subtract(position, origin);
    const node = document.createNode(name).setTranslation([x * METRES_PER_CM, y * METRES_PER_CM, z * METRES_PER_CM]);
    joints.set(name, node);
    if (parent) joints.get(parent)!.addChild(node);
    skin.addJoint(node);
    // Column-major: scale the quantised units to metres, then move the joint to the origin.
    inverses.push(STEP, 0, 0, 0, 0, STEP, 0, 0, 0, 0, STEP, 0, ...position.map((value) => -value * METRES_PER_CM), 1);
  }
  skin.setSkeleton(joints.get('Spine2')!);
  skin.setInverseBindMatrices(createAccessor(document, 'MAT4', new Float32Array(inverses)));
  return { joints, skin };
}

function createMaterial(document: Document, shading: Shading, character: Character): Material {
  const { eye, colours } = character;
  const parameters =
    shading === 'eye'
      ? {
          irisColor: linearFromHex(colours.iris),
          irisRim: linearFromHex(colours.irisRim),
          pupil: eye.pupilFraction,
          irisRadius: eye.radius * eye.irisFraction * METRES_PER_CM,
          eyeRadius: eye.radius * METRES_PER_CM,
        }
      : {};
  return document
    .createMaterial(shading)
    .setRoughnessFactor(ROUGHNESS[shading])
    .setMetallicFactor(0)
    .setDoubleSided(shading === 'lash')
    .setExtras({ spatius: { shading, ...parameters } });
}

function createAccessor(
  document: Document,
  type: 'SCALAR' | 'VEC2' | 'VEC3' | 'VEC4' | 'MAT4',
  array: TypedArray,
  isNormalized = false,
): Accessor {
  return document
    .createAccessor()
    .setType(Accessor.Type[type])
    .setArray(array)
    .setNormalized(isNormalized)
    .setBuffer(document.getRoot().listBuffers()[0]);
}

function writePart(document: Document, finished: FinishedPart, material: Material, skin: Skin | null): Node {
  const { part, positions, normals, occlusion, deltas } = finished;
  // Cache-friendly order compresses best; unused vertices are dropped (remap 0xffffffff).
  const indices = Uint32Array.from(part.triangles);
  const [remap, count] = MeshoptEncoder.reorderMesh(indices, true, true);
  const source = new Uint32Array(count);
  remap.forEach((target, from) => {
    if (target !== 0xffffffff) source[target] = from;
  });
  /** Fills an array with `width` numbers per kept vertex. */
  const gather = <T extends TypedArray>(array: T, width: number, read: (vertex: number) => readonly number[]): T => {
    source.forEach((vertex, target) => read(vertex).forEach((value, k) => (array[target * width + k] = value)));
    return array;
  };
  const units = (p: Vec3): number[] => p.map((value) => Math.round(value * UNITS_PER_CM));
  const signedBytes = (v: readonly number[]): number[] => v.map((value) => Math.round(value * 127));
  const bytes = (v: readonly number[]): number[] => v.map((value) => Math.round(Math.min(1, Math.max(0, value)) * 255));

  const primitive = document
    .createPrimitive()
    .setMaterial(material)
    .setIndices(createAccessor(document, 'SCALAR', count < 65536 ? Uint16Array.from(indices) : indices))
    .setAttribute(
      'NORMAL',
      createAccessor(
        document,
        'VEC3',
        gather(new Int8Array(count * 3), 3, (i) => signedBytes(normals[i])),
        true,
      ),
    )
    .setAttribute('COLOR_0', colourAccessor());
  primitive.setAttribute(
    'POSITION',
    skin
      ? createAccessor(
          document,
          'VEC3',
          gather(new Int16Array(count * 3), 3, (i) => units(positions[i])),
        )
      : createAccessor(
          document,
          'VEC3',
          gather(new Float32Array(count * 3), 3, (i) => positions[i].map((value) => value * METRES_PER_CM)),
        ),
  );
  if (part.gloss || part.translucency) {
    const mask = gather(new Uint8Array(count * 4), 4, (i) => bytes([part.gloss?.[i] ?? 0, part.translucency?.[i] ?? 0, 0, 0]));
    primitive.setAttribute('_MASK', createAccessor(document, 'VEC4', mask, true));
  }
  const { strands } = part;
  if (strands) {
    primitive.setAttribute(
      'TANGENT',
      createAccessor(
        document,
        'VEC4',
        gather(new Int8Array(count * 4), 4, (i) => signedBytes([...strands[i].tangent, strands[i].isCurled ? -1 : 1])),
        true,
      ),
    );
    primitive.setAttribute(
      '_STRAND',
      createAccessor(
        document,
        'VEC2',
        gather(new Int8Array(count * 2), 2, (i) => signedBytes([strands[i].across, strands[i].seed])),
        true,
      ),
    );
  }
  if (skin) writeBinding();
  const mesh = document
    .createMesh(part.name)
    .addPrimitive(primitive)
    .setExtras({ targetNames: [...deltas.keys()] });
  for (const [name, moves] of deltas) {
    const accessor = createAccessor(
      document,
      'VEC3',
      gather(new Int16Array(count * 3), 3, (i) => units(moves[i])),
    );
    primitive.addTarget(document.createPrimitiveTarget(name).setAttribute('POSITION', accessor));
  }
  mesh.setWeights([...deltas.keys()].map(() => 0));
  return document.createNode(part.name).setMesh(mesh).setSkin(skin);

  function colourAccessor(): Accessor {
    const colour = (i: number): number[] => [...part.colours[i], occlusion[i]];
    // Dark hair and dark skin would band in 8 linear bits.
    if (part.shading !== 'hair' && part.shading !== 'skin')
      return createAccessor(
        document,
        'VEC4',
        gather(new Uint8Array(count * 4), 4, (i) => bytes(colour(i))),
        true,
      );
    const wide = gather(new Uint16Array(count * 4), 4, (i) =>
      colour(i).map((value) => Math.round(Math.min(1, Math.max(0, value)) * 65535)),
    );
    return createAccessor(document, 'VEC4', wide, true);
  }

  function writeBinding(): void {
    const influences =
      source.length === 0
        ? []
        : Array.from(source, (i) => quantizedInfluences(jointWeights(part.binding, positions[i], part.shading === 'cloth')));
    primitive.setAttribute('JOINTS_0', createAccessor(document, 'VEC4', Uint8Array.from(influences.flatMap(({ joints }) => joints))));
    primitive.setAttribute(
      'WEIGHTS_0',
      createAccessor(document, 'VEC4', Uint8Array.from(influences.flatMap(({ weights }) => weights)), true),
    );
  }
}

/** The four strongest joints of a vertex, weights in 1/255 that add up to exactly 255. */
function quantizedInfluences(weights: readonly number[]): { joints: number[]; weights: number[] } {
  const strongest = JOINT_NAMES.map((_, joint) => joint)
    .sort((a, b) => weights[b] - weights[a])
    .slice(0, 4);
  const rounded = strongest.map((joint) => Math.round(weights[joint] * 255));
  rounded[0] += 255 - rounded.reduce((sum, value) => sum + value, 0);
  return { joints: strongest.map((joint, k) => (rounded[k] === 0 ? 0 : joint)), weights: rounded };
}
