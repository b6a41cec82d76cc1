import { assert, describe, it } from '#test';
import { blendPose, SpeechBlend } from '../../../../src/motion/life/blend.js';
import { BLINK_SECONDS, blinkWeight } from '../../../../src/motion/life/blink.js';
import { LifeMotion } from '../../../../src/motion/life/life-motion.js';
import { noise, sway } from '../../../../src/motion/life/noise.js';
import { createRandom, gaussian } from '../../../../src/motion/life/random.js';
import { CHANNEL_INDEX as C, CHANNEL_COUNT } from '../../../../src/shared/contracts/channels.js';
import { DEFAULT_LIFE } from '../../../../src/shared/contracts/life-settings.js';

const STEP = 1 / 60;

function lived(seed: number, seconds: number, style: 'lively' | 'calm' = 'lively', step = STEP): Float32Array[] {
  const life = new LifeMotion(seed, { ...DEFAULT_LIFE, motionStyle: style });
  return Array.from({ length: Math.round(seconds / step) }, (_, i) => {
    const pose = new Float32Array(CHANNEL_COUNT);
    life.sample(i * step, pose);
    life.finish(pose);
    return pose;
  });
}

describe('random and noise', () => {
  it('repeats for a seed, is evenly spread and normally spread', () => {
    const a = createRandom(7);
    const b = createRandom(7);
    const values = Array.from({ length: 20000 }, () => a());
    for (const value of values.slice(0, 100)) assert.equal(b(), value);
    assert.approximately(values.reduce((s, x) => s + x, 0) / values.length, 0.5, 0.01);
    assert.isTrue(values.every((x) => x >= 0 && x < 1));
    const normal = Array.from({ length: 20000 }, () => gaussian(a));
    assert.approximately(normal.reduce((s, x) => s + x * x, 0) / normal.length, 1, 0.04);
  });

  it('is smooth, bounded and does not come back', () => {
    let previous = noise(0, 3);
    for (let x = 0; x < 200; x += 0.01) {
      const value = noise(x, 3);
      assert.isBelow(Math.abs(value - previous), 0.06);
      assert.isAtMost(Math.abs(value), 1.01);
      previous = value;
    }
    const curve = Array.from({ length: 6000 }, (_, i) => sway(i * 0.1, 5, 1));
    for (const shift of [250, 500, 655, 1310]) {
      let same = 0;
      for (let i = 0; i + shift < curve.length; i++) same += curve[i] * curve[i + shift];
      const power = curve.reduce((s, x) => s + x * x, 0);
      assert.isBelow(Math.abs(same / power), 0.35, `period of ${shift / 10} s`);
    }
  });
});

describe('blinks', () => {
  it('closes faster than it opens and ends where it began', () => {
    const weights = Array.from({ length: 33 }, (_, i) => blinkWeight(i / 100));
    const top = weights.indexOf(1);
    assert.isAbove(top, 4);
    assert.isBelow(top, 12);
    assert.equal(blinkWeight(0), 0);
    assert.equal(blinkWeight(BLINK_SECONDS), 0);
    assert.isBelow(Math.max(...weights.slice(1).map((w, i) => Math.abs(w - weights[i]))), 0.25);
  });
});

describe('LifeMotion', () => {
  it('is the same life at any frame rate, and another for another seed', () => {
    const coarse = lived(9, 30, 'lively', 1 / 30);
    const fine = lived(9, 30, 'lively', 1 / 120);
    for (let i = 0; i < coarse.length; i++) {
      const difference = coarse[i].reduce((most, value, c) => Math.max(most, Math.abs(value - fine[i * 4][c])), 0);
      assert.isAtMost(difference, 1e-5, `frame ${i}`);
    }
    assert.notDeepEqual(lived(10, 2), lived(9, 2));
  });

  it('keeps weights in range, the head within a few degrees and the mouth shut', () => {
    for (const pose of lived(2, 120)) {
      assert.isTrue(pose.subarray(0, 52).every((weight) => weight >= 0 && weight <= 1));
      assert.isTrue(pose.subarray(52, 55).every((radians) => Math.abs(radians) < 0.3));
      assert.isTrue(pose.subarray(55, 58).every((metres) => Math.abs(metres) < 0.01));
      assert.equal(pose[C.jawOpen], 0);
    }
  });

  it('looks around, moves slowly otherwise, and never freezes', () => {
    const poses = lived(3, 60);
    const turns = poses.filter((pose) => Math.abs(pose[C.eyeLookOutLeft] - pose[C.eyeLookInLeft]) > 0.12).length;
    assert.isAbove(turns / poses.length, 0.02);
    assert.isBelow(turns / poses.length, 0.5);
    for (let i = 1; i < poses.length; i++) {
      assert.isBelow(Math.abs(poses[i][C.headYaw] - poses[i - 1][C.headYaw]), 0.01);
    }
    for (let second = 0; second < 60; second++) {
      assert.notEqual(poses[second * 60][C.headPitch], poses[second * 60 + 59][C.headPitch]);
    }
  });

  it('only blinks when calm', () => {
    const poses = lived(3, 60, 'calm');
    assert.isTrue(poses.some((pose) => pose[C.eyeBlinkLeft] > 0.9));
    for (const pose of poses) {
      assert.isTrue(pose.every((value, c) => value === 0 || c === C.eyeBlinkLeft || c === C.eyeBlinkRight));
    }
  });
});

describe('blending speech and idle', () => {
  const speaking = (jaw: number): Float32Array => {
    const pose = new Float32Array(CHANNEL_COUNT);
    pose[C.jawOpen] = jaw;
    pose[C.headYaw] = 0.1;
    return pose;
  };
  const idle = new Float32Array(CHANNEL_COUNT);
  idle[C.mouthSmileLeft] = 0.1;
  idle[C.eyeBlinkLeft] = 0.8;
  idle[C.headYaw] = 0.02;

  it('takes shapes that open or shut the mouth away from life, all of them, and lets none part closed lips before', () => {
    const mood = new Float32Array(CHANNEL_COUNT);
    for (const name of ['jawOpen', 'mouthPressLeft', 'mouthFunnel', 'mouthUpperUpLeft', 'mouthLowerDownRight', 'mouthShrugLower'] as const)
      mood[C[name]] = 0.5;
    const out = new Float32Array(CHANNEL_COUNT);
    blendPose(mood, speaking(0.4), 1, out);
    assert.deepEqual([...out.subarray(14, 41)], [...speaking(0.4).subarray(14, 41)]);
    const closed = new Float32Array(CHANNEL_COUNT);
    closed[C.mouthPressLeft] = closed[C.mouthPressRight] = 0.8;
    blendPose(mood, closed, 0.3, out);
    assert.equal(out[C.jawOpen], 0);
    assert.equal(out[C.mouthUpperUpLeft], 0);
  });

  it('gives the mouth to speech, the blink to whoever blinks, and adds the head', () => {
    const out = new Float32Array(CHANNEL_COUNT);
    blendPose(idle, speaking(0.4), 1, out);
    assert.approximately(out[C.jawOpen], 0.4, 1e-6);
    assert.approximately(out[C.mouthSmileLeft], 0.06, 1e-6, 'corners keep a part');
    assert.approximately(out[C.eyeBlinkLeft], 0.8, 1e-6);
    assert.isAbove(out[C.headYaw], 0.1);
    blendPose(idle, speaking(0.4), 0, out);
    assert.deepEqual(out, idle);
  });

  it('takes up speech within 100 ms and is exactly on it then', () => {
    const blend = new SpeechBlend();
    const out = new Float32Array(CHANNEL_COUNT);
    for (let i = 0; i < 6; i++) blend.advance(STEP, speaking(0.5), idle, out);
    assert.isAbove(out[C.jawOpen], 0.4);
    for (let i = 0; i < 30; i++) blend.advance(STEP, speaking(0.5), idle, out);
    assert.approximately(out[C.jawOpen], 0.5, 0.001);
  });

  it('eases to rest when motion runs out and back when it returns, without a jolt', () => {
    const blend = new SpeechBlend();
    const out = new Float32Array(CHANNEL_COUNT);
    const jaws: number[] = [];
    for (let i = 0; i < 240; i++) {
      const isStarved = i >= 100 && i < 112;
      const speech = isStarved || i >= 180 ? null : speaking(0.35 + 0.25 * Math.sin(i * 0.3));
      blend.advance(STEP, speech, idle, out);
      jaws.push(out[C.jawOpen]);
    }
    const steps = jaws.slice(1).map((x, i) => x - jaws[i]);
    const ordinary = Math.max(...steps.slice(30, 99).map(Math.abs));
    assert.isBelow(Math.max(...steps.slice(99, 130).map(Math.abs)), 1.6 * ordinary);
    assert.isBelow(Math.max(...steps.slice(179).map(Math.abs)), 1.6 * ordinary);
    assert.isBelow(jaws[220], 0.005);
  });

  it('shuts the mouth within 30 ms of an interruption', () => {
    const blend = new SpeechBlend();
    const out = new Float32Array(CHANNEL_COUNT);
    for (let i = 0; i < 60; i++) blend.advance(STEP, speaking(0.6), idle, out);
    blend.cut();
    blend.advance(0.015, null, idle, out);
    blend.advance(0.015, null, idle, out);
    assert.equal(out[C.jawOpen], 0);
    // The next round starts from rest, not from the old pose.
    blend.advance(STEP, speaking(0.1), idle, out);
    assert.isAtMost(out[C.jawOpen], 0.1);
  });
});
