/**
 * Speech on the face: keeps the motion of the newest rounds and samples it at the audible playhead.
 *
 * What the face does when there is nothing to sample:
 *   paused        speech holds, life at rest goes on
 *   starved       it eases to rest, and back when motion covers the playhead again; the sound decides the place
 *   over          it eases to rest
 *   interrupted   the mouth is shut in the next frame, head and eyes follow
 *
 * Lives in the thread that draws. `update` is called once per frame and allocates nothing.
 */
import type { Playhead } from '../audio/playhead.js';
import { SpeechBlend } from '../motion/life/blend.js';
import { MotionTimeline } from '../motion/timeline/motion-timeline.js';
import { CHANNELS, CHANNEL_COUNT } from '../shared/channels.js';
import type { MotionFeed } from '../shared/playback-messages.js';

/** Motion this far behind the playhead is let go. */
const KEEP_SECONDS = 3;
/** A cut is blended over 25 ms; as one step of at least that it is done in the first frame after it. */
const CUT_STEP_SECONDS = 0.03;
/** Only a mouth must be shut at once: after a cut the rest of the face and the head follow with this time constant, s. */
const FOLLOW_SECONDS = 0.1;
const IS_MOUTH = Uint8Array.from(CHANNELS, (name) => (/^(jaw|mouth|cheekPuff|tongue)/.test(name) ? 1 : 0));

export class SpeechPose {
  /** Media time of the last update, s, and its round; NaN and 0 without speech. */
  mediaSeconds = Number.NaN;
  round = 0;
  /** In the last update the playhead ran. */
  isAdvancing = false;
  /** In the last update the playhead ran and no motion covered it. */
  isStarved = false;
  /** `[58]`: shown in place of speech, whatever is heard; null when speech shows. */
  heldPose: Float32Array | null = null;

  private readonly playhead: Playhead;
  private readonly timelines = new Map<number, MotionTimeline>();
  private readonly blend = new SpeechBlend();
  private readonly sampled = new Float32Array(CHANNEL_COUNT);
  /** Rounds below this are over. */
  private firstRound = 1;
  private isCut = false;
  private lastRound = 0;
  /** The pose shown last, and what a cut would have made it jump by. */
  private readonly shown = new Float32Array(CHANNEL_COUNT);
  private readonly jump = new Float32Array(CHANNEL_COUNT);
  private jumpShare = 0;

  constructor(playhead: Playhead) {
    this.playhead = playhead;
  }

  /** @throws {AvatarError} `invalidMotionData` */
  handleFeed(message: MotionFeed): void {
    if (message.type === 'flush') return this.endRoundsBefore(message.beforeRound);
    if (message.round < this.firstRound) return;
    // Motion of the next round may come before the first sound of it, while this one still plays.
    let timeline = this.timelines.get(message.round);
    if (!timeline) this.timelines.set(message.round, (timeline = new MotionTimeline()));
    if (message.type === 'frames') timeline.append(message.frames);
    else timeline.finish();
  }

  /** Every round below this one is over: an interrupted mouth shuts at once. */
  endRoundsBefore(round: number): void {
    if (round <= this.firstRound) return;
    this.firstRound = round;
    this.isCut = true;
    this.forgetRoundsBefore(round);
  }

  /**
   * @param shownMs Moment at which the frame will be seen, on the clock of `performance.now()`.
   * @param elapsedSeconds Since the update before.
   * @param pose `[58]`, life at rest; speech is laid over it in place.
   */
  update(shownMs: number, elapsedSeconds: number, pose: Float32Array): void {
    const { playhead } = this;
    const mediaSeconds = playhead.mediaSecondsAt(shownMs);
    const { round } = playhead;
    const isCurrent = round >= this.firstRound && !playhead.isOver;
    this.round = isCurrent ? round : 0;
    this.mediaSeconds = isCurrent ? mediaSeconds : Number.NaN;
    this.isAdvancing = isCurrent && playhead.isAdvancing;

    const timeline = isCurrent ? this.timelines.get(round) : undefined;
    const isCovered = timeline !== undefined && timeline.sample(mediaSeconds, this.sampled);
    this.isStarved = this.isAdvancing && !isCovered && !timeline?.isFinished;
    const { isCut } = this;
    this.isCut = false;
    let step = elapsedSeconds;
    if (isCut) {
      this.blend.cut();
      step = Math.max(step, CUT_STEP_SECONDS);
    } else if (isCurrent && playhead.isPaused && !this.heldPose) {
      step = 0;
    }
    this.blend.advance(step, this.heldPose ?? (isCovered ? this.sampled : null), pose, pose);
    this.smoothCut(isCut, elapsedSeconds, pose);
    this.shown.set(pose);
    if (!isCurrent) return;
    timeline?.forget(mediaSeconds - KEEP_SECONDS);
    if (round !== this.lastRound) this.forgetRoundsBefore(round);
    this.lastRound = round;
  }

  dispose(): void {
    this.timelines.clear();
  }

  /** Takes the jump of a cut out of everything but the mouth and gives it back little by little. */
  private smoothCut(isCut: boolean, elapsedSeconds: number, pose: Float32Array): void {
    const { jump, shown } = this;
    if (isCut) {
      for (let channel = 0; channel < CHANNEL_COUNT; channel++) jump[channel] = IS_MOUTH[channel] ? 0 : shown[channel] - pose[channel];
      this.jumpShare = 1;
    }
    if (this.jumpShare === 0) return;
    for (let channel = 0; channel < CHANNEL_COUNT; channel++) pose[channel] += jump[channel] * this.jumpShare;
    this.jumpShare *= Math.exp(-elapsedSeconds / FOLLOW_SECONDS);
    if (this.jumpShare < 0.01) this.jumpShare = 0;
  }

  private forgetRoundsBefore(round: number): void {
    for (const known of this.timelines.keys()) if (known < round) this.timelines.delete(known);
  }
}
