/** The voice of a room as the browser plays it: its volume, and the browser's statistics of its playout. */
import type { RemoteAudioTrack } from 'livekit-client';

/** Statistics cost a round trip through the browser's media process: not more often than this, ms. */
const STATS_INTERVAL_MS = 500;

export interface Playout {
  /** Time stamp of the packet that left the jitter buffer last, and when by `performance.now()`; null where unknown. */
  readonly rtp: { readonly timestamp: number; readonly atMs: number } | null;
  /** Mean time that samples lately spent in the jitter buffer, ms; null while unknown. */
  readonly bufferMs: number | null;
  /** From there to the loudspeaker, s; null where the browser does not tell. */
  readonly outputSeconds: number | null;
}

interface Totals {
  readonly delaySeconds: number;
  readonly count: number;
}

export class VoiceTrack {
  readonly track: RemoteAudioTrack;
  private readonly element: HTMLMediaElement;
  private volume = 1;
  private isMuted = false;
  private isSilenced = false;
  private buffer: Totals = { delaySeconds: 0, count: 0 };
  private output: Totals = { delaySeconds: 0, count: 0 };
  private bufferMs: number | null = null;
  private outputSeconds: number | null = null;
  private lastStatsMs = -Infinity;

  constructor(track: RemoteAudioTrack) {
    this.track = track;
    // Outside the document it plays all the same.
    this.element = track.attach();
    // livekit-client unmutes every element when the microphone is published or sound is unlocked.
    this.element.addEventListener('volumechange', this.applyVolume);
  }

  setVolume(volume: number): void {
    this.volume = volume;
    this.applyVolume();
  }

  setMuted(isMuted: boolean): void {
    this.isMuted = isMuted;
    this.applyVolume();
  }

  /** Keeps it silent whatever the volume: what comes was interrupted. */
  setSilenced(isSilenced: boolean): void {
    this.isSilenced = isSilenced;
    this.applyVolume();
  }

  detach(): void {
    this.element.removeEventListener('volumechange', this.applyVolume);
    this.track.detach(this.element);
  }

  /** As known now; asks for what takes longer to be told. @param nowMs `performance.now()` */
  playout(nowMs: number): Playout {
    if (nowMs - this.lastStatsMs >= STATS_INTERVAL_MS) {
      this.lastStatsMs = nowMs;
      void this.readStats();
    }
    const source = this.track.receiver?.getSynchronizationSources?.()[0];
    // Some browsers count from the epoch, some from the page's start.
    const atMs = source && (source.timestamp > performance.timeOrigin ? source.timestamp - performance.timeOrigin : source.timestamp);
    return {
      rtp: source && atMs !== undefined && Number.isFinite(source.rtpTimestamp) ? { timestamp: source.rtpTimestamp, atMs } : null,
      bufferMs: this.bufferMs,
      outputSeconds: this.outputSeconds,
    };
  }

  private async readStats(): Promise<void> {
    const report = await this.track.receiver?.getStats().catch(() => undefined);
    report?.forEach(
      (stats: Partial<RTCInboundRtpStreamStats> & { type: string; totalPlayoutDelay?: number; totalSamplesCount?: number }) => {
        if (stats.type === 'inbound-rtp') {
          const mean = meanSince(this.buffer, (this.buffer = totals(stats.jitterBufferDelay, stats.jitterBufferEmittedCount)));
          if (mean !== null) this.bufferMs = mean * 1000;
        } else if (stats.type === 'media-playout') {
          const mean = meanSince(this.output, (this.output = totals(stats.totalPlayoutDelay, stats.totalSamplesCount)));
          if (mean !== null) this.outputSeconds = mean;
        }
      },
    );
  }

  /** Both, since some devices let a page mute but not turn down. */
  private readonly applyVolume = (): void => {
    const isSilent = this.isMuted || this.isSilenced;
    const volume = isSilent ? 0 : this.volume;
    if (this.element.muted !== isSilent) this.element.muted = isSilent;
    if (this.element.volume !== volume) this.element.volume = volume;
  };
}

function totals(delaySeconds = 0, count = 0): Totals {
  return { delaySeconds, count };
}

function meanSince(before: Totals, after: Totals): number | null {
  const count = after.count - before.count;
  return count > 0 ? (after.delaySeconds - before.delaySeconds) / count : null;
}
