import { assert, describe, it } from '#test';
import { SpeechBlend } from '../../../../src/motion/life/blend.js';
import { Glide } from '../../../../src/motion/life/glide.js';
import { LifeMotion } from '../../../../src/motion/life/life-motion.js';
import { ARKIT_CHANNELS, CHANNEL_INDEX as C, CHANNEL_COUNT, CHANNELS } from '../../../../src/shared/contracts/channels.js';
import { DEFAULT_LIFE, type LifeSettings } from '../../../../src/shared/contracts/life-settings.js';

/** Lids and eyes are meant to jump, as fast as lids and eyes do; the lips are speech's. */
const MAY_JUMP = /^eye(Blink|Look|Wide|Squint)/;
const STEADY = CHANNELS.filter((name) => !MAY_JUMP.test(name)).map((name) => C[name]);

/** Speech with head and brows, at rest at both ends. */
function speechAt(seconds: number, duration: number): Float32Array {
  const pose = new Float32Array(CHANNEL_COUNT);
  const envelope = Math.sin(Math.PI * Math.min(1, seconds / duration)) ** 2;
  pose[C.jawOpen] = envelope * (0.3 + 0.2 * Math.sin(seconds * 19));
  pose[C.mouthFunnel] = envelope * 0.2 * (1 + Math.sin(seconds * 11));
  pose[C.browInnerUp] = 0.25 * (1 + Math.sin(seconds * 4));
  pose[C.headYaw] = 0.08 * Math.sin(seconds * 2.2);
  pose[C.headPitch] = 0.06 * Math.sin(seconds * 5.1);
  return pose;
}

/**
 * Largest change of speed from one frame to the next, a second, over all channels that must not jump, while everything changes: moods,
 * gaze, listening, speech that begins, ends and breaks off in mid-movement, and stillness.
 */
function roughness(framesPerSecond: number): { worst: number; channel: string; seconds: number } {
  const life = new LifeMotion(12);
  const blend = new SpeechBlend();
  const settings: LifeSettings = { ...DEFAULT_LIFE };
  const change = (changes: Partial<LifeSettings>): void => life.set(Object.assign(settings, changes));
  const script: [number, () => void][] = [
    [1, () => change({ mood: 'happy' })],
    [1.2, () => change({ mood: 'angry', moodIntensity: 0.8 })],
    [2, () => life.lookAt({ yaw: 0.6, pitch: -0.3, isHeld: true })],
    [2.15, () => life.lookAt({ yaw: -0.5, pitch: 0.2, isHeld: true })],
    [3, () => change({ isListening: true })],
    [4, () => life.lookAt({ yaw: 0, pitch: 0, isHeld: false })],
    [4.9, () => change({ mood: 'surprised', moodIntensity: 1 })],
    [5.5, () => change({ isListening: false })],
    [8.3, () => change({ mood: 'sad' })],
    [12, () => change({ motionStyle: 'calm' })],
    [12.2, () => change({ motionStyle: 'lively', mood: 'neutral' })],
    [14, () => change({ gaze: 'free' })],
  ];
  const poses: Float32Array[] = [];
  for (let frame = 0; frame < 16 * framesPerSecond; frame++) {
    const seconds = frame / framesPerSecond;
    while (script[0] && script[0][0] <= seconds) script.shift()![1]();
    // Two speeches; the second has a hole in its middle.
    const isFirst = seconds >= 5 && seconds < 7.7;
    const isSecond = seconds >= 9 && seconds < 11.3 && !(seconds > 10 && seconds < 10.2);
    const speech = isFirst ? speechAt(seconds - 5, 3) : isSecond ? speechAt(seconds - 9, 2.6) : null;
    life.setSpeaking(speech !== null);
    const pose = new Float32Array(CHANNEL_COUNT);
    life.sample(seconds, pose);
    blend.advance(1 / framesPerSecond, speech, pose, pose, life.liveliness);
    life.finish(pose);
    poses.push(pose);
  }
  let found = { worst: 0, channel: '', seconds: 0 };
  for (let i = 2; i < poses.length; i++) {
    for (const channel of STEADY) {
      const bend = Math.abs(poses[i][channel] - 2 * poses[i - 1][channel] + poses[i - 2][channel]) * framesPerSecond;
      if (bend > found.worst) found = { worst: bend, channel: CHANNELS[channel], seconds: i / framesPerSecond };
    }
  }
  return found;
}

describe('life without a pop', () => {
  it('a glide goes on from place, speed and acceleration of what it interrupts and ends at rest on its goal', () => {
    const glide = new Glide(0.2);
    const at = (seconds: number): number => glide.at(seconds);
    glide.to(1, 0, 0.5);
    const h = 1e-4;
    const before = [at(0.2), (at(0.2 + h) - at(0.2 - h)) / (2 * h), (at(0.2 + h) - 2 * at(0.2) + at(0.2 - h)) / h ** 2];
    glide.to(-0.5, 0.2, 0.7);
    assert.approximately(at(0.2), before[0], 1e-12);
    assert.approximately((at(0.2 + h) - at(0.2)) / h, before[1], 2e-3);
    assert.approximately((at(0.2 + 2 * h) - 2 * at(0.2 + h) + at(0.2)) / h ** 2, before[2], 0.2);
    assert.approximately(at(0.9), -0.5, 1e-9);
    assert.approximately((at(0.9) - at(0.9 - h)) / h, 0, 1e-3);
    assert.equal(at(50), -0.5);
  });

  it('no speed jumps when mood, gaze, listening and speech begin, change, break off and end', () => {
    // A jump of speed stays as large however finely it is looked at; a bend shrinks with the step.
    const coarse = roughness(60);
    const fine = roughness(480);
    assert.isBelow(fine.worst, 0.45 * coarse.worst, JSON.stringify({ coarse, fine }));
    assert.isBelow(fine.worst, 1.6, JSON.stringify(fine));
  });

  it('a mood is there within 600 ms and never beyond itself', () => {
    for (const mood of ['happy', 'angry', 'surprised'] as const) {
      const life = new LifeMotion(2, { ...DEFAULT_LIFE, motionStyle: 'calm' });
      const pose = new Float32Array(CHANNEL_COUNT);
      life.sample(1, pose);
      life.set({ ...DEFAULT_LIFE, motionStyle: 'calm', mood, moodIntensity: 0.7 });
      const series = Array.from({ length: 120 }, (_, i) => {
        life.sample(1 + i / 100, pose);
        return Float32Array.from(pose);
      });
      const final = series.at(-1)!;
      const strongest = final.indexOf(Math.max(...final.filter((_, channel) => !/^eyeBlink/.test(CHANNELS[channel]))));
      const share = series.map((frame) => frame[strongest] / final[strongest]);
      assert.isBelow(share[5], 0.1, 'it sets out softly');
      assert.isAbove(share[40], 0.8);
      assert.approximately(share[60], 1, 1e-4);
      share.forEach((value) => assert.isBelow(value, 1.0001));
    }
  });
});

describe('calm', () => {
  it('keeps lips and blinks of life and speech only, and a mood as a still face', () => {
    const life = new LifeMotion(3, { ...DEFAULT_LIFE, motionStyle: 'calm', isListening: true, gaze: 'free' });
    const blend = new SpeechBlend();
    const pose = new Float32Array(CHANNEL_COUNT);
    const isKept = (name: string): boolean => /^(mouth|jaw|cheekPuff|tongue|eyeBlink)/.test(name);
    let blinked = false;
    let spoke = false;
    for (let frame = 0; frame < 3600; frame++) {
      if (frame === 600) life.lookAt({ yaw: 0.5, pitch: 0.2, isHeld: true });
      life.sample(frame / 60, pose);
      blend.advance(1 / 60, frame > 1200 && frame < 1400 ? speechAt((frame - 1200) / 60, 4) : null, pose, pose, life.liveliness);
      life.finish(pose);
      assert.equal(life.breath, 0);
      CHANNELS.forEach((name, channel) => assert.isTrue(isKept(name) || pose[channel] === 0, name));
      blinked ||= pose[C.eyeBlinkLeft] > 0.9;
      spoke ||= pose[C.jawOpen] > 0.3;
    }
    assert.isTrue(blinked && spoke);

    life.set({ ...DEFAULT_LIFE, motionStyle: 'calm', mood: 'happy' });
    for (let frame = 3600; frame < 3700; frame++) life.sample(frame / 60, pose);
    const still = Float32Array.from(pose);
    assert.isAbove(still[C.mouthSmileLeft], 0.5);
    for (let frame = 3700; frame < 4300; frame++) {
      life.sample(frame / 60, pose);
      ARKIT_CHANNELS.forEach((name, channel) =>
        assert.isTrue(/^eyeBlink/.test(name) || Math.abs(pose[channel] - still[channel]) < 1e-6, name),
      );
      for (let channel = C.headPitch; channel < CHANNEL_COUNT; channel++) assert.equal(pose[channel], 0);
    }
  });
});
