/**
 * Applies speech to the face: keeps the motion of the newest rounds and samples it at the audible playhead.
 *
 * Without motion to sample:
 *   paused        speech holds, idle motion continues
 *   starved       the face eases to rest, and back when motion covers the playhead again; the audio sets the position
 *   over          the face eases to rest
 *   interrupted   the mouth is shut in the next frame, head and eyes follow
 *
 * Runs in the thread that draws. `update` is called once per frame and allocates nothing.
 */
import type { Playhead } from '../audio/playhead.js';
import { SpeechBlend } from '../motion/life/blend.js';
import { MotionTimeline } from '../motion/timeline/motion-timeline.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, CHANNELS } from '../shared/contracts/channels.js';
import type { MotionFeed } from '../shared/contracts/playback-messages.js';
import { RoundGate } from '../shared/core/round-gate.js';

/** Motion this far behind the playhead is dropped. */
const KEEP_SECONDS = 3;
/** An interruption is blended over 25 ms; one step of at least that completes it in the next frame. */
const CUT_STEP_SECONDS = 0.03;
/** Only the mouth has to shut at once: the rest of the face and the head follow with this time constant, s. */
const FOLLOW_SECONDS = 0.07;
const IS_MOUTH = Uint8Array.from(CHANNELS, (name) => (/^(jaw|mouth|cheekPuff|tongue)/.test(name) ? 1 : 0));

export class SpeechPose {
  /** Media time of the last update, s, and its round; NaN and 0 without speech. */
  mediaSeconds = Number.NaN;
  round = 0;
  /** In the last update the playhead ran. */
  isAdvancing = false;
  /** In the last update the playhead ran and no motion covered it. */
  isStarved = false;
  /** Motion covers the playhead: the character speaks, or is paused in speech. */
  isSpeaking = false;
  /** In the last update speech closed the eyes. */
  isBlinking = false;
  /** `[58]`: shown instead of speech; null shows speech. */
  heldPose: Float32Array | null = null;

  private readonly playhead: Playhead;
  private readonly timelines = new Map<number, MotionTimeline>();
  private readonly blend = new SpeechBlend();
  private readonly sampled = new Float32Array(CHANNEL_COUNT);
  private readonly gate = new RoundGate(1);
  private isCut = false;
  private lastRound = 0;
  /** The last shown pose, and its jump at an interruption. */
  private readonly shown = new Float32Array(CHANNEL_COUNT);
  private readonly jump = new Float32Array(CHANNEL_COUNT);
  /** Rate of change of the pose per second. */
  private readonly speed = new Float32Array(CHANNEL_COUNT);
  private sinceCut = Infinity;

  constructor(playhead: Playhead) {
    this.playhead = playhead;
  }

  /** @throws {AvatarError} `invalidMotionData` */
  handleFeed(message: MotionFeed): void {
    if (message.type === 'flush') return this.endRoundsBefore(message.beforeRound);
    if (!this.gate.isOpen(message.round)) return;
    // Motion of the next round may arrive before its first audio, while this one still plays.
    let timeline = this.timelines.get(message.round);
    if (!timeline) this.timelines.set(message.round, (timeline = new MotionTimeline()));
    if (message.type === 'frames') timeline.append(message.frames);
    else timeline.finish();
  }

  /** Messages that bring another `SpeechPose` to the same state. */
  feeds(): MotionFeed[] {
    return [...this.timelines].flatMap(([round, timeline]): MotionFeed[] => [
      ...timeline.frames().map((frames): MotionFeed => ({ type: 'frames', round, frames })),
      ...(timeline.isFinished ? [{ type: 'finish', round } as const] : []),
    ]);
  }

  /** Ends every round below this one: an interrupted mouth shuts at once. */
  endRoundsBefore(round: number): void {
    if (!this.gate.closeBefore(round)) return;
    this.isCut = true;
    this.forgetRoundsBefore(round);
  }

  /**
   * @param shownMs Moment at which the frame will be seen, on the clock of `performance.now()`.
   * @param elapsedSeconds Since the previous update.
   * @param pose `[58]`, idle motion; speech is blended over it in place.
   * @param liveliness Share of speech beside lips and lids, 0..1; a held pose is shown unchanged.
   */
  update(shownMs: number, elapsedSeconds: number, pose: Float32Array, liveliness = 1): void {
    const { playhead } = this;
    const mediaSeconds = playhead.mediaSecondsAt(shownMs);
    const { round } = playhead;
    const isCurrent = this.gate.isOpen(round) && !playhead.isOver;
    this.round = isCurrent ? round : 0;
    this.mediaSeconds = isCurrent ? mediaSeconds : Number.NaN;
    this.isAdvancing = isCurrent && playhead.isAdvancing;

    const timeline = this.timelines.get(round);
    // Between the utterances of a live source motion comes, and the face rests.
    timeline?.forget(mediaSeconds - KEEP_SECONDS);
    const isCovered = (isCurrent && timeline?.sample(mediaSeconds, this.sampled)) ?? false;
    this.isStarved = this.isAdvancing && !isCovered && !timeline?.isFinished;
    this.isSpeaking = isCurrent && isCovered;
    this.isBlinking = isCovered && this.sampled[CHANNEL_INDEX.eyeBlinkLeft] > 0.5;
    const { isCut } = this;
    this.isCut = false;
    let step = elapsedSeconds;
    if (isCut) {
      this.blend.cut();
      step = Math.max(step, CUT_STEP_SECONDS);
    } else if (isCurrent && playhead.isPaused && !this.heldPose) {
      step = 0;
    }
    this.blend.advance(step, this.heldPose ?? (isCovered ? this.sampled : null), pose, pose, this.heldPose ? 1 : liveliness);
    this.smoothCut(isCut, elapsedSeconds, pose);
    this.remember(elapsedSeconds, pose);
    if (!isCurrent) return;
    if (round !== this.lastRound) this.forgetRoundsBefore(round);
    this.lastRound = round;
  }

  dispose(): void {
    this.timelines.clear();
  }

  /**
   * After an interruption, continues everything but the mouth from its position and speed: the offset to the pose decays like a
   * critically damped spring, (d + (v + ω d) t) e^(−ω t).
   */
  private smoothCut(isCut: boolean, elapsedSeconds: number, pose: Float32Array): void {
    const { jump, speed, shown } = this;
    if (isCut) {
      for (let channel = 0; channel < CHANNEL_COUNT; channel++) jump[channel] = IS_MOUTH[channel] ? 0 : shown[channel] - pose[channel];
      for (let channel = 0; channel < CHANNEL_COUNT; channel++) if (IS_MOUTH[channel]) speed[channel] = 0;
      this.sinceCut = 0;
    }
    if (this.sinceCut > 8 * FOLLOW_SECONDS) return;
    this.sinceCut += elapsedSeconds;
    const decay = Math.exp(-this.sinceCut / FOLLOW_SECONDS);
    const ofJump = (1 + this.sinceCut / FOLLOW_SECONDS) * decay;
    const ofSpeed = this.sinceCut * decay;
    for (let channel = 0; channel < CHANNEL_COUNT; channel++) pose[channel] += jump[channel] * ofJump + speed[channel] * ofSpeed;
  }

  /** While an interruption is smoothed, the speed stays that of its moment. */
  private remember(elapsedSeconds: number, pose: Float32Array): void {
    const { shown, speed } = this;
    if (this.sinceCut > 8 * FOLLOW_SECONDS && elapsedSeconds > 0) {
      for (let channel = 0; channel < CHANNEL_COUNT; channel++) speed[channel] = (pose[channel] - shown[channel]) / elapsedSeconds;
    }
    shown.set(pose);
  }

  private forgetRoundsBefore(round: number): void {
    for (const known of this.timelines.keys()) if (known < round) this.timelines.delete(known);
  }
}
