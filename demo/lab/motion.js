/** Motion of a clip, sampled at any time. */
import { CHANNEL_INDEX, CHANNELS, motionMessages, VISEMES } from '/dist/engine/index.js';

export { CHANNEL_INDEX, CHANNELS, motionMessages, VISEMES };

export class Motion {
  /** @param {{frameRate: number, frameCount: number, values: Float32Array, visemes: Float32Array}} frames */
  constructor({ frameRate, frameCount, values, visemes }) {
    this.frameRate = frameRate;
    this.frameCount = frameCount;
    /** `[frameCount, 58]` */
    this.values = values;
    /** `[frameCount, 15]` */
    this.visemes = visemes;
  }

  /** The same speech with other motion values. */
  with(values) {
    return new Motion({ ...this, values });
  }

  /** Motion from a frame on, for playback that starts there. */
  from(frame) {
    const { frameRate } = this;
    return { frameRate, startFrame: 0, frameCount: this.frameCount - frame, values: this.values.slice(frame * CHANNELS.length) };
  }

  /** Value of a channel in a frame. */
  value(frame, channel) {
    return this.values[frame * CHANNELS.length + channel];
  }

  /** Index of the frame at a time. */
  frameAt(seconds) {
    return Math.max(0, Math.min(this.frameCount - 1, Math.round(seconds * this.frameRate)));
  }

  /** Pose at a time, interpolated between two frames. @returns {Float32Array} `[58]` */
  poseAt(seconds) {
    const place = Math.max(0, Math.min(this.frameCount - 1, seconds * this.frameRate));
    const frame = Math.min(Math.floor(place), Math.max(0, this.frameCount - 2));
    const share = Math.min(1, place - frame);
    const next = Math.min(frame + 1, this.frameCount - 1);
    return Float32Array.from(CHANNELS, (_, channel) => this.value(frame, channel) * (1 - share) + this.value(next, channel) * share);
  }

  /** The most probable viseme of a frame. @returns {{name: string, index: number, share: number}} */
  visemeAt(frame) {
    const shares = this.visemes.subarray(frame * VISEMES.length, (frame + 1) * VISEMES.length);
    const index = shares.indexOf(Math.max(...shares));
    return { name: VISEMES[index], index, share: shares[index] };
  }
}
