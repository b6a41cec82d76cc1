import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { distance } from '../../../src/face/vector.js';
import { both, builtAria, partOf, posed } from '../../helpers/node/posed-avatar.js';

const avatar = builtAria();
const skin = partOf(avatar, 'skin');
const { seamTwins } = avatar.skinMesh;

/** Widest distance between the lips along the seam, as a share of the mouth's width in the same pose. */
function gapShare(weights: Record<string, number>): number {
  const positions = posed(skin, weights);
  const gap = Math.max(...seamTwins.map(([upper, lower]) => distance(positions[upper]!, positions[lower]!)));
  return gap / mouthWidth(weights);
}

/** Between the outermost vertices of the seam, cm. */
function mouthWidth(weights: Record<string, number>): number {
  const positions = posed(skin, weights);
  return distance(positions[seamTwins[0]![0]]!, positions[seamTwins.at(-1)![0]]!);
}

describe('the lips of aria', () => {
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

  it('open wide for a vowel', () => {
    assert.ok(gapShare({ jawOpen: 0.7 }) >= 0.25);
  });

  const sealed: Record<string, number>[] = [
    both('mouthPress', 1), { mouthPucker: 1 }, both('mouthSmile', 1), both('mouthFrown', 1), both('mouthStretch', 1), both('mouthDimple', 1),
    { mouthLeft: 1 }, { mouthRight: 1 }, { cheekPuff: 1 }, { mouthSmileLeft: 1 }, { jawLeft: 1 }, { jawRight: 1 }, { jawForward: 1 },
    { mouthShrugUpper: 1 }, { mouthShrugLower: 1 },
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
    const cornerY = (weights: Record<string, number>): number => posed(skin, weights)[seamTwins[0]![0]]![1];
    assert.ok(cornerY(both('mouthSmile', 1)) > cornerY({}) + 0.3);
    assert.ok(cornerY(both('mouthFrown', 1)) < cornerY({}) - 0.3);
  });

  it('show no tooth or tongue in front of them at rest', () => {
    const lipZ = Math.min(...seamTwins.slice(8, -8).map(([upper]) => skin.positions[upper]![2]));
    for (const name of ['teeth', 'tongue']) {
      const front = Math.max(...partOf(avatar, name).positions.map(([, , z]) => z));
      assert.ok(front < lipZ, `${name} at ${front}, lips at ${lipZ}`);
    }
  });
});
