import { BLINK_SECONDS, blinkWeight } from '../life/blink.js';
import { sway } from '../life/noise.js';
import { createRandom, type Random } from '../life/random.js';
import { Accents } from './accents.js';
import { Pulse } from './pulse.js';

/** Head, brows and lids of one frame. Radians as in `HEAD_CHANNELS`, weights 0..1. */
export interface ProsodyPose {
  blink: number;
  pitch: number;
  yaw: number;
  roll: number;
  browInnerUp: number;
  browOuterUp: number;
  browDown: number;
  eyeSquint: number;
  eyeWide: number;
  cheekSquint: number;
}

const FRAME_SECONDS = 0.02;
/** Speakers blink in the pause after a phrase (Hömke et al. 2018); within it, now and then. */
const PHRASE_BLINK_SHARE = 0.65;
const LONGEST_WITHOUT_BLINK_SECONDS = 6.5;
/** A pause this long ends a phrase, and a phrase is at least this long; frames. */
const PAUSE_FRAMES = 7;
const SHORTEST_PHRASE_FRAMES = 30;
/** Time until the head is at the bottom of its nod and the brows are up, frames. */
const NOD_FRAMES = 7;
const BROW_FRAMES = 11;
/** Down-nod of a weak and of a strong accent, rad: 1.4 to 3.4 degrees. */
const [LEAST_NOD, STRONGEST_NOD] = [0.025, 0.06];
/** Brows go with some of the stronger accents (Cavé et al. 1996), and rest in between. */
const LEAST_BROW_EMPHASIS = 0.3;
const BROW_SHARE = 0.8;
const BROW_REST_FRAMES = 80;
/** Pitch this far above the middle at the end of a phrase is a question, octaves. */
const QUESTION_RISE = 0.22;
/** The head turns to another side within about half a second. */
const TURN_PER_FRAME = 0.09;

/** Features of one moment. */
export interface Voice {
  /** 0..1.15, see `Loudness.relative`. */
  loudness: number;
  /** The same, and the pitch in Hz (0 where there is none), `ACCENT_LEAD_FRAMES` acoustic frames later. */
  soonLoudness: number;
  soonPitchHz: number;
}

/** Look-ahead for accents in acoustic frames of 10 ms, so that nods and brows come with them, not after. */
export const ACCENT_LEAD_FRAMES = 8;

/**
 * Movements that accompany the voice besides the mouth: nods and brows on accents, blinks at the ends of phrases, brows that stay up
 * after a question, and a head that is never quite still while speaking. Small on purpose; spontaneous life is the idle
 * motion's.
 */
export class Prosody {
  readonly pose: ProsodyPose = {
    blink: 0,
    pitch: 0,
    yaw: 0,
    roll: 0,
    browInnerUp: 0,
    browOuterUp: 0,
    browDown: 0,
    eyeSquint: 0,
    eyeWide: 0,
    cheekSquint: 0,
  };
  private readonly seed: number;
  private readonly accents = new Accents();
  private readonly nod = new Pulse(NOD_FRAMES);
  private readonly brow = new Pulse(BROW_FRAMES);
  private readonly question = new Pulse(18);
  private random: Random;
  private frame = 0;
  private activity = 0;
  private emphasis = 0;
  private questionLift = 0;
  private silentFrames = 0;
  private spokenFrames = 0;
  private lastBrowFrame = 0;
  private blinkFrame = 0;
  private nextBlinkFrame = 0;
  /** Where the head is going in this phrase, and how far it has come, −1..1. */
  private side = 0;
  private nextSide = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.random = createRandom(seed);
    this.reset();
  }

  /** One frame of 20 ms further. */
  advance({ loudness, soonLoudness, soonPitchHz }: Voice): void {
    const isSpeech = loudness > 0.25;
    this.activity += ((isSpeech ? 1 : 0) - this.activity) * (isSpeech ? 0.12 : 0.03);
    this.followAccents(soonLoudness, soonPitchHz);
    this.followPhrases(isSpeech);
    this.questionLift = this.question.advance();
    this.moveHead();
    this.moveFace();
    this.pose.blink = blinkWeight((this.frame - this.blinkFrame) * FRAME_SECONDS);
    this.frame++;
  }

  reset(): void {
    this.random = createRandom(this.seed);
    this.accents.reset();
    this.nod.reset();
    this.brow.reset();
    this.question.reset();
    this.frame = this.activity = this.emphasis = this.questionLift = this.spokenFrames = this.side = 0;
    this.lastBrowFrame = this.blinkFrame = -1000;
    this.silentFrames = 1000;
    this.nextBlinkFrame = this.framesUntilBlink();
    this.nextSide = this.newSide();
  }

  private followAccents(loudness: number, pitchHz: number): void {
    const strength = this.accents.advance(loudness, pitchHz);
    this.emphasis += ((strength > 0 ? strength : 0.3) - this.emphasis) * (strength > 0 ? 0.15 : 0.01);
    if (strength === 0) return;
    this.nod.kick(LEAST_NOD + (STRONGEST_NOD - LEAST_NOD) * strength);
    const isRested = this.frame - this.lastBrowFrame > BROW_REST_FRAMES;
    // Brows follow the tune more than the loudness.
    const emphasis = Math.min(1, 0.5 * strength + 2 * this.accents.rise);
    if (emphasis < LEAST_BROW_EMPHASIS || !isRested || this.random() > BROW_SHARE) return;
    this.brow.kick(0.12 + 0.4 * emphasis * (0.7 + 0.6 * this.random()));
    this.lastBrowFrame = this.frame;
  }

  private followPhrases(isSpeech: boolean): void {
    if (isSpeech) {
      if (this.silentFrames > 12) {
        // A phrase begins: the head starts to turn to one side or the other.
        this.nextSide = this.newSide();
        this.spokenFrames = 0;
      }
      this.silentFrames = 0;
      this.spokenFrames++;
    } else {
      this.silentFrames++;
      const isPhraseEnd = this.silentFrames === PAUSE_FRAMES && this.spokenFrames > SHORTEST_PHRASE_FRAMES;
      if (isPhraseEnd && this.random() < PHRASE_BLINK_SHARE) this.blink();
      // By now the pitch of the last syllable has sunk to about half.
      if (isPhraseEnd && this.accents.rise > QUESTION_RISE / 2) this.question.kick(0.35);
    }
    if (this.frame >= this.nextBlinkFrame) this.blink();
  }

  private newSide(): number {
    return (this.random() < 0.5 ? -1 : 1) * (0.4 + 0.6 * this.random());
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
    this.side += (this.nextSide - this.side) * TURN_PER_FRAME * this.activity;
    const seconds = this.frame * FRAME_SECONDS;
    const seed = this.seed | 0;
    const { pose, activity, side } = this;
    pose.pitch =
      activity * (0.03 * sway(seconds, 1.7, seed + 1) - 0.03 * this.accents.rise) + this.nod.advance() - 0.08 * this.questionLift;
    pose.yaw = activity * (0.075 * sway(seconds, 2.6, seed + 2) + 0.035 * side);
    pose.roll = activity * (0.04 * sway(seconds, 2.1, seed + 3) - 0.015 * side);
  }

  private moveFace(): void {
    const { pose, activity, emphasis } = this;
    const mood = activity * sway(this.frame * FRAME_SECONDS, 3.1, (this.seed | 0) + 4);
    const brow = Math.min(0.6, this.brow.advance() + this.questionLift + activity * 0.15 * Math.max(0, this.accents.rise));
    pose.browInnerUp = 0.8 * brow + Math.max(0, 0.1 * mood);
    pose.browOuterUp = 0.65 * brow;
    pose.browDown = Math.max(0, -0.14 * mood) * (1 - Math.min(1, 2 * brow));
    pose.eyeWide = 0.35 * Math.max(0, brow - 0.12);
    pose.eyeSquint = activity * (0.05 + 0.05 * Math.max(0, mood)) * (1 - Math.min(1, 2 * brow));
    pose.cheekSquint = activity * 0.14 * Math.max(0, emphasis - 0.3);
  }
}
