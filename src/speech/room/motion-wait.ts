/**
 * Decides whether a room's voice comes with motion: a voice without gets its motion from this page. Motion that comes later takes over
 * with the next turn, so that no answer is cut in two.
 */

export interface MotionWaitListener {
  /** No motion has come with this voice; null: it comes now, or the voice has gone. */
  handleAlone(voice: MediaStreamTrack | null): void;
  /** Whether the voice is being heard, after `handleAlone`. */
  isSpeaking(): boolean;
}

/** How long motion is waited for, ms. */
const WAIT_MS = 500;

export class MotionWait {
  private readonly listener: MotionWaitListener;
  private readonly waitMs: number;
  private voice: MediaStreamTrack | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hasMotion = false;
  private _isAlone = false;
  /** The conversation that motion came for in the middle of a turn. */
  private missedConversation: number | null = null;

  constructor(listener: MotionWaitListener, waitMs = WAIT_MS) {
    this.listener = listener;
    this.waitMs = waitMs;
  }

  /** The page makes the motion of the present voice. */
  get isAlone(): boolean {
    return this._isAlone;
  }

  /** @param announcesMotion The participant has said that it brings motion. */
  setVoice(voice: MediaStreamTrack | null, announcesMotion: boolean): void {
    if (voice !== this.voice) this.stop();
    if (announcesMotion || this.hasMotion) clearTimeout(this.timer);
    else if (voice && voice !== this.voice) this.timer = setTimeout(() => this.begin(voice), this.waitMs);
    this.voice = voice;
  }

  /** Motion of a conversation, or its time, has come. @returns False while it is to be dropped. */
  admits(conversation: number): boolean {
    this.hasMotion = true;
    clearTimeout(this.timer);
    if (!this._isAlone) return true;
    this.missedConversation ??= conversation;
    if (this.listener.isSpeaking() && conversation === this.missedConversation) return false;
    this.stop();
    return true;
  }

  /** Another participant speaks. */
  reset(): void {
    this.setVoice(null, false);
    this.hasMotion = false;
  }

  private begin(voice: MediaStreamTrack): void {
    this._isAlone = true;
    this.listener.handleAlone(voice);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.missedConversation = null;
    if (!this._isAlone) return;
    this._isAlone = false;
    this.listener.handleAlone(null);
  }
}
