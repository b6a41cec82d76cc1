/**
 * Gaze: at the viewer or a given target, with small saccades over it, and glances aside.
 *
 * Gaze is a direction in the room. Eyes follow at once, the head contributes its share later and more slowly, and the eyes
 * compensate for other movements of the head (nods, sway, speech), as the vestibulo-ocular reflex does: eye = gaze − head.
 *
 * Angles in radians: yaw > 0 to the character's left, pitch > 0 down. Time only moves forward.
 */
import { CHANNEL_INDEX as C } from '../../shared/contracts/channels.js';
import { LOOK_SIDE, LOOK_UP_DOWN } from '../retarget/joints.js';
import { Glide } from './glide.js';
import type { Habits } from './moods.js';
import { createRandom, gaussian, type Random, variation } from './random.js';

const DEGREE = Math.PI / 180;

/** Main sequence: duration of a saccade by its size (Carpenter 1988). */
const SACCADE_SECONDS = 0.021;
const SACCADE_SECONDS_PER_DEGREE = 0.0022;
/** Size of a glance aside, degrees, for P even in 0..15 %, and how often in each direction from the right on, counterclockwise, %: Lee, Badler & Badler 2002. */
const glanceDegrees = (share: number): number => -6.9 * Math.log((share * 15 + 0.01) / 15.7);
const DIRECTION_SHARES = [15.54, 6.46, 17.69, 7.44, 16.8, 7.89, 20.38, 7.79];
const [SMALLEST_GLANCE, WIDEST_GLANCE] = [4, 24];
/** Glances scatter less if the mood gives them a direction. */
const DRAWN_SCATTER = 0.35;
/** Fixations on a face last a good half second. */
const FIXATION_SECONDS = 0.62;
const FIXATION_SPREAD = 0.5;
/** Most saccades during a fixation are microsaccades, a third of a degree wide (Martinez-Conde et al. 2004). */
const MICRO_SHARE = 0.55;
const MICRO_SIZE = 0.24 * DEGREE;
/** The partner's features as seen from a metre away: an eye, the other, the mouth. */
const FEATURES = [
  [-1.6, -0.5],
  [1.6, -0.5],
  [0, 2.4],
].map(([x, y]) => [x! * DEGREE, y! * DEGREE] as const);

/** A target that moves less than this in one step is pursued, otherwise a saccade follows. */
const PURSUIT_LIMIT = 3 * DEGREE;
const PURSUIT_SECONDS = 0.16;
const [WIDEST_TARGET_YAW, HIGHEST_TARGET] = [58 * DEGREE, 34 * DEGREE];
/** Comfortable rotation of an eye: the rest waits for the head. */
const WIDEST_EYE_YAW = 27 * DEGREE;
const WIDEST_EYE_PITCH = 20 * DEGREE;

/** Glances below about 15° are made by the eyes alone (Stahl 1999); the head turns to targets that are held for long. */
const HEAD_RANGE = 13 * DEGREE;
const HEAD_SHARE_INSIDE = 0.2;
const HEAD_SHARE_BEYOND = 0.65;
const HEAD_SHARE_OF_TARGET = 0.6;
/** It contributes less to looking up and down than to the sides (Goossens & Van Opstal 1997). */
const HEAD_PITCH_SHARE = 0.6;
/** Delay of the head after the eyes, and its duration by angle. */
const HEAD_LAG_SECONDS = 0.07;
const HEAD_SECONDS = 0.42;
const HEAD_SECONDS_PER_RADIAN = 0.9;

export class Gaze {
  /** Rotation of the head that accompanies the gaze. */
  headYaw = 0;
  headPitch = 0;
  private readonly random: Random;
  private readonly habits: Habits;
  private readonly handleShift: (seconds: number, degrees: number) => void;
  /** Direction of the target, and offset of the eyes from it. */
  private readonly targetYaw = new Glide(0);
  private readonly targetPitch = new Glide(0);
  private readonly glanceYaw = new Glide(0);
  private readonly glancePitch = new Glide(0);
  private readonly turnYaw = new Glide(0);
  private readonly turnPitch = new Glide(0);
  private yaw = 0;
  private pitch = 0;
  private nextSeconds: number;
  /** End of the present glance or contact. */
  private phaseEndSeconds: number;
  private isAway = false;
  /** Direction of a glance aside. */
  private asideYaw = 0;
  private asidePitch = 0;
  /** When the head follows; Infinity if it does not. */
  private headStartSeconds = Infinity;
  private isHeld = false;

  /**
   * @param habits Read at every decision.
   * @param handleShift Called when a gaze shift of this size begins.
   */
  constructor(seed: number, habits: Habits, handleShift: (seconds: number, degrees: number) => void) {
    this.random = createRandom(seed);
    this.habits = habits;
    this.handleShift = handleShift;
    this.nextSeconds = 0.5 + this.random();
    this.phaseEndSeconds = this.habits.contactSeconds * (0.4 + this.random());
  }

  /**
   * Sets the target.
   *
   * @param isHeld Gaze stays on it until it changes, without glances aside.
   */
  setTarget(yaw: number, pitch: number, isHeld: boolean, seconds: number): void {
    const goalYaw = limit(yaw, WIDEST_TARGET_YAW);
    const goalPitch = limit(pitch, HIGHEST_TARGET);
    const change = Math.hypot(goalYaw - this.targetYaw.goal, goalPitch - this.targetPitch.goal);
    if (isHeld && !this.isHeld && this.isAway) this.attend(seconds);
    this.isHeld = isHeld;
    if (change < 1e-4) return;
    const isJump = change > PURSUIT_LIMIT;
    const duration = isJump ? saccadeSeconds(change) : PURSUIT_SECONDS;
    this.targetYaw.to(goalYaw, seconds, duration);
    this.targetPitch.to(goalPitch, seconds, duration);
    if (isJump) this.handleShift(seconds, change / DEGREE);
    if (isJump || this.headStartSeconds === Infinity) this.headStartSeconds = seconds + (isJump ? HEAD_LAG_SECONDS : 0);
  }

  /** Looks at the target at once. */
  attend(seconds: number): void {
    this.isAway = false;
    this.phaseEndSeconds = seconds + this.habits.contactSeconds * variation(this.random, 0.5);
    this.jump(0, 0, seconds);
    this.nextSeconds = seconds + this.fixation();
  }

  /** Looks aside at once, as people do when they begin to speak. */
  avert(seconds: number): void {
    if (this.isHeld || this.isAway) return;
    this.phaseEndSeconds = seconds;
    this.nextSeconds = seconds;
  }

  /** @param seconds ≥ those of the call before. */
  advance(seconds: number): void {
    for (;;) {
      const next = Math.min(this.nextSeconds, this.headStartSeconds);
      if (next > seconds) break;
      if (this.headStartSeconds <= this.nextSeconds) this.turnHead(next);
      else this.decide(next);
    }
    this.yaw = this.targetYaw.at(seconds) + this.glanceYaw.at(seconds);
    this.pitch = this.targetPitch.at(seconds) + this.glancePitch.at(seconds);
    this.headYaw = this.turnYaw.at(seconds);
    this.headPitch = this.turnPitch.at(seconds);
  }

  /**
   * Sets the eyes of a finished pose: gaze minus the head's rotation, plus the look channels of the pose itself.
   *
   * @param share Weight of the gaze, 0 (eyes unchanged) .. 1.
   * @param out `[58]`
   */
  aim(out: Float32Array, share: number): void {
    const yaw = limit(this.yaw - out[C.headYaw], WIDEST_EYE_YAW) * share;
    const pitch = limit(this.pitch - out[C.headPitch], WIDEST_EYE_PITCH) * share;
    add(out, C.eyeLookOutLeft, C.eyeLookInLeft, yaw / LOOK_SIDE);
    add(out, C.eyeLookInRight, C.eyeLookOutRight, yaw / LOOK_SIDE);
    add(out, C.eyeLookDownLeft, C.eyeLookUpLeft, pitch / LOOK_UP_DOWN);
    add(out, C.eyeLookDownRight, C.eyeLookUpRight, pitch / LOOK_UP_DOWN);
  }

  private decide(seconds: number): void {
    const { random, habits } = this;
    if (seconds >= this.phaseEndSeconds && !this.isHeld) {
      this.isAway = !this.isAway;
      const mean = this.isAway ? habits.awaySeconds : habits.contactSeconds;
      this.phaseEndSeconds = seconds + mean * variation(random, 0.5);
      if (this.isAway) this.lookAside(seconds);
      else this.jump(0, 0, seconds);
    } else if (random() < MICRO_SHARE) {
      this.jump(this.glanceYaw.goal + MICRO_SIZE * gaussian(random), this.glancePitch.goal + MICRO_SIZE * gaussian(random), seconds);
    } else if (this.isAway) {
      // During a glance the eyes also move between details, sometimes to another target.
      if (random() < 0.35) this.lookAside(seconds);
      else this.jump(this.asideYaw + 2 * DEGREE * gaussian(random), this.asidePitch + 1.2 * DEGREE * gaussian(random), seconds);
    } else {
      const [x, y] = FEATURES[Math.floor(random() * FEATURES.length)];
      this.jump(x + 0.2 * DEGREE * gaussian(random), y + 0.2 * DEGREE * gaussian(random), seconds);
    }
    this.nextSeconds = seconds + this.fixation();
    // Contact and glance end at their own time, not at the next fixation.
    if (this.phaseEndSeconds > seconds) this.nextSeconds = Math.min(this.nextSeconds, this.phaseEndSeconds);
  }

  private lookAside(seconds: number): void {
    const { random, habits } = this;
    const size = Math.min(WIDEST_GLANCE, Math.max(SMALLEST_GLANCE, glanceDegrees(random()))) * DEGREE;
    const angle = (this.drawDirection() * Math.PI) / 4;
    const isDrawn = habits.awayYaw !== 0 || habits.awayPitch !== 0;
    const scatter = isDrawn ? DRAWN_SCATTER : 1;
    // The horizontal range of the eyes is larger than the vertical one.
    this.asideYaw = habits.awayYaw + scatter * size * -Math.cos(angle);
    this.asidePitch = habits.awayPitch + scatter * size * -0.7 * Math.sin(angle);
    this.jump(this.asideYaw, this.asidePitch, seconds);
  }

  private drawDirection(): number {
    let rest = this.random() * 99.99;
    let direction = 0;
    while (direction < 7 && rest > DIRECTION_SHARES[direction]) rest -= DIRECTION_SHARES[direction++];
    return direction;
  }

  private fixation(): number {
    return Math.max(0.18, FIXATION_SECONDS * variation(this.random, FIXATION_SPREAD));
  }

  private jump(yaw: number, pitch: number, seconds: number): void {
    const size = Math.hypot(yaw - this.glanceYaw.at(seconds), pitch - this.glancePitch.at(seconds));
    this.glanceYaw.to(yaw, seconds, saccadeSeconds(size));
    this.glancePitch.to(pitch, seconds, saccadeSeconds(size));
    this.handleShift(seconds, size / DEGREE);
    if (size > PURSUIT_LIMIT) this.headStartSeconds = seconds + HEAD_LAG_SECONDS;
  }

  private turnHead(seconds: number): void {
    const yaw = HEAD_SHARE_OF_TARGET * this.targetYaw.goal + headShareOf(this.glanceYaw.goal);
    const pitch = HEAD_PITCH_SHARE * (HEAD_SHARE_OF_TARGET * this.targetPitch.goal + headShareOf(this.glancePitch.goal));
    const way = Math.hypot(yaw - this.turnYaw.at(seconds), pitch - this.turnPitch.at(seconds));
    const duration = HEAD_SECONDS + HEAD_SECONDS_PER_RADIAN * way;
    this.turnYaw.to(yaw, seconds, duration);
    this.turnPitch.to(pitch, seconds, duration);
    this.headStartSeconds = Infinity;
  }
}

/** Rotation of the head for a glance of this angle. */
function headShareOf(angle: number): number {
  const beyond = Math.max(0, Math.abs(angle) - HEAD_RANGE);
  return HEAD_SHARE_INSIDE * angle + Math.sign(angle) * (HEAD_SHARE_BEYOND - HEAD_SHARE_INSIDE) * beyond;
}

function saccadeSeconds(size: number): number {
  return SACCADE_SECONDS + (SACCADE_SECONDS_PER_DEGREE * size) / DEGREE;
}

function limit(value: number, most: number): number {
  return Math.min(most, Math.max(-most, value));
}

/** Adds `value` to one of two opposite channels by its sign. */
function add(out: Float32Array, positive: number, negative: number, value: number): void {
  const sum = out[positive] - out[negative] + value;
  out[positive] = sum > 0 ? Math.min(1, sum) : 0;
  out[negative] = sum < 0 ? Math.min(1, -sum) : 0;
}
