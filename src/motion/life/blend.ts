import { ARKIT_CHANNEL_COUNT, ARKIT_CHANNELS, CHANNEL_INDEX as C, CHANNEL_COUNT } from '../../shared/contracts/channels.js';
import { Spring } from './spring.js';

/** Share of the idle movement of brows, cheeks and head that remains during speech. */
const LIFE_FACE_SHARE = 0.9;
const LIFE_HEAD_SHARE = 0.7;
/**
 * Mouth shapes that a mood keeps during speech: those that move the corners and leave the lips together. All others open, close
 * or round the mouth, which only speech may do.
 */
const KEPT_SHARES: Readonly<Record<string, number>> = {
  mouthSmile: 0.6,
  mouthFrown: 0.6,
  mouthDimple: 0.5,
  mouthStretch: 0.3,
  mouthLeft: 0.4,
  mouthRight: 0.4,
};
/** Share of it that remains with rounded lips: a smile would distort the vowel. */
const KEPT_OF_ROUNDED = 0.35;
/** Lips pressed this much are closed; see `motion/engine/face-assembly`. */
const CLOSED_PRESS = 0.6;

/** Time constant of the transition to speech, s: quick enough for the first syllable. */
const RISE_SECONDS = 0.03;
/** Time constant of the mouth easing to rest without motion, s. */
const FALL_SECONDS = 0.09;
/** The same for brows and head, which settle more slowly after speech. */
const SETTLE_SECONDS = 0.2;
/** Time to shut an interrupted mouth, s. */
const CUT_SECONDS = 0.025;
/** How long the last movement continues after motion ran out, s. */
const COAST_SECONDS = 0.045;
/** Time constant of the return to speech that continues at another pose, s. */
const CATCH_UP_SECONDS = 0.05;

/** Blending mode of each channel. */
const BlendRule = { mouth: 0, blink: 1, gaze: 2, face: 3 } as const;

const RULES = Uint8Array.from(ARKIT_CHANNELS, (name) => {
  if (name.startsWith('eyeBlink')) return BlendRule.blink;
  if (name.startsWith('eyeLook')) return BlendRule.gaze;
  return /^(mouth|jaw|cheekPuff|tongue)/.test(name) ? BlendRule.mouth : BlendRule.face;
});
/** Brows, eyes and head. */
const SETTLES_LATE = Uint8Array.from({ length: CHANNEL_COUNT }, (_, i) =>
  i >= ARKIT_CHANNEL_COUNT || RULES[i] === BlendRule.gaze || RULES[i] === BlendRule.face ? 1 : 0,
);
const KEPT = Float32Array.from(ARKIT_CHANNELS, (name) => KEPT_SHARES[name] ?? KEPT_SHARES[name.replace(/(Left|Right)$/, '')] ?? 0);

/**
 * Blends speech over idle motion: the mouth belongs to speech, blinks come from either, gaze, brows and head add up. Mouth
 * corners of a mood remain in part; where speech closes the lips idle motion cannot open them, at any speech weight.
 *
 * @param life `[58]`, see `LifeMotion`.
 * @param speech `[58]`
 * @param weight 0 (rest) .. 1 (speech).
 * @param out Filled in place, `[58]`; may be one of the inputs.
 * @param faceWeight The same for brows, eyes and head.
 * @param liveliness Share of speech that brows, eyes and head show, 0..1.
 */
export function blendPose(
  life: Float32Array,
  speech: Float32Array,
  weight: number,
  out: Float32Array,
  faceWeight = weight,
  liveliness = 1,
): void {
  const face = faceWeight * liveliness;
  const round = Math.max(speech[C.mouthFunnel], speech[C.mouthPucker]);
  const kept = weight * (1 - (1 - KEPT_OF_ROUNDED) * Math.min(1, 1.5 * round));
  const open = (1 - weight) * (1 - Math.min(1, 4 * weight) * closureOf(speech));
  for (let i = 0; i < ARKIT_CHANNEL_COUNT; i++) {
    const rest = life[i];
    const spoken = speech[i] * weight;
    const rule = RULES[i];
    let value: number;
    if (rule === BlendRule.mouth) value = rest * (KEPT[i] === 0 ? open : 1 - weight + kept * KEPT[i]) + spoken;
    else if (rule === BlendRule.blink) value = Math.max(rest, spoken);
    else if (rule === BlendRule.gaze) value = rest + speech[i] * face;
    else {
      // The sum of both saturates smoothly towards 1.
      const own = rest * (1 - faceWeight * (1 - LIFE_FACE_SHARE));
      value = own + speech[i] * face * (1 - own);
    }
    out[i] = value > 0 ? Math.min(1, value) : 0;
  }
  for (let i = ARKIT_CHANNEL_COUNT; i < CHANNEL_COUNT; i++) {
    out[i] = life[i] * (1 - faceWeight * (1 - LIFE_HEAD_SHARE)) + speech[i] * face;
  }
}

/** How closed speech keeps the lips, 0..1. */
function closureOf(speech: Float32Array): number {
  const press = Math.max(speech[C.mouthPressLeft], speech[C.mouthPressRight]) / CLOSED_PRESS;
  const jaw = speech[C.jawOpen];
  return Math.min(1, Math.max(press, jaw > 0.02 ? speech[C.mouthClose] / jaw : 0));
}

/**
 * Moves the face from rest to speech and back smoothly: when motion runs out, the last movement decays while the face eases to
 * rest, the lips first; when motion resumes, the face returns to it; an interrupted mouth shuts at once.
 */
export class SpeechBlend {
  /** Share of speech in the mouth, 0..1. */
  weight = 0;
  private readonly mouth = new Spring(0);
  /** Share of speech in brows and head, which follow the lips. */
  private readonly rest = new Spring(0);
  private readonly pose = new Float32Array(CHANNEL_COUNT);
  private readonly speed = new Float32Array(CHANNEL_COUNT);
  private readonly last = new Float32Array(CHANNEL_COUNT);
  /** Remaining offset between the face and resumed speech, and its rate of change. */
  private readonly offset = new Float32Array(CHANNEL_COUNT);
  private readonly offsetSpeed = new Float32Array(CHANNEL_COUNT);
  private hasLast = false;
  /** Speech has resumed and its speed is not known yet. */
  private isBack = false;
  private isCut = false;

  /**
   * Advances by one drawn frame.
   *
   * @param elapsedSeconds Since the frame before, ≥ 0.
   * @param speech `[58]` from the timeline, or null if nothing covers the moment or there is no speech.
   * @param life `[58]`
   * @param out Filled in place, `[58]`; may be `life`.
   * @param liveliness See `blendPose`.
   */
  advance(elapsedSeconds: number, speech: Float32Array | null, life: Float32Array, out: Float32Array, liveliness = 1): void {
    // After a long pause (hidden tab) everything has come to rest anyway.
    const elapsed = Math.min(0.1, Math.max(0, elapsedSeconds));
    if (speech) this.follow(elapsed, speech);
    else this.coast(elapsed);
    this.moveWeights(elapsed, speech !== null);
    blendPose(life, this.pose, this.weight, out, this.rest.value, liveliness);
    if (out[C.mouthClose] > out[C.jawOpen]) out[C.mouthClose] = out[C.jawOpen];
  }

  /** Interruption: the mouth is at rest within 25 ms. */
  cut(): void {
    this.isCut = true;
    this.hasLast = false;
    this.speed.fill(0);
  }

  private follow(elapsed: number, speech: Float32Array): void {
    const { pose, speed, last, offset, offsetSpeed } = this;
    if (!this.hasLast) this.comeBack(speech);
    else if (elapsed > 0) {
      const decay = Math.exp(-elapsed / CATCH_UP_SECONDS);
      for (let i = 0; i < CHANNEL_COUNT; i++) {
        const now = speech[i];
        speed[i] = (now - last[i]) / elapsed;
        if (this.isBack && offsetSpeed[i] !== 0) offsetSpeed[i] -= speed[i];
        // A critically damped spring to 0.
        const slope = offsetSpeed[i] + offset[i] / CATCH_UP_SECONDS;
        offset[i] = (offset[i] + slope * elapsed) * decay;
        offsetSpeed[i] = (offsetSpeed[i] - (slope * elapsed) / CATCH_UP_SECONDS) * decay;
      }
      this.isBack = false;
    }
    last.set(speech);
    for (let i = 0; i < CHANNEL_COUNT; i++) pose[i] = speech[i] + offset[i];
    this.hasLast = true;
    this.isCut = false;
  }

  /** Continues from the present pose at the present speed. */
  private comeBack(speech: Float32Array): void {
    const { pose, speed, offset, offsetSpeed } = this;
    for (let i = 0; i < CHANNEL_COUNT; i++) {
      // At rest there is no offset.
      const isShown = !this.isCut && (SETTLES_LATE[i] ? this.rest.value > 1e-3 : this.weight > 0.02);
      offset[i] = isShown ? pose[i] - speech[i] : 0;
      offsetSpeed[i] = isShown ? speed[i] : 0;
    }
    this.isBack = true;
  }

  private coast(elapsed: number): void {
    const { pose, speed } = this;
    const keep = Math.exp(-elapsed / COAST_SECONDS);
    for (let i = 0; i < CHANNEL_COUNT; i++) {
      // Distance covered while the speed decays exponentially.
      const value = pose[i] + speed[i] * COAST_SECONDS * (1 - keep);
      pose[i] = i < ARKIT_CHANNEL_COUNT ? Math.min(1, Math.max(0, value)) : value;
      speed[i] *= keep;
    }
    this.hasLast = false;
  }

  private moveWeights(elapsed: number, isSpeaking: boolean): void {
    const { mouth, rest } = this;
    if (this.isCut) {
      mouth.value = rest.value = this.weight = Math.max(0, this.weight - elapsed / CUT_SECONDS);
      mouth.speed = rest.speed = 0;
      return;
    }
    const goal = isSpeaking ? 1 : 0;
    this.weight = mouth.advance(goal, isSpeaking ? RISE_SECONDS : FALL_SECONDS, elapsed);
    rest.advance(goal, isSpeaking ? RISE_SECONDS : SETTLE_SECONDS, elapsed);
    if (goal === 0 && this.weight < 1e-3) this.weight = mouth.value = mouth.speed = 0;
  }
}
