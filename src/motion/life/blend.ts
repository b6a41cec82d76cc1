import { ARKIT_CHANNELS, ARKIT_CHANNEL_COUNT, CHANNEL_COUNT, CHANNEL_INDEX as C } from '../../shared/channels.js';

/** Speech and idle share the brows and lids; idle steps back to this part while somebody speaks. */
const IDLE_FACE_SHARE = 0.5;
const IDLE_HEAD_SHARE = 0.6;

/** The face takes up speech in this time constant, s: quick enough for the first syllable. */
const RISE_SECONDS = 0.03;
/** Without motion the face eases to rest in this time constant, s. */
const FALL_SECONDS = 0.09;
/** An interrupted mouth is shut after this, s. */
const CUT_SECONDS = 0.025;
/** How long a movement swings on after motion ran out, s. */
const COAST_SECONDS = 0.045;
/** How quickly the face comes back onto speech that goes on elsewhere than it was left, s. */
const CATCH_UP_SECONDS = 0.05;

/** How each channel is blended. */
const BlendRule = { mouth: 0, blink: 1, gaze: 2, face: 3 } as const;

const RULES = Uint8Array.from(ARKIT_CHANNELS, (name) => {
  if (name.startsWith('eyeBlink')) return BlendRule.blink;
  if (name.startsWith('eyeLook')) return BlendRule.gaze;
  return /^(mouth|jaw|cheekPuff|tongue)/.test(name) ? BlendRule.mouth : BlendRule.face;
});

/**
 * Lays speech over life at rest: the mouth belongs to speech, blinks come from either, gaze, brows and head add up.
 *
 * @param idle `[58]`, see `IdleMotion`.
 * @param speech `[58]`
 * @param weight 0 (rest) .. 1 (speech).
 * @param out Filled in place, `[58]`; may be one of the inputs.
 */
export function blendPose(idle: Float32Array, speech: Float32Array, weight: number, out: Float32Array): void {
  for (let i = 0; i < ARKIT_CHANNEL_COUNT; i++) {
    const rest = idle[i]!;
    const spoken = speech[i]! * weight;
    const rule = RULES[i]!;
    let value: number;
    if (rule === BlendRule.mouth) value = rest * (1 - weight) + spoken;
    else if (rule === BlendRule.blink) value = Math.max(rest, spoken);
    else if (rule === BlendRule.gaze) value = rest + spoken;
    else value = rest * (1 - weight * (1 - IDLE_FACE_SHARE)) + spoken;
    out[i] = value > 0 ? Math.min(1, value) : 0;
  }
  for (let i = ARKIT_CHANNEL_COUNT; i < CHANNEL_COUNT; i++) {
    out[i] = idle[i]! * (1 - weight * (1 - IDLE_HEAD_SHARE)) + speech[i]! * weight;
  }
}

/**
 * Takes the face from rest to speech and back without a jolt: when motion runs out the last movement swings out while the
 * face eases to rest; when it comes back the face returns to it; an interrupted mouth shuts at once.
 */
export class SpeechBlend {
  /** Share of speech in the face, 0..1. */
  weight = 0;
  private weightSpeed = 0;
  private readonly pose = new Float32Array(CHANNEL_COUNT);
  private readonly speed = new Float32Array(CHANNEL_COUNT);
  private readonly last = new Float32Array(CHANNEL_COUNT);
  /** What is still missing from the face to speech that came back. */
  private readonly offset = new Float32Array(CHANNEL_COUNT);
  private hasLast = false;
  private isCut = false;

  /**
   * One drawn frame further.
   *
   * @param elapsedSeconds Since the frame before, ≥ 0.
   * @param speech `[58]` from the timeline, or null when nothing covers the moment or nobody speaks.
   * @param idle `[58]`
   * @param out Filled in place, `[58]`; may be `idle`.
   */
  advance(elapsedSeconds: number, speech: Float32Array | null, idle: Float32Array, out: Float32Array): void {
    // After a long pause (hidden tab) everything has come to rest anyway; the springs below would overshoot.
    const elapsed = Math.min(0.1, Math.max(0, elapsedSeconds));
    if (speech) this.follow(elapsed, speech);
    else this.coast(elapsed);
    this.moveWeight(elapsed, speech !== null);
    blendPose(idle, this.pose, this.weight, out);
    if (out[C.mouthClose]! > out[C.jawOpen]!) out[C.mouthClose] = out[C.jawOpen]!;
  }

  /** The visitor cut in: the mouth is at rest within 25 ms, whatever it was saying. */
  cut(): void {
    this.isCut = true;
    this.hasLast = false;
    this.speed.fill(0);
  }

  private follow(elapsed: number, speech: Float32Array): void {
    const { pose, speed, last, offset } = this;
    const isBack = !this.hasLast;
    if (isBack && this.isCut) this.offset.fill(0);
    const keep = Math.exp(-elapsed / CATCH_UP_SECONDS);
    for (let i = 0; i < CHANNEL_COUNT; i++) {
      const now = speech[i]!;
      // At rest there is nothing to come back from.
      if (isBack) offset[i] = this.weight > 0.02 && !this.isCut ? pose[i]! - now : 0;
      else offset[i]! *= keep;
      speed[i] = !isBack && elapsed > 0 ? (now - last[i]!) / elapsed : 0;
      last[i] = now;
      pose[i] = now + offset[i]!;
    }
    this.hasLast = true;
    this.isCut = false;
  }

  private coast(elapsed: number): void {
    const { pose, speed } = this;
    const keep = Math.exp(-elapsed / COAST_SECONDS);
    for (let i = 0; i < CHANNEL_COUNT; i++) {
      // Distance gone while the speed decays exponentially.
      const value = pose[i]! + speed[i]! * COAST_SECONDS * (1 - keep);
      pose[i] = i < ARKIT_CHANNEL_COUNT ? Math.min(1, Math.max(0, value)) : value;
      speed[i]! *= keep;
    }
    this.hasLast = false;
  }

  private moveWeight(elapsed: number, isSpeaking: boolean): void {
    if (this.isCut) {
      this.weight = Math.max(0, this.weight - elapsed / CUT_SECONDS);
      this.weightSpeed = 0;
      return;
    }
    // Critically damped spring, exact for any step: x'' = ω² (goal − x) − 2 ω x'.
    const goal = isSpeaking ? 1 : 0;
    const omega = 1 / (isSpeaking ? RISE_SECONDS : FALL_SECONDS);
    const distance = this.weight - goal;
    const decay = Math.exp(-omega * elapsed);
    const slope = this.weightSpeed + omega * distance;
    const next = goal + (distance + slope * elapsed) * decay;
    this.weightSpeed = (this.weightSpeed - omega * slope * elapsed) * decay;
    this.weight = Math.min(1, Math.max(0, next));
    if (goal === 0 && this.weight < 1e-3) this.weight = 0;
  }
}
