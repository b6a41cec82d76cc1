/** Retargeting of what others really send and ship: a recorded FLAME answer and a Ready Player Me avatar. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assert } from 'chai';
import { decodeMessage } from '../../../../src/motion/protocol/envelope.js';
import { motionPayloadFrom } from '../../../../src/motion/protocol/motion-payload.js';
import { framesFromFlame } from '../../../../src/motion/retarget/flame.js';
import { mapMorphs } from '../../../../src/motion/retarget/map-morphs.js';
import { packageFolder } from '../../../../src/server/package-folder.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, type Channel } from '../../../../src/shared/contracts/channels.js';
import '../../../../src/motion/retarget/names/register.js';

const assets = process.env.SPATIUS_ASSETS ?? join(packageFolder(), '../shared/assets');
const skipWithout = (file: string): false | string => (existsSync(file) ? false : `no recorded input at ${file}`);

const capture = join(assets, 'captures/motion_response.json');
describe('the recorded answer of a Spatius Motion Server on our channels', { skip: skipWithout(capture) }, () => {
  const load = (): Float32Array => {
    const { animation_messages_base64: messages } = JSON.parse(readFileSync(capture, 'utf8')) as { animation_messages_base64: string[] };
    const keyframes = messages.flatMap((message) => {
      const { data } = decodeMessage(Uint8Array.from(Buffer.from(message, 'base64')));
      if (data.case !== 'serverResponseAnimation') throw new Error(`${data.case}`);
      const payload = motionPayloadFrom(data.value);
      return payload.kind === 'flame' ? payload.keyframes : [];
    });
    return framesFromFlame(keyframes);
  };
  const curve = (values: Float32Array, channel: Channel): number[] =>
    Array.from({ length: values.length / CHANNEL_COUNT }, (_, i) => values[i * CHANNEL_COUNT + CHANNEL_INDEX[channel]]);
  const deviation = (values: number[]): number => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
  };

  it('talks: the jaw and the lips move, none is stuck at an end', () => {
    const values = load();
    assert.equal(values.length, 207 * CHANNEL_COUNT);
    for (const channel of ['jawOpen', 'mouthFunnel', 'mouthPucker', 'mouthStretchLeft', 'mouthPressLeft', 'mouthRollLower'] as const) {
      const weights = curve(values, channel);
      assert.isAbove(deviation(weights), 0.05, channel);
      assert.isBelow(weights.filter((x) => x === 1).length / weights.length, 0.05, channel);
    }
  });

  it('moves without jumps and keeps the head upright', () => {
    const values = load();
    const jaw = curve(values, 'jawOpen');
    for (let i = 1; i < jaw.length; i++) {
      const isAcrossGap = i === 50 || i === 150;
      if (!isAcrossGap) assert.isBelow(Math.abs(jaw[i] - jaw[i - 1]), 0.35, `keyframe ${i}`);
    }
    for (const channel of ['headPitch', 'headYaw', 'headRoll'] as const) {
      for (const radians of curve(values, channel)) assert.isBelow(Math.abs(radians), 0.3, channel);
    }
  });
});

const avatar = join(assets, 'avatars/brunette-t.glb');
describe('a Ready Player Me avatar', { skip: skipWithout(avatar) }, () => {
  it('shows all 52 shapes by its own names, without visemes', () => {
    const glb = readFileSync(avatar);
    const json = JSON.parse(glb.subarray(20, 20 + glb.readUInt32LE(12)).toString('utf8')) as {
      meshes: { extras?: { targetNames?: string[] } }[];
    };
    const morphs = mapMorphs(json.meshes.map((mesh) => mesh.extras?.targetNames ?? []));
    assert.deepEqual(morphs.missingChannels, []);
    assert.isFalse(morphs.usesVisemes);
  });
});
