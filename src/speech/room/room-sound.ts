/** The voice of a room, played by the browser itself: volume, mute, track and delay. */
import type { RemoteAudioTrack } from 'livekit-client';
import { type Playout, VoiceTrack } from './voice-track.js';

/** Smaller changes of the measured delay are noise, s. */
const LATENCY_STEP_SECONDS = 0.002;

export class RoomSound {
  private readonly handleLatency: () => void;
  private readonly trackListeners = new Set<(track: MediaStreamTrack | null) => void>();
  private voice: VoiceTrack | null = null;
  private volume = 1;
  private isMuted = false;
  /** The page plays the voice by other means. */
  private isElsewhere = false;
  private latencySeconds = 0;
  private latencyOffsetSeconds = 0;

  /** @param handleLatency `outputLatencySeconds` has changed. */
  constructor(handleLatency: () => void) {
    this.handleLatency = handleLatency;
  }

  /** Time from the jitter buffer to the loudspeaker, s; the user's offset included. */
  get outputLatencySeconds(): number {
    return this.latencySeconds + this.latencyOffsetSeconds;
  }

  /** Plays a track in place of the one before; null plays none. */
  play(track: RemoteAudioTrack | null): void {
    if (track === (this.voice?.track ?? null)) return;
    this.voice?.detach();
    this.voice = track && new VoiceTrack(track);
    this.voice?.setVolume(this.volume);
    this.voice?.setMuted(this.isMuted || this.isElsewhere);
    this.tellTrack();
  }

  /** The voice is played by other means from now on, or no longer: here it is silent. */
  setElsewhere(isElsewhere: boolean): void {
    this.isElsewhere = isElsewhere;
    this.setMuted(this.isMuted);
    this.tellTrack();
  }

  setVolume(volume: number): void {
    this.volume = volume;
    this.voice?.setVolume(volume);
  }

  setMuted(isMuted: boolean): void {
    this.isMuted = isMuted;
    this.voice?.setMuted(isMuted || this.isElsewhere);
  }

  /** Keeps the present track silent whatever the volume: the rest of an interrupted round. */
  setSilenced(isSilenced: boolean): void {
    this.voice?.setSilenced(isSilenced);
  }

  setLatencyOffset(seconds: number): void {
    this.latencyOffsetSeconds = seconds;
    this.handleLatency();
  }

  /** Calls back with the voice's track, now and at each change; the returned function removes the listener. */
  watchTrack(listener: (track: MediaStreamTrack | null) => void): () => void {
    this.trackListeners.add(listener);
    listener(this.track);
    return () => void this.trackListeners.delete(listener);
  }

  private get track(): MediaStreamTrack | null {
    return this.isElsewhere ? null : (this.voice?.track.mediaStreamTrack ?? null);
  }

  private tellTrack(): void {
    for (const listener of this.trackListeners) listener(this.track);
  }

  /** @returns Null while there is no track. */
  playout(nowMs: number): Playout | null {
    const playout = this.voice?.playout(nowMs) ?? null;
    const seconds = playout?.outputSeconds ?? null;
    if (seconds !== null && Math.abs(seconds - this.latencySeconds) > LATENCY_STEP_SECONDS) {
      this.latencySeconds = seconds;
      this.handleLatency();
    }
    return playout;
  }
}
