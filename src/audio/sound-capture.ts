import { watchTracksEnd } from './live-tracks.js';
import type { Player } from './player.js';
import { type TrackSource, tapVoice } from './voice-tap.js';

/** Above the latency of any audio device, s. */
const MAX_DELAY_SECONDS = 2;
/** Extra delay of sound against pictures on the way into a recording, s; measured in Chromium. */
const PATH_SECONDS = 0.05;
/** Time constant of a change, s: inaudible. */
const GLIDE_SECONDS = 0.05;

/**
 * An avatar's voice as a track. It has the delay of the loudspeaker, to which the picture is synchronised; the volume and mute of
 * the avatar do not change it.
 */
export class SoundCapture {
  readonly track: MediaStreamTrack;
  /** Resolves when the track was stopped. */
  readonly ended: Promise<void>;

  constructor(voice: TrackSource, player: Player) {
    const context = player.captureNode.context as AudioContext;
    const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    const delay = new DelayNode(context, { maxDelayTime: MAX_DELAY_SECONDS });
    delay.connect(destination);
    const seconds = (): number => Math.min(Math.max(player.outputLatencySeconds - PATH_SECONDS, 0), MAX_DELAY_SECONDS);
    delay.delayTime.value = seconds();
    const follow = (): unknown => delay.delayTime.setTargetAtTime(seconds(), context.currentTime, GLIDE_SECONDS);
    // A room's voice is taken after the browser's own buffers, which have the delay of its picture.
    const forget = [player.on('latency', follow), tapVoice(voice, player, delay, destination)];
    this.track = destination.stream.getAudioTracks()[0];
    this.ended = new Promise<void>((resolve) => watchTracksEnd([this.track], resolve)).then(() => {
      for (const end of forget) end();
      delay.disconnect();
    });
  }
}
