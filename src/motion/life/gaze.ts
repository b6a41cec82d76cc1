import { CHANNEL_INDEX as C } from '../../shared/channels.js';
import { createRandom, gaussian, type Random } from './random.js';

/** Rotation of an eye that the eyeLook shapes show at weight 1, radians. */
const YAW_AT_FULL = 0.52;
const PITCH_AT_FULL = 0.44;
/** While listening people look at the partner three quarters of the time (Argyle & Cook 1976). */
const AWAY_SHARE = 0.22;
/** A head turns along with a glance that is wide enough, by this share of it, and late. */
const HEAD_SHARE = 0.22;
const HEAD_SECONDS = 0.35;

/**
 * Where the eyes look: fixations on the partner with tiny saccades between the partner's features, and now and then a glance
 * aside. Eyes jump as fast as eyes do (main sequence: 21 ms + 2.2 ms a degree, Carpenter 1988). Time only moves forward.
 */
export class Gaze {
  /** Turn of the head that follows the eyes, radians, axes as in `HEAD_CHANNELS`. */
  headYaw = 0;
  headPitch = 0;
  private readonly random: Random;
  private fromYaw = 0;
  private fromPitch = 0;
  private toYaw = 0;
  private toPitch = 0;
  private yaw = 0;
  private pitch = 0;
  private jumpSeconds = 0;
  private jumpDuration = 0.03;
  private nextSeconds: number;
  private isAway = false;
  private aimYaw = 0;
  private aimPitch = 0;
  private headSeconds = 0;

  constructor(seed: number) {
    this.random = createRandom(seed);
    this.nextSeconds = 0.6 + this.random();
  }

  /** @param seconds ≥ those of the call before. */
  advance(seconds: number): void {
    while (seconds >= this.nextSeconds) {
      this.followWithHead(this.nextSeconds);
      this.settle(this.nextSeconds);
      this.jump(this.nextSeconds);
    }
    this.followWithHead(seconds);
    this.settle(seconds);
  }

  /** Writes the eyes' channels. */
  write(out: Float32Array): void {
    const left = Math.max(0, this.yaw) / YAW_AT_FULL;
    const right = Math.max(0, -this.yaw) / YAW_AT_FULL;
    const up = Math.max(0, -this.pitch) / PITCH_AT_FULL;
    const down = Math.max(0, this.pitch) / PITCH_AT_FULL;
    out[C.eyeLookOutLeft] = left;
    out[C.eyeLookInRight] = left;
    out[C.eyeLookInLeft] = right;
    out[C.eyeLookOutRight] = right;
    out[C.eyeLookUpLeft] = up;
    out[C.eyeLookUpRight] = up;
    out[C.eyeLookDownLeft] = down;
    out[C.eyeLookDownRight] = down;
  }

  private settle(seconds: number): void {
    const x = Math.min(1, Math.max(0, (seconds - this.jumpSeconds) / this.jumpDuration));
    const eased = x * x * (3 - 2 * x);
    // The head's share is taken off the eyes again: they stay on their aim while it turns.
    this.yaw = this.fromYaw + (this.toYaw - this.fromYaw) * eased - this.headYaw;
    this.pitch = this.fromPitch + (this.toPitch - this.fromPitch) * eased - this.headPitch;
  }

  private followWithHead(seconds: number): void {
    const share = 1 - Math.exp(-(seconds - this.headSeconds) / HEAD_SECONDS);
    this.headSeconds = seconds;
    this.headYaw += (HEAD_SHARE * this.aimYaw - this.headYaw) * share;
    this.headPitch += (HEAD_SHARE * this.aimPitch - this.headPitch) * share;
  }

  private jump(seconds: number): void {
    const { random } = this;
    if (this.isAway) {
      this.isAway = false;
      this.aimYaw = 0;
      this.aimPitch = 0;
    } else if (random() < AWAY_SHARE) {
      this.isAway = true;
      this.aimYaw = (random() < 0.5 ? -1 : 1) * (0.1 + 0.16 * random());
      this.aimPitch = random() < 0.6 ? 0.02 + 0.07 * random() : -0.03 - 0.08 * random();
    }
    this.fromYaw = this.toYaw;
    this.fromPitch = this.toPitch;
    // Eyes and mouth of a partner a metre away lie about 3° apart.
    this.toYaw = this.aimYaw + 0.018 * gaussian(random);
    this.toPitch = this.aimPitch + 0.014 * gaussian(random);
    const degrees = Math.hypot(this.toYaw - this.fromYaw, this.toPitch - this.fromPitch) * (180 / Math.PI);
    this.jumpSeconds = seconds;
    this.jumpDuration = 0.021 + 0.0022 * degrees;
    this.nextSeconds = seconds + (this.isAway ? 0.5 + 0.9 * random() : 0.35 + 2.1 * random() * random() + 0.2 * random());
  }
}
