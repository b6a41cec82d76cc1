/**
 * Decides how far a round may sound.
 *
 * Sound and face start together: nothing is released until the audio and the motion both cover the first moments (or
 * all of a shorter round), or until it is decided that no motion comes. From then on sound runs free, or in strict
 * sync as far as there is motion.
 */
import type { FrameStarvation } from '../../shared/contracts/speech-session.js';

/** Enough that a late message does not starve the face at once, little enough to go unnoticed. */
export const FIRST_MOMENTS_SECONDS = 0.12;

/** Motion that ends this close before the audio covers it: the last frame is held. */
const TAIL_SECONDS = 0.05;

export class ReleaseGate {
  private readonly firstMomentsSeconds: number;
  private mode: FrameStarvation;
  private audioSeconds = 0;
  private motionSeconds = 0;
  private isAudioComplete = false;
  private isMotionComplete = false;
  private isMotionless = false;
  private isOpen = false;
  private releasedSeconds = 0;

  constructor(mode: FrameStarvation, firstMomentsSeconds = FIRST_MOMENTS_SECONDS) {
    this.mode = mode;
    this.firstMomentsSeconds = firstMomentsSeconds;
  }

  /** True once anything of the round may sound. */
  get isReleased(): boolean {
    return this.isOpen;
  }

  /** Media time up to which the round may sound, s: 0, a moving value, or `Infinity`. Never goes back. */
  get untilSeconds(): number {
    return this.releasedSeconds;
  }

  setMode(mode: FrameStarvation): void {
    this.mode = mode;
    this.update();
  }

  addAudio(seconds: number): void {
    this.audioSeconds += seconds;
    this.update();
  }

  completeAudio(): void {
    this.isAudioComplete = true;
    this.update();
  }

  /** @param untilSeconds End of the motion that has come, in media time. */
  coverMotion(untilSeconds: number): void {
    this.motionSeconds = Math.max(this.motionSeconds, untilSeconds);
    this.update();
  }

  completeMotion(): void {
    this.isMotionComplete = true;
    this.update();
  }

  /** Motion is no longer waited for; late motion is still shown. */
  goWithoutMotion(): void {
    this.isMotionless = true;
    this.update();
  }

  private update(): void {
    const needsNoMotion = this.isMotionComplete || this.isMotionless;
    if (!this.isOpen) {
      const hasAudio = this.isAudioComplete || this.audioSeconds >= this.firstMomentsSeconds;
      const needed = this.isAudioComplete ? Math.min(this.firstMomentsSeconds, this.audioSeconds - TAIL_SECONDS) : this.firstMomentsSeconds;
      if (!hasAudio || !(needsNoMotion || (this.motionSeconds > 0 && this.motionSeconds >= needed))) return;
      this.isOpen = true;
    }
    const isCovered = this.isAudioComplete && this.motionSeconds >= this.audioSeconds - TAIL_SECONDS;
    const isFree = this.mode === 'audio-independent' || needsNoMotion || isCovered;
    this.releasedSeconds = isFree ? Infinity : Math.max(this.releasedSeconds, this.motionSeconds);
  }
}
