import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { type Animation, NodeIO } from '@gltf-transform/core';
import { EXTMeshoptCompression, KHRMeshQuantization } from '@gltf-transform/extensions';
import { assert } from 'chai';
import { MeshoptDecoder } from 'meshoptimizer';
import { type AnimationClip, AnimationMixer, Euler, type Group, Matrix4, type Mesh, type Object3D, Quaternion, Vector3 } from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';

import { MotionEngine } from '../../../../src/motion/engine/motion-engine.js';
import { animateGlb, SPEECH_ANIMATION_NAME } from '../../../../src/motion/files/glb-animation.js';
import { type GlbDocument, readGlb, writeGlb } from '../../../../src/motion/files/glb-container.js';
import { packageFolder } from '../../../../src/server/package-folder.js';
import { CHANNEL_INDEX as C, CHANNEL_COUNT } from '../../../../src/shared/contracts/channels.js';
import { AvatarError } from '../../../../src/shared/contracts/errors.js';
import { int16FromPcmBytes } from '../../../../src/shared/samples/pcm.js';

const FRAME_RATE = 50;
const ARIA = join(packageFolder(), 'dist/avatars/aria.glb');
const ASSETS = process.env.SPATIUS_ASSETS ?? join(packageFolder(), '../shared/assets');
const FOREIGN = join(ASSETS, 'avatars/brunette-t.glb');

let motion: Float32Array;
let animated: Uint8Array;

before(async () => {
  await MeshoptDecoder.ready;
  const { pcm } = JSON.parse(await readFile('test/fixtures/speech-net.json', 'utf8')) as { pcm: string };
  const engine = new MotionEngine({ sampleRateHz: 16000 });
  const parts = [engine.push(int16FromPcmBytes(Buffer.from(pcm, 'base64'))), engine.finish()];
  motion = Float32Array.from(parts.flatMap((part) => Array.from(part?.values ?? [])));
  // The engine leaves these alone; an avatar that is driven by hand may use them.
  for (let at = 0; at < motion.length; at += CHANNEL_COUNT) {
    motion[at + C.headX] = 0.01 * Math.sin(at);
    motion[at + C.eyeLookOutLeft] = 0.4;
  }
  animated = animateGlb(await readFile(ARIA), motion, FRAME_RATE);
});

const poseAt = (frame: number): Float32Array => motion.subarray(frame * CHANNEL_COUNT, (frame + 1) * CHANNEL_COUNT);

async function loaded(bytes: Uint8Array): Promise<{ scene: Group; clip: AnimationClip; mixer: AnimationMixer }> {
  const loader = new GLTFLoader().setMeshoptDecoder(MeshoptDecoder);
  const { scene, animations } = await loader.parseAsync(Uint8Array.from(bytes).buffer, '');
  const clip = animations.find(({ name }) => name === SPEECH_ANIMATION_NAME)!;
  const mixer = new AnimationMixer(scene);
  mixer.clipAction(clip).play();
  return { scene, clip, mixer };
}

function weightOf(scene: Object3D, meshName: string, morph: string): number {
  const mesh = scene.getObjectByName(meshName) as Mesh;
  return mesh.morphTargetInfluences![mesh.morphTargetDictionary![morph]];
}

describe('Speech in a glTF file', () => {
  it('plays in three.js: weights at any moment are those of the motion', async () => {
    const { scene, clip, mixer } = await loaded(animated);
    const frameCount = motion.length / CHANNEL_COUNT;
    assert.closeTo(clip.duration, (frameCount - 1) / FRAME_RATE, 1e-6);
    let widest = 0;
    for (let frame = 0; frame < frameCount - 1; frame += 3) {
      mixer.setTime((frame + 0.5) / FRAME_RATE);
      for (const name of ['jawOpen', 'mouthFunnel', 'mouthPressLeft', 'browInnerUp'] as const) {
        const expected = (poseAt(frame)[C[name]] + poseAt(frame + 1)[C[name]]) / 2;
        assert.closeTo(weightOf(scene, 'skin', name), expected, 2e-4, `${name} at frame ${frame}`);
      }
      widest = Math.max(widest, weightOf(scene, 'skin', 'jawOpen'));
      assert.isAtMost(weightOf(scene, 'skin', 'mouthClose'), weightOf(scene, 'skin', 'jawOpen') + 1e-4);
    }
    assert.isAbove(widest, 0.1);
  });

  it('turns head, neck and eyes as the stage does', async () => {
    const { scene, mixer } = await loaded(animated);
    scene.updateMatrixWorld(true);
    const worldOf = (name: string): Quaternion => scene.getObjectByName(name)!.getWorldQuaternion(new Quaternion());
    const bind = (await loaded(await withoutAnimations(animated))).scene;
    bind.updateMatrixWorld(true);
    for (const frame of [10, 30, 50]) {
      mixer.setTime(frame / FRAME_RATE);
      scene.updateMatrixWorld(true);
      const pose = poseAt(frame);
      const turn = new Quaternion();
      // The neck takes its share and the head the rest.
      for (const share of [0.38, 0.62]) {
        turn.multiply(
          new Quaternion().setFromEuler(new Euler(pose[C.headPitch] * share, pose[C.headYaw] * share, pose[C.headRoll] * share, 'YXZ')),
        );
      }
      const expected = turn.clone().multiply(bind.getObjectByName('Head')!.getWorldQuaternion(new Quaternion()));
      assert.isBelow(worldOf('Head').angleTo(expected), 1e-3);
      const eye = scene.getObjectByName('LeftEye')!.quaternion;
      assert.closeTo(new Euler().setFromQuaternion(eye, 'YXZ').y, 0.4 * 0.52, 1e-3);
      const moved = scene
        .getObjectByName('Neck')!
        .getWorldPosition(new Vector3())
        .sub(bind.getObjectByName('Neck')!.getWorldPosition(new Vector3()));
      assert.closeTo(moved.x, pose[C.headX], 1e-5);
    }
  });

  it('is valid for other tools, and leaves what was there', async () => {
    const io = new NodeIO()
      .registerExtensions([KHRMeshQuantization, EXTMeshoptCompression])
      .registerDependencies({ 'meshopt.decoder': MeshoptDecoder });
    const [document, before] = [await io.readBinary(animated), await io.readBinary(await readFile(ARIA))];
    const animation = document
      .getRoot()
      .listAnimations()
      .find((candidate) => candidate.getName() === SPEECH_ANIMATION_NAME) as Animation;
    const paths = animation.listChannels().map((channel) => channel.getTargetPath());
    assert.includeMembers(paths, ['weights', 'rotation', 'translation']);
    for (const channel of animation.listChannels()) {
      const sampler = channel.getSampler()!;
      const times = sampler.getInput()!;
      assert.deepEqual([times.getMin([])[0], times.getMax([])[0]], [0, Math.fround((times.getCount() - 1) / FRAME_RATE)]);
      const weights = channel.getTargetNode()!.getMesh()?.getWeights().length ?? 1;
      assert.equal(sampler.getOutput()!.getCount(), times.getCount() * (channel.getTargetPath() === 'weights' ? weights : 1));
    }
    const shape = (root: ReturnType<typeof document.getRoot>): unknown =>
      root
        .listMeshes()
        .map((mesh) => [
          mesh.getName(),
          mesh.listPrimitives().map((primitive) => Array.from(primitive.getAttribute('POSITION')!.getArray()!)),
        ]);
    assert.deepEqual(shape(document.getRoot()), shape(before.getRoot()));
  });

  it('finds shapes and joints of a character from elsewhere', { skip: !existsSync(FOREIGN) && `no ${FOREIGN}` }, async () => {
    const bytes = animateGlb(await readFile(FOREIGN), motion, FRAME_RATE);
    // Its pictures need a browser; shapes and joints do not.
    const { document, binary } = readGlb(bytes);
    const bare = document as GlbDocument & { images?: unknown; textures?: unknown; materials?: unknown };
    delete bare.images;
    delete bare.textures;
    delete bare.materials;
    for (const { primitives } of bare.meshes!) for (const primitive of primitives as { material?: number }[]) delete primitive.material;
    const { scene, mixer } = await loaded(writeGlb({ document, binary }));
    const head: Mesh[] = [];
    scene.traverse((object) => {
      if ((object as Mesh).morphTargetDictionary?.jawOpen !== undefined) head.push(object as Mesh);
    });
    assert.isNotEmpty(head);
    mixer.setTime(30 / FRAME_RATE);
    for (const mesh of head) assert.closeTo(mesh.morphTargetInfluences![mesh.morphTargetDictionary!.jawOpen], poseAt(30)[C.jawOpen], 2e-4);
  });

  it('turns joints that rest crooked, below a matrix', async () => {
    const rest = new Quaternion().setFromEuler(new Euler(0.4, -0.7, 1.1));
    const above = new Matrix4().compose(new Vector3(1, 2, 3), new Quaternion().setFromEuler(new Euler(1, 0.2, -0.3)), new Vector3(2, 2, 2));
    const document = {
      asset: { version: '2.0' },
      scene: 0,
      scenes: [{ nodes: [0] }],
      nodes: [
        { name: 'above', matrix: above.toArray(), children: [1, 2] },
        { name: 'mixamorig:Head', matrix: new Matrix4().compose(new Vector3(0, 1, 0), rest, new Vector3(1, 1, 1)).toArray() },
        { name: 'face', mesh: 0 },
      ],
      meshes: [{ extras: { targetNames: ['jawOpen'] }, primitives: [{ attributes: { POSITION: 0 }, targets: [{ POSITION: 0 }] }] }],
      buffers: [{ byteLength: 36 }],
      bufferViews: [{ buffer: 0, byteLength: 36 }],
      accessors: [{ bufferView: 0, componentType: 5126, count: 3, type: 'VEC3', min: [0, 0, 0], max: [0, 0, 0] }],
    } as unknown as GlbDocument;
    const { scene, mixer } = await loaded(animateGlb(writeGlb({ document, binary: new Uint8Array(36) }), motion, FRAME_RATE));
    mixer.setTime(40 / FRAME_RATE);
    scene.updateMatrixWorld(true);
    const pose = poseAt(40);
    const expected = new Quaternion()
      .setFromEuler(new Euler(pose[C.headPitch], pose[C.headYaw], pose[C.headRoll], 'YXZ'))
      .multiply(new Quaternion().setFromEuler(new Euler(1, 0.2, -0.3)))
      .multiply(rest);
    const head = scene.getObjectByName('mixamorigHead')!;
    assert.isBelow(head.getWorldQuaternion(new Quaternion()).angleTo(expected), 1e-3);
    const place = new Vector3(0, 1, 0).applyMatrix4(above);
    assert.closeTo(head.getWorldPosition(new Vector3()).x - place.x, pose[C.headX], 1e-5);
  });

  it('refuses what it cannot animate, with a code', () => {
    const glbOf = (document: unknown): Uint8Array => writeGlb({ document: document as GlbDocument, binary: new Uint8Array(4) });
    const asset = { version: '2.0' };
    for (const bytes of [
      new Uint8Array(0),
      Buffer.from('{"asset":{"version":"2.0"}} and so on'),
      animated.subarray(0, 3000),
      glbOf({ asset }),
      glbOf({ asset, meshes: [{ extras: { targetNames: ['Wings'] }, primitives: [{ targets: [{}] }] }] }),
      glbOf({ asset, buffers: [{ byteLength: 4, uri: 'elsewhere.bin' }] }),
    ]) {
      assert.throws(() => animateGlb(bytes, motion, FRAME_RATE), AvatarError);
      try {
        animateGlb(bytes, motion, FRAME_RATE);
      } catch (error) {
        assert.equal((error as AvatarError).code, 'unsupportedAvatarAsset');
      }
    }
  });
});

async function withoutAnimations(bytes: Uint8Array): Promise<Uint8Array> {
  const file = readGlb(bytes);
  const speech = file.document.animations!.at(-1) as { channels: { target: { path: string } }[] };
  // A clip must remain for the loader to find; weights do not turn joints.
  speech.channels = speech.channels.filter(({ target }) => target.path === 'weights');
  return writeGlb(file);
}
