/**
 * Plays a clip through the avatar, from any moment and at any speed.
 *
 * At full speed the avatar speaks as it does behind a backend: it is handed sound and motion, and its own clock
 * (`currentTime`) says which moment is heard. Slower, the browser's player stretches the sound, and every picture shows the
 * pose that belongs to its place (`showPose`). Standing still shows the pose at the playhead.
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
  /** Where the avatar began to speak, s; null while it does not. */
  #spokenFrom = null;
  #turn = 0;
  #isPosed = false;
  /** The avatar was heard in this turn. */
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

  /** Moment of the clip that is heard, or shown while nothing is, s. */
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

  /** A new clip stands at its beginning. */
  load(clip, motion) {
    this.pause();
    URL.revokeObjectURL(this.#audio.src);
    this.#audio.src = URL.createObjectURL(wavOf(clip));
    this.#clip = clip;
    this.#avatar.sampleRate = clip.soundRateHz;
    this.#motion = motion;
    this.seek(0);
  }

  /** The same clip with another face. */
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

  /** Goes on from there when it plays, else shows the face of that moment. */
  seek(seconds) {
    if (!this.#clip) return;
    this.#time = seconds;
    const wasPlaying = this.#isPlaying;
    if (wasPlaying) this.#stop();
    this.#show(this.#motion.poseAt(seconds));
    if (wasPlaying) this.play();
    else this.page.onChange();
  }

  /** To be called for every picture. */
  update() {
    if (!this.#isPlaying) return;
    if (this.#spokenFrom !== null) {
      // The pose gives way when the first sound is heard, not before.
      if (!this.#isHeard) return;
      this.#show(null);
      this.#time = Math.min(this.#clip.duration, this.#spokenFrom + this.#avatar.currentTime);
    } else {
      this.#time = this.#audio.currentTime;
      this.#show(this.#motion.poseAt(this.#time));
    }
  }

  /** @param pose Null lets the avatar's own speech show. */
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
