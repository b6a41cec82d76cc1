import { assert, describe, it } from '#test';
import { jawRotation } from '../../../../src/motion/retarget/joints.js';
import { type BoundMorph, type MorphOptions, mapMorphs } from '../../../../src/motion/retarget/map-morphs.js';
import { PRESETS, presetFromExpressionName, presetFromMorphName } from '../../../../src/motion/retarget/presets.js';
import { ARKIT_CHANNELS, CHANNEL_INDEX as C, CHANNEL_COUNT, type Channel } from '../../../../src/shared/contracts/channels.js';
import '../../../../src/motion/retarget/names/register.js';

type Pose = Partial<Record<Channel, number>>;

function channels(values: Pose): Float32Array {
  const out = new Float32Array(CHANNEL_COUNT);
  for (const [name, value] of Object.entries(values)) out[C[name as Channel]] = value;
  return out;
}

/** Weights by name of one mesh. */
function weightsOf(names: string[], pose: Pose, options: MorphOptions = {}): Record<string, number> {
  const map = mapMorphs([names], options).maps[0];
  const weights = new Float32Array(names.length);
  map.apply(channels(pose), weights);
  return Object.fromEntries(names.map((name, i) => [name, Number(weights[i].toFixed(3))]));
}

/** A mesh whose morphs have no names of their own, one for each expression. */
function vrm(expressions: readonly string[], options: MorphOptions = {}) {
  const bound: BoundMorph[] = expressions.map((expression, morph) => ({ morph, expression, factor: 1 }));
  const all = { ...options, bound: [bound] };
  const nameless = expressions.map((_, morph) => String(morph));
  return {
    weights(pose: Pose): Record<string, number> {
      const found = Object.values(weightsOf(nameless, pose, all));
      return Object.fromEntries(expressions.map((name, i) => [name, found[i]]));
    },
    morphs: mapMorphs([nameless], all),
  };
}

const AA: Pose = { jawOpen: 0.55 };
const OH: Pose = { jawOpen: 0.4, mouthFunnel: 0.6, mouthPucker: 0.3 };
const OU: Pose = { mouthPucker: 0.7 };
const PP: Pose = { jawOpen: 0.06, mouthClose: 0.06, mouthPressLeft: 0.8, mouthPressRight: 0.8 };

describe('The expressions of a VRM', () => {
  it('are known by the names of VRM 0 and 1, of VRoid and of MMD', () => {
    for (const preset of PRESETS) assert.equal(presetFromExpressionName(preset), preset);
    assert.equal(presetFromExpressionName('BLINK_L'), 'blinkLeft');
    assert.equal(presetFromExpressionName('Joy'), 'happy');
    assert.equal(presetFromMorphName('Face.M_F00_000_00_Fcl_MTH_A'), null);
    assert.equal(presetFromMorphName('Fcl_MTH_A'), 'aa');
    assert.equal(presetFromMorphName('まばたき'), 'blink');
    for (const word of ['aa', 'joy', 'constructor', 'Fcl_ALL_Neutral', '']) assert.equal(presetFromMorphName(word), null, word);
  });

  it('speak: each vowel is the largest in its own mouth, and lips meet in p', () => {
    const { weights, morphs } = vrm(PRESETS);
    const mouth = (pose: Pose) => {
      const { aa, ih, ou, ee, oh } = weights(pose);
      return { aa: aa!, ih: ih!, ou: ou!, ee: ee!, oh: oh! };
    };
    const largest = (pose: Pose) => Object.entries(mouth(pose)).sort((a, b) => b[1] - a[1])[0][0];
    assert.equal(largest(AA), 'aa');
    assert.equal(largest(OH), 'oh');
    assert.equal(largest(OU), 'ou');
    assert.isAbove(mouth(AA).aa, 0.7);
    assert.isAbove(mouth(OH).oh, 0.4);
    for (const weight of Object.values(mouth(PP))) assert.isBelow(weight, 0.05);
    for (const pose of [AA, OH, OU, PP])
      assert.isAtMost(
        Object.values(mouth(pose)).reduce((sum, weight) => sum + weight, 0),
        1.001,
      );
    for (const name of ['jawOpen', 'mouthPucker', 'eyeBlinkLeft', 'mouthSmileLeft']) assert.include(morphs.approximatedChannels, name);
    assert.include(morphs.missingChannels, 'tongueOut');
    assert.notInclude(morphs.approximatedChannels, 'tongueOut');
  });

  it('blink each eye by its own, and both where there is one for both', () => {
    const wink: Pose = { eyeBlinkLeft: 1 };
    assert.deepEqual(vrm(['blink', 'blinkLeft', 'blinkRight']).weights(wink), { blink: 0, blinkLeft: 1, blinkRight: 0 });
    assert.deepEqual(vrm(['blink', 'blinkLeft']).weights({ eyeBlinkLeft: 1, eyeBlinkRight: 1 }), { blink: 1, blinkLeft: 0 });
  });

  it('do not close eyes that a smile has half closed already', () => {
    const pose: Pose = { mouthSmileLeft: 1, mouthSmileRight: 1, eyeBlinkLeft: 1, eyeBlinkRight: 1 };
    const plain = vrm(['blink', 'happy']).weights(pose);
    const overriding = vrm(['blink', 'happy'], { blinkOverriders: ['happy'] }).weights(pose);
    assert.equal(plain.blink, 1);
    assert.closeTo(overriding.blink! + overriding.happy!, 1, 0.002);
  });

  it('let a feeling give way to the mouth that speaks', () => {
    const { weights } = vrm(['aa', 'happy']);
    const silent = weights({ mouthSmileLeft: 0.8, mouthSmileRight: 0.8 }).happy!;
    const speaking = weights({ ...AA, mouthSmileLeft: 0.8, mouthSmileRight: 0.8 }).happy!;
    assert.closeTo(silent, 0.64, 0.001);
    assert.isBelow(speaking, silent * 0.6);
  });

  it('look by expressions only where no joints turn the eyes', () => {
    const left: Pose = { eyeLookOutLeft: 0.8, eyeLookInRight: 0.8 };
    assert.equal(vrm(['lookLeft', 'lookRight']).weights(left).lookLeft, 0.8);
    assert.equal(vrm(['lookLeft', 'lookRight'], { hasEyeJoints: true }).weights(left).lookLeft, 0);
  });

  it('yield to shapes of ARKit, which custom expressions may be called after', () => {
    const { weights, morphs } = vrm([...ARKIT_CHANNELS, 'aa', 'blinkLeft', 'happy']);
    assert.deepEqual(morphs.missingChannels, []);
    const { aa, jawOpen, blinkLeft, eyeBlinkLeft } = weights({ ...AA, eyeBlinkLeft: 1 });
    assert.deepEqual([aa, jawOpen, blinkLeft, eyeBlinkLeft], [0, 0.55, 0, 1]);
  });
});

describe('What an avatar lacks', () => {
  it('is shown by the nearest shapes it has', () => {
    const names = ['jawOpen', 'mouthPucker', 'mouthSmileLeft', 'mouthSmileRight', 'browInnerUp', 'mouthRollLower'];
    const { approximatedChannels } = mapMorphs([names]);
    assert.includeMembers(approximatedChannels, ['mouthFunnel', 'mouthStretchLeft', 'browOuterUpLeft', 'mouthPressLeft']);
    assert.equal(weightsOf(names, { mouthFunnel: 1 }).mouthPucker, 0.7);
    assert.deepEqual(weightsOf(names, { mouthStretchRight: 1 }), {
      jawOpen: 0,
      mouthPucker: 0,
      mouthSmileLeft: 0,
      mouthSmileRight: 0.4,
      browInnerUp: 0,
      mouthRollLower: 0,
    });
    // Two halves make the whole.
    assert.equal(weightsOf(names, { browOuterUpLeft: 1, browOuterUpRight: 1 }).browInnerUp, 0.7);
    assert.equal(weightsOf(names, { mouthPressLeft: 1, mouthPressRight: 1 }).mouthRollLower, 0.5);
  });

  it('is left alone where nothing comes near', () => {
    assert.deepEqual(mapMorphs([['cheekPuff']]).approximatedChannels, []);
    assert.deepEqual(weightsOf(['jawOpen', 'cheekPuff'], { tongueOut: 1, browInnerUp: 1 }), { jawOpen: 0, cheekPuff: 0 });
  });

  it('closes lips over an open jaw by closing the jaw', () => {
    assert.equal(weightsOf(['jawOpen'], { jawOpen: 0.4, mouthClose: 0.4 }).jawOpen, 0);
    assert.equal(weightsOf(['jawOpen', 'mouthClose'], { jawOpen: 0.4, mouthClose: 0.4 }).jawOpen, 0.4);
  });

  it('opens the mouth by the jaw joint where no shape does', () => {
    assert.isTrue(mapMorphs([['eyeBlinkLeft']], { hasJawJoint: true }).usesJawJoint);
    assert.include(mapMorphs([[]], { hasJawJoint: true }).approximatedChannels, 'jawOpen');
    assert.isFalse(mapMorphs([['jawOpen']], { hasJawJoint: true }).usesJawJoint);
    assert.isFalse(mapMorphs([['viseme_aa', 'viseme_PP']], { hasJawJoint: true }).usesJawJoint);
    assert.closeTo(jawRotation(channels({ jawOpen: 1 })).pitch, 0.36, 1e-6);
    assert.equal(jawRotation(channels({ jawOpen: 0.5, mouthClose: 0.5 })).pitch, 0);
    assert.isAbove(jawRotation(channels({ jawLeft: 1 })).yaw, 0);
  });

  it('does not turn an eye by a joint and by shapes of its own mesh', () => {
    const options: MorphOptions = { turnsWithEye: [true, false], hasEyeJoints: true };
    const { maps } = mapMorphs([['eyeLookUpLeft'], ['eyeLookUpLeft']], options);
    const weights = new Float32Array(1);
    assert.equal(maps[0].apply(channels({ eyeLookUpLeft: 1 }), weights), 0);
    assert.equal(maps[1].apply(channels({ eyeLookUpLeft: 1 }), weights), 1);
  });

  it('reads the shapes of Mixamo and VRChat', () => {
    const names = ['Blink_Left', 'MouthOpen', 'Smile_Right', 'BrowsUp_Left', 'LowerLipIn'];
    assert.deepEqual(weightsOf(names, { eyeBlinkLeft: 1, jawOpen: 0.5, mouthSmileRight: 0.25, browOuterUpLeft: 0.75 }), {
      Blink_Left: 1,
      MouthOpen: 0.5,
      Smile_Right: 0.25,
      BrowsUp_Left: 0.75,
      LowerLipIn: 0,
    });
    assert.isTrue(mapMorphs([['vrc.v_aa', 'vrc.v_pp', 'vrc.v_ou']]).usesVisemes);
    assert.isAbove(weightsOf(['vrc.v_aa', 'vrc.v_pp', 'vrc.v_ou'], AA)['vrc.v_aa'], 0.7);
  });
});
