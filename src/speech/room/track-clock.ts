/**
 * Computes which moment of which conversation leaves the browser's jitter buffer, from the publisher's clock packets and the
 * browser's statistics of its playout.
 *
 * The RTP time of a track counts its samples but starts anywhere, and a forwarding server moves it again, so RTP and
 * media time differ by an unknown constant per run of the voice:
 *
 *     media time now = RTP time leaving the buffer now − K
 *
 * A clock packet says "media time m leaves the publisher now". It travels the same way as the voice, in about the same
 * time; the voice needs one Opus frame and the encoder's look-ahead more, and then waits in the jitter buffer, a delay the
 * browser knows. So a packet that arrived at `a` gives
 *
 *     K = RTP time leaving at (a + encoding + buffer delay) − m
 *       = (RTP time leaving now − now + buffer delay) + (a − m) + encoding
 *
 * Packets are never early but often late: of the last seconds the smallest a − m counts. The first term is the RTP time
 * that arrives now against the page's clock; it stays when the buffer grows or shrinks, which moves both of its parts. The
 * browser reports one of them at once and the other as a mean, so its median over some seconds counts. Samples stretched
 * or dropped in the buffer show in the RTP time at once and need no new packet.
 *
 * The caller passes `performance.now()`. Where the browser reports no RTP time, the page's clock is used.
 */

/** Encoding of a sample, ms: half an Opus frame of 20 ms beyond its mean delay in the buffer, and 6.5 ms of look-ahead. */
const ENCODING_MS = 16.5;
/** Buffer delay until the browser reports it, ms. */
const DEFAULT_BUFFER_MS = 80;
/** RTP units per ms: Opus always counts at 48 kHz (RFC 7587). */
const RTP_PER_MS = 48;
const RTP_WRAP = 2 ** 32;
const WINDOW_MS = 2000;
const MAX_ANCHORS = 64;
/** RTP time that moves by more than this against the page's clock is another stream, ms. */
const NEW_STREAM_MS = 3000;
/** Corrections of a run that is heard: slowly, unless they are large. */
const MAX_SLEW_MS = 2;
const SNAP_MS = 40;
const MAX_RUNS = 32;
/** Readings of the playout kept: 3 s at ten a second. */
const MAX_READINGS = 30;

/** The publisher's clock in any packet of a conversation. */
export interface VoiceTime {
  readonly conversation: number;
  readonly run: number;
  readonly mediaSeconds: number;
  readonly runStartSeconds: number;
}

export type RunEnd = 'held' | 'ended' | 'cut';

export interface Heard {
  readonly conversation: number;
  readonly mediaSeconds: number;
  readonly isAdvancing: boolean;
  /** Why the voice has stopped there; null while it speaks. */
  readonly end: RunEnd | null;
}

interface Anchor {
  readonly arrivalMs: number;
  readonly mediaMs: number;
}

interface Run {
  readonly conversation: number;
  readonly run: number;
  readonly startMs: number;
  anchors: Anchor[];
  /** K in force, ms; NaN before the first anchor. */
  constantMs: number;
  endMs: number;
  end: RunEnd | null;
  isHeard: boolean;
}

export class TrackClock {
  private readonly runs: Run[] = [];
  private bufferMs = DEFAULT_BUFFER_MS;
  /** RTP time that leaves the buffer − page's time, ms; 0 while the browser tells none. */
  private rtpOffsetMs = 0;
  private hasRtp = false;
  /** RTP time that arrives − page's time, ms, as read lately. */
  private readonly arrivals: number[] = [];
  private lastRtp = 0;
  private rtpTurns = 0;

  /**
   * What the browser says of its playout.
   *
   * @param rtp Time stamp of the packet that left the buffer last, and when, `performance.now()`; null where unknown.
   * @param bufferMs Mean time that samples lately spent in the buffer; null where unknown.
   */
  handlePlayout(rtp: { readonly timestamp: number; readonly atMs: number } | null, bufferMs: number | null): void {
    if (bufferMs !== null && Number.isFinite(bufferMs)) this.bufferMs = bufferMs;
    if (rtp) {
      const offsetMs = this.unwrap(rtp.timestamp) / RTP_PER_MS - rtp.atMs;
      if (!this.hasRtp || Math.abs(offsetMs - this.rtpOffsetMs) > NEW_STREAM_MS) this.arrivals.length = 0;
      this.hasRtp = true;
      this.rtpOffsetMs = offsetMs;
    }
    this.arrivals.push(this.rtpOffsetMs + this.bufferMs);
    if (this.arrivals.length > MAX_READINGS) this.arrivals.shift();
  }

  /** Everything is forgotten: another voice. */
  reset(): void {
    this.runs.length = this.arrivals.length = 0;
    this.rtpOffsetMs = 0;
    this.hasRtp = false;
  }

  /** @param arrivalMs `performance.now()` at which the packet came. */
  handleVoiceTime(time: VoiceTime, arrivalMs: number): void {
    const run = this.openRun(time);
    if (!run) return;
    run.anchors.push({ arrivalMs, mediaMs: time.mediaSeconds * 1000 });
    if (run.anchors.length > MAX_ANCHORS) run.anchors.shift();
    while (run.anchors[0].arrivalMs < arrivalMs - WINDOW_MS) run.anchors.shift();
  }

  /** The voice stops at `mediaSeconds` of a conversation. */
  handleEnd(time: VoiceTime, end: RunEnd): void {
    const run = this.runs.findLast(({ conversation }) => conversation === time.conversation);
    if (!run) return;
    run.endMs = time.mediaSeconds * 1000;
    run.end = end;
  }

  /**
   * What leaves the buffer at a moment; null before the first voice.
   *
   * @param nowMs `performance.now()`, not before the last call's.
   */
  heardAt(nowMs: number): Heard | null {
    for (let index = this.runs.length - 1; index >= 0; index--) {
      const run = this.runs[index];
      this.follow(run);
      const mediaMs = nowMs + this.rtpOffsetMs - run.constantMs;
      if (Number.isNaN(mediaMs) || mediaMs < run.startMs) continue;
      run.isHeard = true;
      this.runs.splice(0, index);
      const isOver = mediaMs >= run.endMs;
      return {
        conversation: run.conversation,
        mediaSeconds: Math.min(mediaMs, run.endMs) / 1000,
        isAdvancing: !isOver,
        end: isOver ? run.end : null,
      };
    }
    return null;
  }

  private openRun({ conversation, run, runStartSeconds }: VoiceTime): Run | null {
    const newest = this.runs[this.runs.length - 1];
    if (newest?.conversation === conversation && newest.run === run) return newest;
    // A late word on what is over.
    if (newest && (conversation < newest.conversation || (conversation === newest.conversation && ((run - newest.run) & 0xffff) > 0x7fff)))
      return null;
    const opened: Run = {
      conversation,
      run,
      startMs: runStartSeconds * 1000,
      anchors: [],
      constantMs: Number.NaN,
      endMs: Infinity,
      end: null,
      isHeard: false,
    };
    this.runs.push(opened);
    if (this.runs.length > MAX_RUNS) this.runs.shift();
    return opened;
  }

  private follow(run: Run): void {
    if (run.anchors.length === 0) return;
    const sorted = [...this.arrivals].sort((one, other) => one - other);
    const arrivalMs = sorted[sorted.length >> 1] ?? DEFAULT_BUFFER_MS;
    const least = arrivalMs + ENCODING_MS + Math.min(...run.anchors.map((anchor) => anchor.arrivalMs - anchor.mediaMs));
    const error = least - run.constantMs;
    const isSmall = run.isHeard && Math.abs(error) < SNAP_MS;
    run.constantMs = isSmall ? run.constantMs + Math.min(Math.max(error, -MAX_SLEW_MS), MAX_SLEW_MS) : least;
  }

  private unwrap(timestamp: number): number {
    const difference = timestamp - this.lastRtp;
    if (difference < -RTP_WRAP / 2) this.rtpTurns++;
    else if (difference > RTP_WRAP / 2 && this.rtpTurns > 0) this.rtpTurns--;
    this.lastRtp = timestamp;
    return timestamp + this.rtpTurns * RTP_WRAP;
  }
}
