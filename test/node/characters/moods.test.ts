import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { distance } from '../../../characters/vector.js';
import { MOODS } from '../../../src/shared/contracts/life-settings.js';
import { faceOf } from '../../helpers/node/mood-faces.js';
import { builtAvatar, partOf, posed } from '../../helpers/node/posed-avatar.js';
import { TESTED_CHARACTERS } from '../../helpers/node/tested-characters.js';

for (const character of TESTED_CHARACTERS) {
  const avatar = builtAvatar(character);
  const skin = partOf(avatar, 'skin');
  const { seamTwins } = avatar.skinMesh;

  const lips = (weights: Record<string, number>): { gapShare: number; width: number } => {
    const positions = posed(skin, weights);
    const width = distance(positions[seamTwins[0][0]], positions[seamTwins.at(-1)![0]]);
    const gap = Math.max(...seamTwins.map(([upper, lower]) => distance(positions[upper], positions[lower])));
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
