import { describe, it, assert } from '#test';
import { CHANNEL_COUNT, CHANNEL_INDEX as C } from '../../../../src/shared/channels.js';
import { blendPose, SpeechBlend } from '../../../../src/motion/life/blend.js';
import { BLINK_SECONDS, BlinkSchedule, blinkWeight } from '../../../../src/motion/life/blink.js';
import { IdleMotion } from '../../../../src/motion/life/idle-motion.js';
import { noise, sway } from '../../../../src/motion/life/noise.js';
import { createRandom, gaussian } from '../../../../src/motion/life/random.js';

const STEP = 1 / 60;

function life(seed: number, seconds: number, style: 'lively' | 'calm' = 'lively', step = STEP): Float32Array[] {
  const idle = new IdleMotion(seed, style);
  return Array.from({ length: Math.round(seconds / step) }, (_, i) => {
    const pose = new Float32Array(CHANNEL_COUNT);
    idle.sample(i * step, pose);
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
      for (let i = 0; i + shift < curve.length; i++) same += curve[i]! * curve[i + shift]!;
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
    assert.isBelow(Math.max(...weights.slice(1).map((w, i) => Math.abs(w - weights[i]!))), 0.25);
  });

  it('comes as often as people blink, never regularly', () => {
    const schedule = new BlinkSchedule(5);
    const starts: number[] = [];
    let wasOpen = true;
    for (let t = 0; t < 1200; t += 0.01) {
      const isOpen = schedule.sample(t) < 0.5;
      if (wasOpen && !isOpen) starts.push(t);
      wasOpen = isOpen;
    }
    const perMinute = starts.length / 20;
    assert.isAtLeast(perMinute, 10);
    assert.isAtMost(perMinute, 24);
    const intervals = starts.slice(1).map((t, i) => t - starts[i]!);
    const mean = intervals.reduce((s, x) => s + x, 0) / intervals.length;
    const deviation = Math.sqrt(intervals.reduce((s, x) => s + (x - mean) ** 2, 0) / intervals.length);
    assert.isAbove(deviation / mean, 0.4);
  });
});

describe('IdleMotion', () => {
  it('is the same life at any frame rate, and another for another seed', () => {
    const coarse = life(9, 30, 'lively', 1 / 30);
    const fine = life(9, 30, 'lively', 1 / 120);
    for (let i = 0; i < coarse.length; i++) {
      for (let c = 0; c < CHANNEL_COUNT; c++) assert.approximately(coarse[i]![c]!, fine[i * 4]![c]!, 1e-5, `frame ${i}`);
    }
    assert.notDeepEqual(life(10, 2), life(9, 2));
  });

  it('begins anew when time runs backwards', () => {
    const idle = new IdleMotion(4);
    const first = new Float32Array(CHANNEL_COUNT);
    const again = new Float32Array(CHANNEL_COUNT);
    idle.sample(3.3, first);
    idle.sample(50, again);
    idle.sample(3.3, again);
    assert.deepEqual(again, first);
  });

  it('keeps weights in range, the head within a few degrees and the mouth shut', () => {
    for (const pose of life(2, 120)) {
      for (let c = 0; c < 52; c++) assert.isTrue(pose[c]! >= 0 && pose[c]! <= 1);
      for (let c = 52; c < 55; c++) assert.isBelow(Math.abs(pose[c]!), 0.16);
      for (let c = 55; c < 58; c++) assert.isBelow(Math.abs(pose[c]!), 0.01);
      assert.equal(pose[C.jawOpen], 0);
    }
  });

  it('looks around, moves slowly otherwise, and never freezes', () => {
    const poses = life(3, 60);
    const turns = poses.filter((pose) => Math.abs(pose[C.eyeLookOutLeft]! - pose[C.eyeLookInLeft]!) > 0.12).length;
    assert.isAbove(turns / poses.length, 0.02);
    assert.isBelow(turns / poses.length, 0.5);
    for (let i = 1; i < poses.length; i++) {
      assert.isBelow(Math.abs(poses[i]![C.headYaw]! - poses[i - 1]![C.headYaw]!), 0.004);
    }
    for (let second = 0; second < 60; second++) {
      assert.notEqual(poses[second * 60]![C.headPitch], poses[second * 60 + 59]![C.headPitch]);
    }
  });

  it('only blinks when calm', () => {
    const poses = life(3, 60, 'calm');
    assert.isTrue(poses.some((pose) => pose[C.eyeBlinkLeft]! > 0.9));
    for (const pose of poses) {
      pose.forEach((value, c) => assert.isTrue(value === 0 || c === C.eyeBlinkLeft || c === C.eyeBlinkRight));
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

  it('gives the mouth to speech, the blink to whoever blinks, and adds the head', () => {
    const out = new Float32Array(CHANNEL_COUNT);
    blendPose(idle, speaking(0.4), 1, out);
    assert.approximately(out[C.jawOpen]!, 0.4, 1e-6);
    assert.equal(out[C.mouthSmileLeft], 0);
    assert.approximately(out[C.eyeBlinkLeft]!, 0.8, 1e-6);
    assert.isAbove(out[C.headYaw]!, 0.1);
    blendPose(idle, speaking(0.4), 0, out);
    assert.deepEqual(out, idle);
  });

  it('takes up speech within 100 ms and is exactly on it then', () => {
    const blend = new SpeechBlend();
    const out = new Float32Array(CHANNEL_COUNT);
    for (let i = 0; i < 6; i++) blend.advance(STEP, speaking(0.5), idle, out);
    assert.isAbove(out[C.jawOpen]!, 0.4);
    for (let i = 0; i < 30; i++) blend.advance(STEP, speaking(0.5), idle, out);
    assert.approximately(out[C.jawOpen]!, 0.5, 0.001);
  });

  it('eases to rest when motion runs out and back when it returns, without a jolt', () => {
    const blend = new SpeechBlend();
    const out = new Float32Array(CHANNEL_COUNT);
    const jaws: number[] = [];
    for (let i = 0; i < 240; i++) {
      const isStarved = i >= 100 && i < 112;
      const speech = isStarved || i >= 180 ? null : speaking(0.35 + 0.25 * Math.sin(i * 0.3));
      blend.advance(STEP, speech, idle, out);
      jaws.push(out[C.jawOpen]!);
    }
    const steps = jaws.slice(1).map((x, i) => x - jaws[i]!);
    const ordinary = Math.max(...steps.slice(30, 99).map(Math.abs));
    assert.isBelow(Math.max(...steps.slice(99, 130).map(Math.abs)), 1.6 * ordinary);
    assert.isBelow(Math.max(...steps.slice(179).map(Math.abs)), 1.6 * ordinary);
    assert.isBelow(jaws[220]!, 0.005);
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
    assert.isAtMost(out[C.jawOpen]!, 0.1);
  });
});
