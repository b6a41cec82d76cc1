/**
 * Plays a clip with the avatar, from any position and at any speed.
 *
 * At full speed the avatar works as in backend mode: it receives audio and motion, and `currentTime` is the audible
 * position. At lower speeds a media element stretches the audio, and each frame shows the pose of its position (`showPose`).
 * While paused, the pose at the playhead is shown.
 */
import { wavOf } from './clip.js';
import { motionMessages } from './motion.js';

export class Playback {
  #avatar;
  #audio = new Audio();
  #clip = null;
  #motion = null;
  #time = 0;
  #rate = 1;
  /** Position where the avatar started to play, s; null while it does not play. */
  #spokenFrom = null;
  #turn = 0;
  #isPosed = false;
  /** Whether the avatar's audio has started. */
  #isHeard = false;
  #isPlaying = false;

  /** @param {{onChange: () => void, onError: (error: Error) => void}} page */
  constructor(avatar, page) {
    this.#avatar = avatar;
    this.page = page;
    avatar.addEventListener('avatar-conversation-state', ({ state }) => {
      if (state === 'playing') this.#isHeard = true;
      else if (state === 'idle' && this.#isHeard && this.#spokenFrom !== null) this.#end(this.#clip.duration);
    });
  }

  get isPlaying() {
    return this.#isPlaying;
  }

  /** Audible position, or the displayed one while paused, s. */
  get time() {
    return this.#time;
  }

  get rate() {
    return this.#rate;
  }

  set rate(rate) {
    const wasPlaying = this.#isPlaying;
    this.pause();
    this.#rate = rate;
    if (wasPlaying) this.play();
  }

  /** Sets a new clip, at its start. */
  load(clip, motion) {
    this.pause();
    URL.revokeObjectURL(this.#audio.src);
    this.#audio.src = URL.createObjectURL(wavOf(clip));
    this.#clip = clip;
    this.#avatar.sampleRate = clip.soundRateHz;
    this.#motion = motion;
    this.seek(0);
  }

  /** Replaces the motion of the clip. */
  setMotion(motion) {
    this.#motion = motion;
    if (!this.#isPlaying) this.#show(motion.poseAt(this.#time));
  }

  play() {
    if (!this.#clip || this.#isPlaying) return;
    if (this.#time >= this.#clip.duration - 0.05) this.#time = 0;
    this.#isPlaying = true;
    if (this.#rate === 1) this.#speak();
    else void this.#playSlowly();
    this.page.onChange();
  }

  pause() {
    if (!this.#isPlaying) return;
    this.#stop();
    this.seek(this.#time);
  }

  /** Continues from there during playback, otherwise shows the pose at that time. */
  seek(seconds) {
    if (!this.#clip) return;
    this.#time = seconds;
    const wasPlaying = this.#isPlaying;
    if (wasPlaying) this.#stop();
    this.#show(this.#motion.poseAt(seconds));
    if (wasPlaying) this.play();
    else this.page.onChange();
  }

  /** Call it once per frame. */
  update() {
    if (!this.#isPlaying) return;
    if (this.#spokenFrom !== null) {
      // Keep the pose until the first sample is audible.
      if (!this.#isHeard) return;
      this.#show(null);
      this.#time = Math.min(this.#clip.duration, this.#spokenFrom + this.#avatar.currentTime);
    } else {
      this.#time = this.#audio.currentTime;
      this.#show(this.#motion.poseAt(this.#time));
    }
  }

  /** @param pose Null shows the avatar's speech. */
  #show(pose) {
    if (pose || this.#isPosed) this.#avatar.showPose(pose);
    this.#isPosed = pose !== null;
  }

  #speak() {
    const { sound, soundRateHz } = this.#clip;
    const first = this.#motion.frameAt(this.#time);
    this.#spokenFrom = first / this.#motion.frameRate;
    this.#isHeard = false;
    const pcm = Int16Array.from(
      sound.subarray(Math.round(this.#spokenFrom * soundRateHz)),
      (sample) => Math.max(-1, Math.min(1, sample)) * 32767,
    );
    const conversationId = this.#avatar.yieldAudioData(pcm.buffer, true);
    this.#avatar.yieldFramesData(motionMessages(this.#motion.from(first)), conversationId);
  }

  async #playSlowly() {
    const turn = ++this.#turn;
    const audio = this.#audio;
    audio.playbackRate = this.#rate;
    audio.currentTime = this.#time;
    audio.onended = () => turn === this.#turn && this.#end(this.#clip.duration);
    try {
      await audio.play();
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#end(this.#time);
      this.page.onError(error);
    }
  }

  #end(seconds) {
    this.#stop();
    this.seek(seconds);
  }

  #stop() {
    this.#turn++;
    this.#isPlaying = false;
    this.#audio.pause();
    if (this.#spokenFrom !== null) this.#avatar.interrupt();
    this.#spokenFrom = null;
  }
}
