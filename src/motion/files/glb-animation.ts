/**
 * Adds speech to an avatar's binary glTF as an animation that any viewer plays: morph weights for every mesh with named shapes,
 * rotations for head, neck and eyes. The rest of the file is not changed.
 */
import { CHANNEL_INDEX as C, CHANNEL_COUNT } from '../../shared/contracts/channels.js';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { eyeRotation, findJointsAmong, type JointRole, NECK_SHARE } from '../retarget/joints.js';
import { mapMorphs } from '../retarget/map-morphs.js';
import '../retarget/names/register.js';
import { GlbAppender } from './glb-bytes.js';
import { type GlbDocument, type GlbMesh, readGlb, writeGlb } from './glb-container.js';
import { inverted, multiplied, parentSpace, type Quaternion, quaternionFromAngles, restOf, turned } from './rotations.js';

/** Name of the animation in the file. */
export const SPEECH_ANIMATION_NAME = 'speech';
const FULL_WEIGHT = 0xffff;

interface Track {
  node: number;
  path: 'weights' | 'rotation' | 'translation';
  accessor: number;
}

/**
 * @param avatar Bytes of a `.glb`.
 * @param values `[frameCount, 58]`, see `MotionFrames`; at least one frame.
 * @returns Bytes of the `.glb` with the animation.
 * @throws {AvatarError} `unsupportedAvatarAsset` for a file that is not a binary glTF 2.0 or has no shape that speech moves.
 */
export function animateGlb(avatar: Uint8Array, values: Float32Array, frameRate: number): Uint8Array {
  const file = readGlb(avatar);
  const { document } = file;
  const appender = new GlbAppender(file);
  const frameCount = values.length / CHANNEL_COUNT;
  const input = appender.add(
    Float32Array.from({ length: frameCount }, (_, frame) => frame / frameRate),
    'SCALAR',
    true,
  );
  const tracks = [...weightTracks(document, values, appender), ...jointTracks(document, values, appender)];
  document.animations = [
    ...(document.animations ?? []),
    {
      name: SPEECH_ANIMATION_NAME,
      samplers: tracks.map(({ accessor }) => ({ input, output: accessor, interpolation: 'LINEAR' })),
      channels: tracks.map(({ node, path }, sampler) => ({ sampler, target: { node, path } })),
    },
  ];
  appender.finish();
  return writeGlb(file);
}

function weightTracks(document: GlbDocument, values: Float32Array, appender: GlbAppender): Track[] {
  const meshes = (document.meshes ?? []).map((mesh, index) => ({ index, names: morphNames(mesh) })).filter(({ names }) => names.length > 0);
  const { maps, missingChannels } = mapMorphs(meshes.map(({ names }) => names));
  if (missingChannels.length === C.headPitch) {
    throw new AvatarError(ErrorCode.unsupportedAvatarAsset, 'The avatar has no ARKit shape that speech could move');
  }
  const frameCount = values.length / CHANNEL_COUNT;
  return meshes.flatMap(({ index, names }, at) => {
    const map = maps[at];
    const weights = new Float32Array(names.length);
    const output = new Uint16Array(frameCount * names.length);
    for (let frame = 0; frame < frameCount; frame++) {
      map.apply(poseAt(values, frame), weights);
      for (let i = 0; i < names.length; i++) output[frame * names.length + i] = Math.round(weights[i] * FULL_WEIGHT);
    }
    const accessor = appender.add(output, 'SCALAR');
    return nodesOfMesh(document, index).map((node): Track => ({ node, path: 'weights', accessor }));
  });
}

function morphNames({ extras, primitives }: GlbMesh): string[] {
  const names = extras?.targetNames ?? primitives[0]?.extras?.targetNames ?? [];
  const count = primitives[0]?.targets?.length ?? 0;
  // Every target needs a weight, even one without a name.
  return names.length === 0 ? [] : Array.from({ length: count }, (_, i) => names[i] ?? '');
}

function nodesOfMesh(document: GlbDocument, mesh: number): number[] {
  return (document.nodes ?? []).flatMap((node, index) => (node.mesh === mesh ? [index] : []));
}

function jointTracks(document: GlbDocument, values: Float32Array, appender: GlbAppender): Track[] {
  const bones = new Set((document.skins ?? []).flatMap(({ joints }) => joints));
  const found = findJointsAmong(
    (document.nodes ?? []).map(({ name = '', mesh }, node) => ({ name, node, isBone: bones.has(node), isMesh: mesh !== undefined })),
  );
  const nodeOf = (role: JointRole): number | undefined => found[role]?.node;
  const head = nodeOf('head');
  // As on the stage: a neck without a head is not the avatar's.
  const neck = head === undefined ? undefined : nodeOf('neck');
  const tracks: Track[] = [];
  const rotate = (node: number | undefined, rotationAt: (pose: Float32Array) => Quaternion): void => {
    const accessor = node === undefined ? null : rotationAccessor(document, node, values, rotationAt, appender);
    if (node !== undefined && accessor !== null) tracks.push({ node, path: 'rotation', accessor });
  };
  const headTurn =
    (share: number) =>
    (pose: Float32Array): Quaternion =>
      quaternionFromAngles(pose[C.headPitch] * share, pose[C.headYaw] * share, pose[C.headRoll] * share);
  rotate(neck, headTurn(NECK_SHARE));
  rotate(head, headTurn(neck === undefined ? 1 : 1 - NECK_SHARE));
  for (const eye of ['leftEye', 'rightEye'] as const satisfies JointRole[]) {
    rotate(nodeOf(eye), (pose) => {
      const { pitch, yaw } = eyeRotation(pose, eye);
      return quaternionFromAngles(pitch, yaw, 0);
    });
  }
  const moved = neck ?? head;
  const accessor = moved === undefined ? null : translationAccessor(document, moved, values, appender);
  if (moved !== undefined && accessor !== null) tracks.push({ node: moved, path: 'translation', accessor });
  return tracks;
}

/**
 * A rotation R in the axes of the character turns a joint at local rest L below parents at P to P⁻¹ · R · P · L. Null if it never
 * turns.
 */
function rotationAccessor(
  document: GlbDocument,
  node: number,
  values: Float32Array,
  rotationAt: (pose: Float32Array) => Quaternion,
  appender: GlbAppender,
): number | null {
  const frameCount = values.length / CHANNEL_COUNT;
  const { rotation: rest } = restOf(document.nodes![node]);
  const { rotation: parent } = parentSpace(document, node);
  const output = new Float32Array(frameCount * 4);
  let isMoving = false;
  for (let frame = 0; frame < frameCount; frame++) {
    const rotation = rotationAt(poseAt(values, frame));
    isMoving ||= Math.abs(rotation[3]) < 1;
    output.set(multiplied(multiplied(inverted(parent), rotation), multiplied(parent, rest)), frame * 4);
  }
  return isMoving ? appender.add(output, 'VEC4') : null;
}

/** Null if the head never moves. */
function translationAccessor(document: GlbDocument, node: number, values: Float32Array, appender: GlbAppender): number | null {
  const frameCount = values.length / CHANNEL_COUNT;
  const { translation: rest } = restOf(document.nodes![node]);
  const { rotation, scale } = parentSpace(document, node);
  const output = new Float32Array(frameCount * 3);
  let isMoving = false;
  for (let frame = 0; frame < frameCount; frame++) {
    const pose = poseAt(values, frame);
    const move = turned([pose[C.headX], pose[C.headY], pose[C.headZ]], inverted(rotation));
    isMoving ||= move.some((metres) => metres !== 0);
    output.set(
      move.map((metres, axis) => rest[axis] + metres / (scale || 1)),
      frame * 3,
    );
  }
  return isMoving ? appender.add(output, 'VEC3') : null;
}

function poseAt(values: Float32Array, frame: number): Float32Array {
  return values.subarray(frame * CHANNEL_COUNT, (frame + 1) * CHANNEL_COUNT);
}
