import { BLINK_SECONDS, blinkWeight } from '../idle/blink.js';
import { sway } from '../idle/noise.js';
import { createRandom, type Random } from '../idle/random.js';

/** Head and brows of one frame. Radians as in `HEAD_CHANNELS`, weights 0..1. */
export interface ProsodyPose {
  blink: number;
  pitch: number;
  yaw: number;
  roll: number;
  browInnerUp: number;
  browOuterUp: number;
  browDown: number;
  eyeSquint: number;
}

const FRAME_SECONDS = 0.02;
/** Speakers blink in the pause after a phrase (Hömke et al. 2018); within it, now and then. */
const PHRASE_BLINK_SHARE = 0.65;
const LONGEST_WITHOUT_BLINK_SECONDS = 6.5;

/**
 * What goes with the voice besides the mouth: nods on stressed syllables, brows with rising pitch, blinks at the ends of
 * phrases, and a head that is never quite still while speaking. Small on purpose; spontaneous life is the idle motion's.
 */
export class Prosody {
  readonly pose: ProsodyPose = { blink: 0, pitch: 0, yaw: 0, roll: 0, browInnerUp: 0, browOuterUp: 0, browDown: 0, eyeSquint: 0 };
  private readonly seed: number;
  private random: Random;
  private frame = 0;
  private energy = 0;
  private slowEnergy = 0;
  private pitchMean = 0;
  private rise = 0;
  private activity = 0;
  private nod = 0;
  private nodSpeed = 0;
  private nodPush = 0;
  private brow = 0;
  private silentFrames = 1000;
  private spokenFrames = 0;
  private blinkFrame = -1000;
  private nextBlinkFrame = 0;
  private side = 1;

  constructor(seed: number) {
    this.seed = seed;
    this.random = createRandom(seed);
    this.reset();
  }

  /**
   * One frame of 20 ms further.
   *
   * @param loudness 0..1.15, see `Loudness.relative`.
   * @param pitchHz 0 where there is no voice.
   */
  advance(loudness: number, pitchHz: number): void {
    const isSpeech = loudness > 0.25;
    this.energy += (loudness - this.energy) * 0.35;
    this.slowEnergy += (loudness - this.slowEnergy) * 0.03;
    this.activity += ((isSpeech ? 1 : 0) - this.activity) * (isSpeech ? 0.12 : 0.03);
    this.followPitch(pitchHz, isSpeech);
    this.followPhrases(isSpeech);
    this.moveHead();
    this.moveBrows();
    this.pose.blink = blinkWeight((this.frame - this.blinkFrame) * FRAME_SECONDS);
    this.frame++;
  }

  reset(): void {
    this.random = createRandom(this.seed);
    this.frame = 0;
    this.energy = this.slowEnergy = this.pitchMean = this.rise = this.activity = 0;
    this.nod = this.nodSpeed = this.nodPush = this.brow = 0;
    this.silentFrames = 1000;
    this.spokenFrames = 0;
    this.blinkFrame = -1000;
    this.nextBlinkFrame = this.framesUntilBlink();
    this.side = this.random() < 0.5 ? -1 : 1;
  }

  /** Rise of the pitch above the voice's own mean, in octaves, smoothed. */
  private followPitch(pitchHz: number, isSpeech: boolean): void {
    if (pitchHz > 0 && isSpeech) {
      const octave = Math.log2(pitchHz);
      if (this.pitchMean === 0) this.pitchMean = octave;
      // A jump of most of an octave is a wrong guess of the pitch, not a tune.
      const above = octave - this.pitchMean;
      if (Math.abs(above) < 0.8) this.rise += (above - this.rise) * 0.12;
      this.pitchMean += Math.max(-0.3, Math.min(0.3, above)) * 0.008;
    } else {
      this.rise *= 0.95;
    }
  }

  private followPhrases(isSpeech: boolean): void {
    if (isSpeech) {
      if (this.silentFrames > 12) {
        // A phrase begins: the head sets out to one side or the other.
        this.side = this.random() < 0.5 ? -1 : 1;
        this.spokenFrames = 0;
      }
      this.silentFrames = 0;
      this.spokenFrames++;
    } else {
      this.silentFrames++;
      if (this.silentFrames === 7 && this.spokenFrames > 30 && this.random() < PHRASE_BLINK_SHARE) this.blink();
    }
    if (this.frame >= this.nextBlinkFrame) this.blink();
  }

  private blink(): void {
    if ((this.frame - this.blinkFrame) * FRAME_SECONDS < BLINK_SECONDS + 0.5) return;
    this.blinkFrame = this.frame;
    this.nextBlinkFrame = this.frame + this.framesUntilBlink();
  }

  private framesUntilBlink(): number {
    return Math.round((2.2 + this.random() * (LONGEST_WITHOUT_BLINK_SECONDS - 2.2)) / FRAME_SECONDS);
  }

  private moveHead(): void {
    // A stressed syllable pushes a damped spring of 1.6 Hz: the nod comes with the stress and swings out after it.
    const stress = Math.max(0, this.energy - this.slowEnergy - 0.14);
    this.nodPush += (stress - this.nodPush) * 0.3;
    const stiffness = (2 * Math.PI * 1.6) ** 2;
    const damping = 2 * 0.75 * 2 * Math.PI * 1.6;
    this.nodSpeed += (stiffness * (0.2 * this.nodPush - this.nod) - damping * this.nodSpeed) * FRAME_SECONDS;
    this.nod += this.nodSpeed * FRAME_SECONDS;
    const seconds = this.frame * FRAME_SECONDS;
    const seed = this.seed | 0;
    const { pose, activity } = this;
    pose.pitch = activity * (0.03 * sway(seconds, 1.7, seed + 1) - 0.03 * this.rise) + this.nod;
    pose.yaw = activity * (0.075 * sway(seconds, 2.6, seed + 2) + 0.02 * this.side);
    pose.roll = activity * (0.04 * sway(seconds, 2.1, seed + 3) - 0.01 * this.side);
  }

  private moveBrows(): void {
    const accent = Math.max(0, this.rise * 1.3 - 0.12) + 0.8 * Math.max(0, this.nodPush - 0.1);
    this.brow += (Math.min(0.55, accent) - this.brow) * (accent > this.brow ? 0.2 : 0.07);
    const { pose } = this;
    const seconds = this.frame * FRAME_SECONDS;
    const mood = this.activity * sway(seconds, 3.1, (this.seed | 0) + 4);
    pose.browInnerUp = this.brow * 0.75 + Math.max(0, 0.1 * mood);
    pose.browOuterUp = this.brow * 0.6;
    pose.browDown = Math.max(0, -0.12 * mood) * (1 - this.brow);
    pose.eyeSquint = this.activity * (0.06 + 0.05 * Math.max(0, mood));
  }
}
