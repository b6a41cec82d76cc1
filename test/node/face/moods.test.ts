import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHARACTERS } from '../../../src/face/character.js';
import { distance } from '../../../src/face/vector.js';
import { assembleFace } from '../../../src/motion/engine/face-assembly.js';
import { MOUTH_SHAPES } from '../../../src/motion/engine/mouth-shapes.js';
import { SpeechBlend } from '../../../src/motion/life/blend.js';
import { LifeMotion } from '../../../src/motion/life/life-motion.js';
import { CHANNELS, CHANNEL_COUNT } from '../../../src/shared/channels.js';
import { DEFAULT_LIFE, MOODS, type Mood } from '../../../src/shared/life-settings.js';
import { builtAvatar, partOf, posed } from '../../helpers/node/posed-avatar.js';

type Mouth = Partial<Record<(typeof MOUTH_SHAPES)[number], number>>;

/** What the engine makes of a mouth. */
function spoken(mouth: Mouth): Float32Array {
  const channels = new Float32Array(CHANNEL_COUNT);
  const still = { blink: 0, cheekSquint: 0, eyeSquint: 0, eyeWide: 0, browInnerUp: 0, browOuterUp: 0, browDown: 0, pitch: 0, yaw: 0, roll: 0 };
  assembleFace(Float32Array.from(MOUTH_SHAPES, (name) => mouth[name] ?? 0), still, 0.5, channels, 0);
  return channels;
}

/** The face of somebody in a mood who has said a sound for so many seconds. */
function faceOf(mood: Mood, mouth: Mouth | null, seconds = 1): Record<string, number> {
  const life = new LifeMotion(21, { ...DEFAULT_LIFE, mood });
  const blend = new SpeechBlend();
  const pose = new Float32Array(CHANNEL_COUNT);
  const start = 180;
  for (let frame = 0; frame <= start + Math.round(seconds * 60); frame++) {
    life.sample(frame / 60, pose);
    blend.advance(1 / 60, mouth && frame > start ? spoken(mouth) : null, pose, pose);
  }
  return Object.fromEntries(CHANNELS.map((name, index) => [name, pose[index]!]));
}

for (const character of CHARACTERS) {
  const avatar = builtAvatar(character);
  const skin = partOf(avatar, 'skin');
  const { seamTwins } = avatar.skinMesh;

  const lips = (weights: Record<string, number>): { gapShare: number; width: number } => {
    const positions = posed(skin, weights);
    const width = distance(positions[seamTwins[0]![0]]!, positions[seamTwins.at(-1)![0]]!);
    const gap = Math.max(...seamTwins.map(([upper, lower]) => distance(positions[upper]!, positions[lower]!)));
    return { gapShare: gap / width, width };
  };

  describe(`speech of ${character.name} in every mood`, () => {
    for (const mood of MOODS) {
      it(`closes the lips for p, b and m: ${mood}`, () => {
        for (const lipsPress of [0.7, 1]) {
          for (const jawOpen of [0.1, 0.3, 0.6]) {
            const { gapShare } = lips(faceOf(mood, { lipsPress, jawOpen, mouthPucker: 0.2 }));
            assert.ok(gapShare <= 0.01, `press ${lipsPress}, jaw ${jawOpen}: ${gapShare}`);
          }
        }
      });

      it(`closes them in the first syllable, too: ${mood}`, () => {
        for (const seconds of [0.1, 0.15, 0.25]) {
          const { gapShare } = lips(faceOf(mood, { lipsPress: 1, jawOpen: 0.2 }, seconds));
          assert.ok(gapShare <= 0.01, `after ${seconds} s: ${gapShare}`);
        }
      });

      it(`opens them for aa as wide as without a mood: ${mood}`, () => {
        const { gapShare } = lips(faceOf(mood, { jawOpen: 0.9 }));
        const { gapShare: plain } = lips(faceOf('neutral', { jawOpen: 0.9 }));
        assert.ok(gapShare >= 0.25, `${gapShare}`);
        assert.ok(gapShare >= 0.8 * plain, `${gapShare} against ${plain}`);
      });

      it(`rounds them for oo: ${mood}`, () => {
        const { width } = lips(faceOf(mood, { jawOpen: 0.2, mouthPucker: 0.9, mouthFunnel: 0.4 }));
        assert.ok(width < 0.85 * lips({}).width, `${width / lips({}).width}`);
      });
    }
  });
}
