import { assert, describe, it } from '#test';
import { mapMorphs } from '../../../../src/motion/retarget/map-morphs.js';
import { channelsFromMorphName } from '../../../../src/motion/retarget/morph-names.js';
import { ARKIT_CHANNELS, CHANNEL_INDEX as C, CHANNEL_COUNT, type Channel } from '../../../../src/shared/contracts/channels.js';
import '../../../../src/motion/retarget/names/register.js';

function channels(values: Partial<Record<Channel, number>>): Float32Array {
  const out = new Float32Array(CHANNEL_COUNT);
  for (const [name, value] of Object.entries(values)) out[C[name as Channel]] = value;
  return out;
}

/** Weights by name of the first mesh. */
function weightsOf(names: string[], values: Partial<Record<Channel, number>>): Record<string, number> {
  const map = mapMorphs([names]).maps[0];
  const weights = new Float32Array(names.length);
  map.apply(channels(values), weights);
  return Object.fromEntries(names.map((name, i) => [name, Number(weights[i].toFixed(4))]));
}

const namesOf = (name: string): string[] => channelsFromMorphName(name).map(({ channel }) => ARKIT_CHANNELS[channel]);

describe('morph names', () => {
  it('knows every ARKit shape in the spellings of common tools', () => {
    for (const name of ARKIT_CHANNELS) {
      const snake = name.replace(/[A-Z]/g, (letter) => `_${letter}`);
      const short = name.replace(/Left$/, '_L').replace(/Right$/, '_R');
      const spellings = [
        name,
        name[0].toUpperCase() + name.slice(1),
        name.toLowerCase(),
        snake,
        snake.toLowerCase(),
        short,
        `head.${name}`,
        `blendShape1:${name}`,
        short.replace('_', '.'),
      ];
      for (const spelling of spellings) assert.deepEqual(namesOf(spelling), [name], spelling);
    }
  });

  it('reads Character Creator and split or combined shapes', () => {
    assert.deepEqual(namesOf('Eye_L_Look_Up'), ['eyeLookUpLeft']);
    assert.deepEqual(namesOf('Brow_Raise_Outer_R'), ['browOuterUpRight']);
    assert.deepEqual(namesOf('Mouth_Up_Upper_L'), ['mouthUpperUpLeft']);
    assert.deepEqual(namesOf('Mouth_Roll_In_Lower'), ['mouthRollLower']);
    assert.deepEqual(namesOf('browInnerUpLeft'), ['browInnerUp']);
    assert.deepEqual(namesOf('mouthSmile'), ['mouthSmileLeft', 'mouthSmileRight']);
    assert.deepEqual(namesOf('eyesClosed'), ['eyeBlinkLeft', 'eyeBlinkRight']);
  });

  it('makes nothing of other names', () => {
    for (const name of ['', 'viseme_aa', 'Basis', 'Fat', 'left', 'target_0', 'mouthOpenLeft', 'constructor', 'toString']) {
      assert.deepEqual(namesOf(name), [], name);
    }
  });
});

describe('MorphMap', () => {
  it('passes weights on and lists the active morphs', () => {
    const names = ['jawOpen', 'mouthFunnel', 'mouthPucker', 'eyeBlink_L', 'other'];
    const { maps, missingChannels } = mapMorphs([names, ['jawOpen']]);
    const weights = new Float32Array(names.length).fill(9);
    assert.equal(maps[0].apply(channels({ jawOpen: 0.5, eyeBlinkLeft: 2, mouthFunnel: -1, headYaw: 1 }), weights), 2);
    assert.deepEqual([...weights], [0.5, 0, 0, 1, 0]);
    assert.deepEqual([...maps[0].active.subarray(0, 2)], [0, 3]);
    assert.equal(maps[0].apply(new Float32Array(CHANNEL_COUNT).fill(NaN), weights), 0);
    assert.isFalse(missingChannels.includes('eyeBlinkLeft'));
    assert.isTrue(missingChannels.includes('eyeBlinkRight'));
    assert.equal(missingChannels.length, 52 - 4);
  });

  it('drives in-between correctives by 4w(1 - w)', () => {
    const names = ['eyeBlinkLeft', 'eyeBlinkLeft.mid', 'jawOpen.mid'];
    assert.deepEqual(weightsOf(names, { eyeBlinkLeft: 0.5 }), { eyeBlinkLeft: 0.5, 'eyeBlinkLeft.mid': 1, 'jawOpen.mid': 0 });
    assert.deepEqual(weightsOf(names, { eyeBlinkLeft: 1 }), { eyeBlinkLeft: 1, 'eyeBlinkLeft.mid': 0, 'jawOpen.mid': 0 });
  });

  it('does not close the mouth further than the jaw is open', () => {
    assert.equal(weightsOf(['jawOpen', 'mouthClose'], { jawOpen: 0.3, mouthClose: 0.9 }).mouthClose, 0.3);
  });

  it('does not smile twice on avatars with both sides and the whole', () => {
    const names = ['mouthSmile', 'mouthSmileLeft', 'mouthSmileRight', 'eyesClosed', 'eyeBlinkLeft', 'eyeBlinkRight'];
    const weights = weightsOf(names, { mouthSmileLeft: 0.4, mouthSmileRight: 0.4, eyeBlinkLeft: 1, eyeBlinkRight: 1 });
    assert.deepEqual(weights, {
      mouthSmile: 0,
      mouthSmileLeft: 0.4,
      mouthSmileRight: 0.4,
      eyesClosed: 0,
      eyeBlinkLeft: 1,
      eyeBlinkRight: 1,
    });
    assert.equal(weightsOf(['mouthSmile'], { mouthSmileLeft: 0.4, mouthSmileRight: 0.6 }).mouthSmile, 0.5);
  });

  it('speaks with visemes where ARKit mouth shapes are missing', () => {
    const names = [
      'viseme_sil',
      'viseme_PP',
      'viseme_FF',
      'viseme_aa',
      'viseme_E',
      'viseme_I',
      'viseme_O',
      'viseme_U',
      'eyeBlinkLeft',
      'mouthOpen',
    ];
    assert.isTrue(mapMorphs([names]).usesVisemes);
    const strongest = (values: Partial<Record<Channel, number>>): string =>
      Object.entries(weightsOf(names, values)).sort((a, b) => b[1] - a[1])[0][0];
    assert.equal(strongest({ jawOpen: 0.5 }), 'viseme_aa');
    assert.equal(strongest({ jawOpen: 0.1, mouthClose: 0.1, mouthPressLeft: 0.9, mouthPressRight: 0.9 }), 'viseme_PP');
    assert.equal(strongest({ jawOpen: 0.05, mouthRollLower: 0.6 }), 'viseme_FF');
    assert.equal(strongest({ jawOpen: 0.1, mouthStretchLeft: 0.4, mouthStretchRight: 0.4 }), 'viseme_I');
    assert.equal(strongest({ jawOpen: 0.1, mouthPucker: 0.7 }), 'viseme_U');
    assert.equal(strongest({ jawOpen: 0.5, mouthFunnel: 0.6, mouthPucker: 0.3 }), 'viseme_O');
    const sum = Object.values(weightsOf(names, { jawOpen: 1, mouthPucker: 1, mouthFunnel: 1 })).reduce((a, b) => a + b, 0);
    assert.isAtMost(sum, 1.0001);
    assert.isFalse(mapMorphs([[...ARKIT_CHANNELS, ...names]]).usesVisemes);
  });

  it('moves the halves of a shape together', () => {
    const names = ['Jaw_Open', 'Mouth_Funnel_Up_L', 'Mouth_Funnel_Up_R', 'Mouth_Funnel_Down_L', 'Mouth_Funnel_Down_R', 'Mouth_Pucker_Up_L'];
    assert.deepEqual(weightsOf(names, { jawOpen: 0.4, mouthFunnel: 0.5, mouthPucker: 0.2 }), {
      Jaw_Open: 0.4,
      Mouth_Funnel_Up_L: 0.5,
      Mouth_Funnel_Up_R: 0.5,
      Mouth_Funnel_Down_L: 0.5,
      Mouth_Funnel_Down_R: 0.5,
      Mouth_Pucker_Up_L: 0.2,
    });
    assert.deepEqual(weightsOf(['LipFunnelUpper', 'LipFunnelLower', 'LipFunnelUpperLeft'], { mouthFunnel: 0.5 }), {
      LipFunnelUpper: 0.5,
      LipFunnelLower: 0.5,
      LipFunnelUpperLeft: 0,
    });
  });

  it('uses one of several shapes that mean the same', () => {
    const both = { mouthSmileLeft: 0.5, jawOpen: 0.5, mouthPucker: 0.7 };
    assert.deepEqual(weightsOf(['LsmileOpen', 'LsmileClose'], both), { LsmileOpen: 0, LsmileClose: 0.5 });
    const { viseme_aa, V_Open } = weightsOf(['viseme_aa', 'V_Open', 'viseme_PP'], both);
    assert.isAbove(viseme_aa, 0);
    assert.equal(V_Open, 0);
    const { U, WQ } = weightsOf(['AI', 'E', 'O', 'U', 'WQ', 'MBP', 'FV'], { mouthPucker: 0.7 });
    assert.isAbove(U, 0.5);
    assert.equal(WQ, 0);
  });

  it('speaks with the few mouths that a model has', () => {
    assert.equal(weightsOf(['MouthFlap'], { jawOpen: 0.4 }).MouthFlap, 0.4);
    assert.isAbove(weightsOf(['aa'], { jawOpen: 0.5 }).aa, 0.5);
    // Nothing but an open mouth: round and spread ones are shown by part of it.
    const { viseme_aa } = weightsOf(['viseme_aa', 'viseme_PP'], { jawOpen: 0.3, mouthPucker: 0.7 });
    assert.isAbove(viseme_aa, 0.1);
  });
});
