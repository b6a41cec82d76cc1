import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { distance } from '../../../characters/vector.js';
import { spoken } from '../../helpers/node/mood-faces.js';
import { both, builtAvatar, partOf, posed } from '../../helpers/node/posed-avatar.js';
import { TESTED_CHARACTERS } from '../../helpers/node/tested-characters.js';

for (const character of TESTED_CHARACTERS) {
  const avatar = builtAvatar(character);
  const skin = partOf(avatar, 'skin');
  const { seamTwins } = avatar.skinMesh;

  /** Widest distance between the lips along the seam, as a share of the mouth's width in the same pose. */
  function gapShare(weights: Record<string, number>): number {
    const positions = posed(skin, weights);
    const gap = Math.max(...seamTwins.map(([upper, lower]) => distance(positions[upper], positions[lower])));
    return gap / mouthWidth(weights);
  }

  /** Between the outermost vertices of the seam, cm. */
  function mouthWidth(weights: Record<string, number>): number {
    const positions = posed(skin, weights);
    return distance(positions[seamTwins[0][0]], positions[seamTwins.at(-1)![0]]);
  }

  describe(`the lips of ${character.name}`, () => {
    it('touch at rest', () => {
      assert.ok(gapShare({}) < 1e-6);
    });

    for (const weight of [0.25, 0.5, 1]) {
      it(`seal a jaw opened by ${weight} when mouthClose follows`, () => {
        assert.ok(gapShare({ jawOpen: weight, mouthClose: weight }) <= 0.01);
      });
    }

    it('seal an open jaw through pucker and smile too', () => {
      assert.ok(gapShare({ jawOpen: 0.6, mouthClose: 0.6, mouthPucker: 0.7, ...both('mouthSmile', 0.5) }) <= 0.01);
    });

    for (const press of [0.7, 0.85, 1]) {
      for (const jawOpen of [0.1, 0.3, 0.6]) {
        for (const mouthPucker of [0, 0.5]) {
          it(`seal for p, b and m at press ${press}, jaw ${jawOpen}, pucker ${mouthPucker}`, () => {
            const gap = gapShare(spoken({ lipsPress: press, jawOpen, mouthPucker, mouthFunnel: mouthPucker, mouthStretch: 0.3 }));
            assert.ok(gap <= 0.01, `gap ${gap}`);
          });
        }
      }
    }

    it('close more the harder they are pressed, nearly all of the way at half', () => {
      const gaps = [0, 0.2, 0.4, 0.5, 0.6, 0.7].map((lipsPress) => gapShare(spoken({ lipsPress, jawOpen: 0.3 })));
      gaps.slice(1).forEach((gap, i) => assert.ok(gap < gaps[i], gaps.join()));
      assert.ok(gaps[3] < 0.3 * gaps[0], gaps.join());
    });

    it('open wide for a vowel', () => {
      assert.ok(gapShare({ jawOpen: 0.7 }) >= 0.25);
    });

    const sealed: Record<string, number>[] = [
      both('mouthPress', 1),
      { mouthPucker: 1 },
      both('mouthSmile', 1),
      both('mouthFrown', 1),
      both('mouthStretch', 1),
      both('mouthDimple', 1),
      { mouthLeft: 1 },
      { mouthRight: 1 },
      { cheekPuff: 1 },
      { mouthSmileLeft: 1 },
      { jawLeft: 1 },
      { jawRight: 1 },
      { jawForward: 1 },
      { mouthShrugUpper: 1 },
      { mouthShrugLower: 1 },
    ];
    for (const weights of sealed) {
      it(`stay closed for ${Object.keys(weights).join(' + ')}`, () => {
        assert.ok(gapShare(weights) <= 0.01, `gap ${gapShare(weights)}`);
      });
    }

    it('widen for smile and stretch, narrow for pucker and funnel', () => {
      const rest = mouthWidth({});
      assert.ok(mouthWidth(both('mouthSmile', 1)) > rest * 1.1);
      assert.ok(mouthWidth(both('mouthStretch', 1)) > rest * 1.1);
      assert.ok(mouthWidth({ mouthPucker: 1 }) < rest * 0.75);
      assert.ok(mouthWidth({ mouthFunnel: 1 }) < rest * 0.8);
    });

    it('lift the corners for a smile and lower them for a frown', () => {
      const cornerY = (weights: Record<string, number>): number => posed(skin, weights)[seamTwins[0][0]][1];
      assert.ok(cornerY(both('mouthSmile', 1)) > cornerY({}) + 0.3);
      assert.ok(cornerY(both('mouthFrown', 1)) < cornerY({}) - 0.3);
    });

    for (const weights of [{}, { mouthRollUpper: 1 }, both('mouthPress', 1), { mouthPucker: 1 }]) {
      it(`show no tooth or tongue in front of them for ${Object.keys(weights).join(' + ') || 'nothing'}`, () => {
        const positions = posed(skin, weights);
        const lipZ = Math.min(...seamTwins.slice(8, -8).map(([upper]) => positions[upper][2]));
        for (const name of ['teeth', 'tongue']) {
          const front = Math.max(...posed(partOf(avatar, name), weights).map(([, , z]) => z));
          assert.ok(front < lipZ, `${name} at ${front}, lips at ${lipZ}`);
        }
      });
    }
  });
}
