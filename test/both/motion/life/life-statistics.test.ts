import { assert, describe, it } from '#test';
import { LifeMotion } from '../../../../src/motion/life/life-motion.js';
import { eyeRotation } from '../../../../src/motion/retarget/joints.js';
import { CHANNEL_INDEX as C, CHANNEL_COUNT } from '../../../../src/shared/contracts/channels.js';
import { DEFAULT_LIFE, type LifeSettings } from '../../../../src/shared/contracts/life-settings.js';

const MINUTES = 10;
const STEP = 1 / 200;
const DEGREES = 180 / Math.PI;

interface Saccade {
  degrees: number;
  seconds: number;
  /** Degrees a second. */
  peak: number;
}

interface Life {
  /** When each blink began, s; how long it took, s; how far it closed, 0..1. */
  blinks: { start: number; seconds: number; depth: number }[];
  saccades: Saccade[];
  /** Share of the time on the viewer. */
  contact: number;
  /** Degrees, all frames. */
  gaze: { yaw: number; pitch: number; headYaw: number }[];
}

/** Ten minutes of life, measured on the finished poses alone. */
function tenMinutes(settings: Partial<LifeSettings> = {}, isSpeaking = false, seed = 5): Life {
  const life = new LifeMotion(seed, { ...DEFAULT_LIFE, ...settings });
  life.setSpeaking(isSpeaking);
  const pose = new Float32Array(CHANNEL_COUNT);
  const result: Life = { blinks: [], saccades: [], contact: 0, gaze: [] };
  const frames = Math.round((MINUTES * 60) / STEP);
  let closed: { start: number; seconds: number; depth: number } | null = null;
  for (let frame = 0; frame < frames; frame++) {
    life.sample(frame * STEP, pose);
    // A lowered gaze lowers the lid: blinks are counted before that.
    const lid = pose[C.eyeBlinkLeft];
    life.finish(pose);
    if (lid > 0.02) {
      closed ??= { start: frame * STEP, seconds: 0, depth: 0 };
      closed.seconds += STEP;
      closed.depth = Math.max(closed.depth, lid);
    } else if (closed) {
      result.blinks.push(closed);
      closed = null;
    }
    const eye = eyeRotation(pose, 'leftEye');
    const headYaw = pose[C.headYaw] * DEGREES;
    result.gaze.push({ yaw: eye.yaw * DEGREES + headYaw, pitch: (eye.pitch + pose[C.headPitch]) * DEGREES, headYaw });
  }
  result.saccades = saccadesIn(result.gaze);
  result.contact = result.gaze.filter(({ yaw, pitch }) => Math.hypot(yaw, pitch) < 4).length / frames;
  return result;
}

/** Gaze faster than 10° a second is a saccade. */
function saccadesIn(gaze: Life['gaze']): Saccade[] {
  const saccades: Saccade[] = [];
  let start = -1;
  let peak = 0;
  for (let i = 1; i < gaze.length; i++) {
    const speed = Math.hypot(gaze[i].yaw - gaze[i - 1].yaw, gaze[i].pitch - gaze[i - 1].pitch) / STEP;
    if (speed > 10) {
      if (start < 0) start = i - 1;
      peak = Math.max(peak, speed);
    } else if (start >= 0) {
      const degrees = Math.hypot(gaze[i - 1].yaw - gaze[start].yaw, gaze[i - 1].pitch - gaze[start].pitch);
      saccades.push({ degrees, seconds: (i - 1 - start) * STEP, peak });
      start = -1;
      peak = 0;
    }
  }
  return saccades;
}

const quantile = (values: number[], share: number): number => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)];
const perMinute = ({ blinks }: Life): number => blinks.length / MINUTES;

const rest = tenMinutes();

describe('ten minutes of blinks', () => {
  it('come as often as those of people at rest, more while speaking, fewer while listening', () => {
    for (const seed of [1, 2, 3]) {
      const rate = perMinute(tenMinutes({}, false, seed));
      assert.isAtLeast(rate, 12);
      assert.isAtMost(rate, 21);
    }
    const speaking = perMinute(tenMinutes({}, true));
    assert.isAtLeast(speaking, 18);
    assert.isAtMost(speaking, 30);
    const listening = perMinute(tenMinutes({ isListening: true }));
    assert.isAtLeast(listening, 8);
    assert.isBelow(listening, perMinute(rest));
  });

  it('are as irregular as those of people: log-normal intervals, doubles, long pauses', () => {
    const intervals = rest.blinks.slice(1).map(({ start }, i) => start - rest.blinks[i].start);
    const logs = intervals.filter((interval) => interval > 0.6).map(Math.log);
    const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length;
    const spread = Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / logs.length);
    assert.isAtLeast(spread, 0.4);
    assert.isAtMost(spread, 0.9);
    const doubles = intervals.filter((interval) => interval < 0.6).length / intervals.length;
    assert.isAtLeast(doubles, 0.03);
    assert.isAtMost(doubles, 0.2);
    assert.isAbove(Math.max(...intervals), 7);
  });

  it('take 150 to 450 ms, and some do not close the eye', () => {
    const full = rest.blinks.filter(({ depth }) => depth > 0.98);
    assert.isAtLeast(
      quantile(
        full.map(({ seconds }) => seconds),
        0.02,
      ),
      0.15,
    );
    assert.isAtMost(
      quantile(
        full.map(({ seconds }) => seconds),
        0.98,
      ),
      0.45,
    );
    const partial = 1 - full.length / rest.blinks.length;
    assert.isAtLeast(partial, 0.04);
    assert.isAtMost(partial, 0.25);
  });

  it('go with wide gaze shifts far more often than chance', () => {
    const free = tenMinutes({ gaze: 'free' });
    const near = (seconds: number): boolean => free.blinks.some(({ start }) => Math.abs(start - seconds) < 0.08);
    let wide = 0;
    let blinked = 0;
    for (let i = 20; i < free.gaze.length; i++) {
      const shift = Math.hypot(free.gaze[i].yaw - free.gaze[i - 20].yaw, free.gaze[i].pitch - free.gaze[i - 20].pitch);
      if (shift < 14) continue;
      wide++;
      if (near((i - 10) * STEP)) blinked++;
      i += 60;
    }
    assert.isAbove(wide, 20);
    assert.isAbove(blinked / wide, 0.25);
  });

  it('are slow and heavy in a sleepy mood and rare in an angry one', () => {
    const sleepy = new LifeMotion(3, { ...DEFAULT_LIFE, mood: 'sleepy' });
    const pose = new Float32Array(CHANNEL_COUNT);
    let closedFrames = 0;
    for (let frame = 0; frame < 60 * 60; frame++) {
      sleepy.sample(frame / 60, pose);
      if (frame > 60) assert.isAbove(pose[C.eyeBlinkLeft], 0.3);
      if (pose[C.eyeBlinkLeft] > 0.9) closedFrames++;
    }
    assert.isAbove(closedFrames, 120);
    assert.isBelow(perMinute(tenMinutes({ mood: 'angry' })), 0.8 * perMinute(rest));
  });
});

describe('ten minutes of gaze', () => {
  it('jump as eyes do: one to three saccades a second, the most of them tiny, along the main sequence', () => {
    const { saccades } = rest;
    const rate = saccades.length / (MINUTES * 60);
    assert.isAtLeast(rate, 1);
    assert.isAtMost(rate, 3);
    const sizes = saccades.map(({ degrees }) => degrees);
    assert.isBelow(quantile(sizes, 0.4), 1);
    assert.isAbove(quantile(sizes, 0.99), 10);
    assert.isBelow(Math.max(...sizes), 40);
    for (const { degrees, seconds, peak } of saccades.filter((saccade) => saccade.degrees > 2)) {
      assert.approximately(seconds, 0.021 + 0.0022 * degrees, 0.03, `${degrees}°`);
      // Peak speed is 1.9 of the mean in a curve of least jerk; people reach 400 to 500°/s at 15°.
      assert.isBelow(peak, 750, `${degrees}°`);
    }
  });

  it('rest on the viewer most of the time, longer while listening, less while speaking or thinking', () => {
    const [speaking, listening, thinking, free] = [
      tenMinutes({}, true),
      tenMinutes({ isListening: true }),
      tenMinutes({ mood: 'thinking' }),
      tenMinutes({ gaze: 'free' }),
    ];
    assert.isAtLeast(rest.contact, 0.75);
    assert.isAbove(listening.contact, 0.92);
    assert.isBelow(speaking.contact, rest.contact);
    assert.isAbove(speaking.contact, 0.65);
    assert.isBelow(thinking.contact, 0.5);
    assert.isBelow(free.contact, 0.65);
    const away = thinking.gaze.filter(({ yaw, pitch }) => Math.hypot(yaw, pitch) > 8);
    assert.isAbove(away.filter(({ yaw, pitch }) => yaw > 0 && pitch < 0).length / away.length, 0.8, 'up and aside');
  });

  it('are kept by the eyes while the head moves for other reasons', () => {
    const life = new LifeMotion(4);
    const pose = new Float32Array(CHANNEL_COUNT);
    for (let frame = 0; frame < 30; frame++) life.sample(frame / 60, pose);
    const directions = [-0.15, 0, 0.15].map((turn) => {
      const turned = Float32Array.from(pose);
      turned[C.headYaw] += turn;
      turned[C.headPitch] += turn / 2;
      life.finish(turned);
      const eye = eyeRotation(turned, 'rightEye');
      return { yaw: eye.yaw + turned[C.headYaw], pitch: eye.pitch + turned[C.headPitch] };
    });
    for (const { yaw, pitch } of directions) {
      assert.approximately(yaw, directions[0].yaw, 1e-5);
      assert.approximately(pitch, directions[0].pitch, 1e-5);
    }
  });

  it('shift with the eyes first, the head later and only its share, and hold what was pointed at', () => {
    const life = new LifeMotion(6);
    const pose = new Float32Array(CHANNEL_COUNT);
    const target = 35 / DEGREES;
    let eyeStart = Number.NaN;
    let headStart = Number.NaN;
    let baseHead = 0;
    let baseEye = 0;
    for (let frame = 0; frame < 1200; frame++) {
      const seconds = frame / 240;
      if (frame === 480) life.lookAt({ yaw: target, pitch: 0, isHeld: true });
      life.sample(seconds, pose);
      life.finish(pose);
      const eye = eyeRotation(pose, 'leftEye').yaw;
      if (frame <= 480) [baseHead, baseEye] = [pose[C.headYaw], eye];
      else {
        if (Number.isNaN(eyeStart) && eye - baseEye > 0.03) eyeStart = seconds;
        if (Number.isNaN(headStart) && pose[C.headYaw] - baseHead > 0.03) headStart = seconds;
      }
    }
    assert.isBelow(eyeStart, 2.05);
    assert.isAbove(headStart - eyeStart, 0.04);
    assert.isBelow(headStart - eyeStart, 0.3);
    assert.isAbove(pose[C.headYaw], 0.4 * target);
    assert.isBelow(pose[C.headYaw], 0.85 * target);
    const eye = eyeRotation(pose, 'leftEye');
    assert.approximately((eye.yaw + pose[C.headYaw]) * DEGREES, 35, 4);
  });
});

describe('listening', () => {
  it('nods, in bursts, down and back', () => {
    const pitches = (isListening: boolean): number[] => {
      const life = new LifeMotion(8, { ...DEFAULT_LIFE, isListening });
      const pose = new Float32Array(CHANNEL_COUNT);
      return Array.from({ length: 60 * 60 }, (_, frame) => {
        life.sample(frame / 60, pose);
        return pose[C.headPitch];
      });
    };
    // A nod is down and back by more than 1.5° within a second.
    const nods = (pitch: number[]): number => {
      let count = 0;
      for (let i = 30; i < pitch.length - 30; i++) {
        const top = Math.max(Math.min(...pitch.slice(i - 30, i)), Math.min(...pitch.slice(i, i + 30)));
        const isPeak = pitch[i] >= Math.max(...pitch.slice(i - 6, i + 7));
        if (isPeak && (pitch[i] - top) * DEGREES > 1.5) count++;
      }
      return count;
    };
    const listening = nods(pitches(true));
    assert.isAtLeast(listening, 8);
    assert.isAtMost(listening, 45);
    assert.isBelow(nods(pitches(false)), 3);
  });
});
