import { CHANNEL_INDEX as C, CHANNEL_COUNT } from '../../shared/contracts/channels.js';
import { DEFAULT_LIFE, type LifeSettings } from '../../shared/contracts/life-settings.js';
import { BlinkSchedule } from './blink.js';
import { Gaze } from './gaze.js';
import { Glide } from './glide.js';
import { MoodBlend } from './mood-blend.js';
import { AT_REST, type Habits } from './moods.js';
import { Nods } from './nods.js';
import { sway } from './noise.js';
import { Posture } from './posture.js';
import { createRandom, type Random } from './random.js';

/** Target of the gaze: radians, yaw > 0 to the character's left, pitch > 0 down. */
export interface GazeTarget {
  yaw: number;
  pitch: number;
  /** Set by the app: gaze stays on it until it is cleared. */
  isHeld: boolean;
}

/** Durations of transitions, s: beginning to speak, settling afterwards, beginning to listen, becoming still. */
const SPEAK_SECONDS = 0.35;
const SETTLE_SECONDS = 1.1;
const LISTEN_SECONDS = 0.6;
const STILL_SECONDS = 0.4;

/**
 * Habits of speakers and listeners, as factors on the mood's. Speakers look away twice as often, listeners hardly
 * (talking 3.1 s at the other and 0.9 s away, listening 7.9 s and 0.4 s: Lee, Badler & Badler 2002); speakers blink half as often again
 * as people at rest, listeners less (26 : 17 a minute, Bentivoglio et al. 1997; attention, Doughty 2001).
 */
const SPEAKING: Partial<Habits> = { blinkRate: 1.35, contactSeconds: 0.72, awaySeconds: 0.85, breathDepth: 0.6 };
const LISTENING: Partial<Habits> = { blinkRate: 0.75, contactSeconds: 1.8, awaySeconds: 0.45, sway: 0.6 };
/** Factors for `gaze="free"`. */
const FREE: Partial<Habits> = { contactSeconds: 0.3, awaySeconds: 3.6 };
/** Variation of the length of breaths. */
const BREATH_WANDER = 0.35;
/** Starting to speak, people look away now and then; having spoken, they look and often blink (Kendon 1967, Hömke et al. 2018). */
const AVERT_SHARE = 0.35;
const CLOSING_BLINK_SHARE = 0.6;
const ANSWERING_NOD_SHARE = 0.7;

/** How far the upper lid follows a lowered eye beyond its look shape. */
const LID_RIDE = 0.2;
const SIDES = [
  {
    blink: C.eyeBlinkLeft,
    wide: C.eyeWideLeft,
    squint: C.eyeSquintLeft,
    down: C.eyeLookDownLeft,
    smile: C.mouthSmileLeft,
    frown: C.mouthFrownLeft,
  },
  {
    blink: C.eyeBlinkRight,
    wide: C.eyeWideRight,
    squint: C.eyeSquintRight,
    down: C.eyeLookDownRight,
    smile: C.mouthSmileRight,
    frown: C.mouthFrownRight,
  },
] as const;

/**
 * Idle motion as numbers: blinks, gaze, breathing, posture, moods and listening. Nothing repeats visibly: every curve is noise
 * over incommensurable periods, and every event is drawn from the seeded generator. Nothing jumps: changes continue from the
 * present position and speed.
 *
 * Each frame: `sample`, then other sources of motion, then `finish`.
 */
export class LifeMotion {
  /** Rise of the chest, about −1..1; 0 without movement. */
  breath = 0;
  /** 1 if everything moves, 0 if only lips and lids do. */
  liveliness: number;
  private readonly seed: number;
  private settings: LifeSettings;
  private readonly mood = new MoodBlend();
  private readonly habits: Habits = { ...AT_REST };
  private readonly random: Random;
  private readonly blinks: BlinkSchedule;
  private readonly gaze: Gaze;
  private readonly nods: Nods;
  private readonly posture: Posture;
  private readonly speaking = new Glide(0);
  private readonly listening = new Glide(0);
  private readonly free: Glide;
  private readonly lively: Glide;
  private breathPhase = 0;
  private blink = 0;
  private seconds = 0;

  /** @param seed Equal seeds give equal motion, independent of the sampled moments. */
  constructor(seed: number, settings: LifeSettings = DEFAULT_LIFE) {
    this.seed = seed | 0;
    this.settings = { ...DEFAULT_LIFE };
    this.random = createRandom(this.seed + 5);
    this.blinks = new BlinkSchedule(this.seed + 11);
    this.gaze = new Gaze(this.seed + 23, this.habits, (seconds, degrees) => this.blinks.handleGazeShift(seconds, degrees));
    this.nods = new Nods(this.seed + 31);
    this.posture = new Posture(this.seed + 47);
    this.liveliness = settings.motionStyle === 'lively' ? 1 : 0;
    this.lively = new Glide(this.liveliness);
    this.free = new Glide(0);
    this.set(settings);
  }

  /** Applies the app's settings; everything changes smoothly. */
  set(settings: LifeSettings): void {
    const { seconds, settings: before } = this;
    this.settings = { ...settings };
    const lively = settings.motionStyle === 'lively' ? 1 : 0;
    if (lively !== this.lively.goal) this.lively.to(lively, seconds, STILL_SECONDS);
    // A change of expression often comes with a blink; surprise does not.
    const isOther = this.mood.set(settings.mood, settings.moodIntensity, seconds) && settings.mood !== before.mood;
    if (isOther && settings.mood !== 'surprised' && this.random() < 0.5) this.blinks.blink(seconds);
    if (settings.isListening !== before.isListening) this.listen(settings.isListening);
    const free = settings.gaze === 'free' ? 1 : 0;
    if (free !== this.free.goal) this.free.to(free, seconds, 0.2);
  }

  /** Direction of the target as seen from the head. */
  lookAt({ yaw, pitch, isHeld }: GazeTarget): void {
    this.gaze.setTarget(yaw, pitch, isHeld, this.seconds);
  }

  /** The character begins or ends speaking. */
  setSpeaking(isSpeaking: boolean): void {
    const { seconds, speaking } = this;
    if (isSpeaking === (speaking.goal === 1)) return;
    speaking.to(isSpeaking ? 1 : 0, seconds, isSpeaking ? SPEAK_SECONDS : SETTLE_SECONDS);
    if (isSpeaking) {
      this.nods.stop();
      if (this.random() < AVERT_SHARE) this.gaze.avert(seconds);
      return;
    }
    if (this.settings.gaze !== 'free') this.gaze.attend(seconds);
    if (this.random() < CLOSING_BLINK_SHARE) this.blinks.blink(seconds);
    this.posture.shift(seconds + 0.2);
    if (this.settings.isListening) this.nods.start(seconds, 2);
  }

  /** Speech has blinked; the interval to the next idle blink restarts. */
  handleSpokenBlink(): void {
    this.blinks.handleForeignBlink(this.seconds);
  }

  /**
   * The pose at one moment without the direction of the eyes (see `finish`). Allocates nothing.
   *
   * @param seconds Time since the stage began, ≥ that of the call before.
   * @param out Filled in place, `[58]`; every channel is written.
   */
  sample(seconds: number, out: Float32Array): void {
    const elapsed = seconds - this.seconds;
    this.seconds = seconds;
    this.mood.advance(seconds);
    this.adoptHabits(seconds);
    this.liveliness = this.lively.at(seconds);
    this.blinks.perMinute = this.habits.blinkRate;
    this.blinks.slowness = this.habits.blinkSlowness;
    // Gaze comes first: its shifts make the eyes blink.
    this.gaze.advance(seconds);
    this.blink = this.blinks.sample(seconds);
    this.breathPhase += (elapsed * this.habits.breathRate) / 60;

    out.fill(0, 0, CHANNEL_COUNT);
    // All parts advance in either style, so that switching back does not replay what was missed.
    this.addMovement(seconds, out);
    for (let channel = 0; channel < CHANNEL_COUNT; channel++) out[channel] *= this.liveliness;
    this.breath *= this.liveliness;
    this.mood.addTo(out, seconds, this.seed + 60, this.liveliness);
    for (let channel = 0; channel < C.headPitch; channel++) out[channel] = Math.min(1, Math.max(0, out[channel]));
    for (const { blink, smile, frown } of SIDES) {
      // A lid that is half closed already has less distance to cover; drawn-down corners leave no trace of a smile.
      out[blink] = 1 - (1 - out[blink]) * (1 - this.blink);
      out[smile] *= 1 - out[frown];
    }
  }

  /**
   * Finishes a pose: directs the eyes at their target, given the head's rotation, and lets the lids follow them.
   *
   * @param pose `[58]`, changed in place.
   */
  finish(pose: Float32Array): void {
    this.gaze.aim(pose, this.liveliness);
    for (const eye of SIDES) {
      const blink = pose[eye.blink];
      // Wide or squinting lids yield to the blink, which otherwise would not close the eye.
      pose[eye.wide] *= 1 - blink;
      pose[eye.squint] *= 1 - blink;
      pose[eye.blink] = blink + LID_RIDE * this.liveliness * pose[eye.down] * (1 - blink);
    }
  }

  private listen(isListening: boolean): void {
    const { seconds } = this;
    this.listening.to(isListening ? 1 : 0, seconds, LISTEN_SECONDS);
    if (isListening) {
      this.gaze.attend(seconds);
      this.nods.start(seconds, 1.2 + 1.5 * this.random());
    } else if (this.random() < ANSWERING_NOD_SHARE) this.nods.nodOnce(seconds);
    else this.nods.stop();
  }

  private adoptHabits(seconds: number): void {
    const { habits } = this;
    Object.assign(habits, this.mood.habits);
    const speaking = this.speaking.at(seconds);
    scale(habits, SPEAKING, speaking);
    scale(habits, LISTENING, this.listening.at(seconds) * (1 - speaking));
    scale(habits, FREE, this.free.at(seconds));
  }

  private addMovement(seconds: number, out: Float32Array): void {
    const { seed, gaze, habits } = this;
    const speaking = this.speaking.at(seconds);
    const listening = this.listening.at(seconds) * (1 - speaking);
    const breath = habits.breathDepth * breathAt(this.breathPhase + BREATH_WANDER * sway(seconds, 17.9, seed + 40));
    const wander = habits.sway;
    const humour = sway(seconds, 13.7, seed + 5);
    this.breath = breath;
    out[C.headPitch] =
      wander * 0.012 * sway(seconds, 5.3, seed + 1) - 0.006 * breath + gaze.headPitch + this.nods.sample(seconds) + 0.02 * listening;
    out[C.headYaw] = wander * 0.024 * sway(seconds, 7.1, seed + 2) + gaze.headYaw;
    // Attention tilts the head, to one side or the other.
    out[C.headRoll] = wander * 0.015 * sway(seconds, 6.1, seed + 3) + listening * 0.06 * sway(seconds, 19.1, seed + 13);
    out[C.headX] = wander * 0.0022 * sway(seconds, 8.3, seed + 4);
    out[C.headY] = 0.0008 * breath;
    out[C.headZ] = wander * 0.002 * sway(seconds, 9.7, seed + 6) + 0.0006 * breath + 0.005 * listening;
    this.posture.addTo(out, seconds, 1 - 0.5 * listening);
    // A trace of a smile that comes and goes, and small movements of lips and brows.
    const smile = 0.05 + 0.035 * humour + 0.09 * listening;
    out[C.mouthSmileLeft] = smile + 0.006 * sway(seconds, 4.1, seed + 7);
    out[C.mouthSmileRight] = smile + 0.006 * sway(seconds, 4.7, seed + 8);
    out[C.browInnerUp] = Math.max(0, 0.03 + 0.04 * sway(seconds, 6.9, seed + 9) + 0.06 * listening);
    const brow = Math.max(0, 0.02 + 0.03 * sway(seconds, 8.9, seed + 10) + 0.1 * listening * (1 + sway(seconds, 3.7, seed + 14)));
    out[C.browOuterUpLeft] = brow;
    out[C.browOuterUpRight] = brow;
    const squint = Math.max(0, 0.03 + 0.03 * humour);
    out[C.eyeSquintLeft] = squint;
    out[C.eyeSquintRight] = squint;
    const nostril = Math.max(0, 0.015 * breath);
    out[C.noseSneerLeft] = nostril;
    out[C.noseSneerRight] = nostril;
  }
}

/** Interpolates habits towards habits × factor. */
function scale(habits: Habits, factors: Partial<Habits>, share: number): void {
  if (share <= 0) return;
  for (const name in factors) habits[name as keyof Habits] *= 1 + share * ((factors[name as keyof Habits] ?? 1) - 1);
}

/** Depth of the breath, about −1..1: in for two fifths of the time, out for three. */
function breathAt(phase: number): number {
  const x = phase - Math.floor(phase);
  const y = x < 0.4 ? x / 0.8 : 0.5 + (x - 0.4) / 1.2;
  return -Math.cos(2 * Math.PI * y);
}
