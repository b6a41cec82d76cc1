/**
 * Counts frames and measures the offset between face and sound. Allocates nothing while frames are drawn.
 *
 * Skew: a frame is drawn for the moment at which it is expected to be seen. The next frame's timestamp gives the actual moment,
 * and half a second later the playhead has a better estimate of what was audible then. The difference is the skew.
 */
import type { Playhead } from '../audio/playhead.js';
import type { StageStats, TracedFrame } from '../shared/contracts/stage.js';

const WINDOW_MS = 2000;
/** 2 s at 240 Hz. */
const WINDOW_FRAMES = 480;
/** 10 s at 60 Hz. */
const SKEW_COUNT = 600;
/** Frames that wait for the better estimate, 1 s at 240 Hz. */
const WAITING_COUNT = 256;
const HINDSIGHT_MS = 600;
const TRACE_COUNT = 10_000;
/** Longer intervals are not frames: the display was off or the page hidden. */
const MAX_SHOW_DELAY_MS = 250;

export class FrameStats {
  framesDrawn = 0;
  starvedFrames = 0;
  droppedFrames = 0;
  private lastStartMs = Number.NaN;

  private readonly playhead: Playhead;
  private readonly drawnMs = new Float64Array(WINDOW_FRAMES);
  private readonly cpuMs = new Float32Array(WINDOW_FRAMES);
  private readonly skewMs = new Float32Array(SKEW_COUNT);
  private skewCount = 0;
  private skewRound = 0;

  private readonly shownMs = new Float64Array(WAITING_COUNT);
  private readonly shownMedia = new Float64Array(WAITING_COUNT);
  private readonly shownRound = new Uint32Array(WAITING_COUNT);
  private shownCount = 0;
  private judgedCount = 0;
  /** The time at which the newest waiting frame was shown is not known yet. */
  private isNewestOpen = false;

  /** `[frame, 4]`: epoch ms, round, media seconds, jawOpen. */
  private trace: Float64Array | null = null;
  private traceCount = 0;

  constructor(playhead: Playhead) {
    this.playhead = playhead;
  }

  /** @param timestampMs Timestamp of the frame that begins; the previous one is on the display now. */
  handleFrameStart(timestampMs: number): void {
    const elapsedMs = timestampMs - this.lastStartMs;
    if (elapsedMs < MAX_SHOW_DELAY_MS) this.droppedFrames += Math.max(0, Math.round((elapsedMs * 60) / 1000) - 1);
    this.lastStartMs = timestampMs;
    if (this.isNewestOpen) {
      this.isNewestOpen = false;
      const newest = (this.shownCount - 1) % WAITING_COUNT;
      const isPlausible = timestampMs - this.drawnMs[(this.framesDrawn + WINDOW_FRAMES - 1) % WINDOW_FRAMES] < MAX_SHOW_DELAY_MS;
      if (isPlausible) this.shownMs[newest] = timestampMs;
      else this.shownCount--;
    }
    this.judge(timestampMs);
  }

  /**
   * @param nowMs Time at which drawing was submitted.
   * @param mediaSeconds Media time that this frame shows; NaN without speech.
   */
  handleFrame(
    nowMs: number,
    cpuMs: number,
    round: number,
    mediaSeconds: number,
    isAdvancing: boolean,
    isStarved: boolean,
    jawOpen: number,
  ): void {
    const at = this.framesDrawn % WINDOW_FRAMES;
    this.drawnMs[at] = nowMs;
    this.cpuMs[at] = cpuMs;
    this.framesDrawn++;
    if (isStarved) this.starvedFrames++;
    if (isAdvancing && !Number.isNaN(mediaSeconds)) {
      const slot = this.shownCount % WAITING_COUNT;
      this.shownMedia[slot] = mediaSeconds;
      this.shownRound[slot] = round;
      this.shownCount++;
      this.isNewestOpen = true;
    }
    if (this.trace) this.keep(this.trace, nowMs, round, mediaSeconds, jawOpen);
  }

  stats(nowMs: number): Omit<StageStats, 'drawMs' | 'resolutionScale' | 'renderer'> {
    const first = Math.max(0, this.framesDrawn - WINDOW_FRAMES);
    const recent: number[] = [];
    for (let frame = first; frame < this.framesDrawn; frame++) {
      if (nowMs - this.drawnMs[frame % WINDOW_FRAMES] <= WINDOW_MS) recent.push(this.cpuMs[frame % WINDOW_FRAMES]);
    }
    const skew = [...this.skewMs.subarray(0, Math.min(this.skewCount, SKEW_COUNT))];
    return {
      framesPerSecond: recent.length / (WINDOW_MS / 1000),
      frameCpuMs: percentile(recent, 0.5),
      framesDrawn: this.framesDrawn,
      skewP50Ms: percentile(skew, 0.5),
      skewP95Ms: percentile(skew.map(Math.abs), 0.95),
      starvedFrames: this.starvedFrames,
      droppedFrames: this.droppedFrames,
    };
  }

  setTracing(isOn: boolean): void {
    this.trace = isOn ? (this.trace ?? new Float64Array(TRACE_COUNT * 4)) : null;
    this.traceCount = 0;
  }

  /** The frames recorded since the last call, oldest first. */
  takeTrace(): TracedFrame[] {
    const frames: TracedFrame[] = [];
    const { trace } = this;
    for (let frame = Math.max(0, this.traceCount - TRACE_COUNT); trace && frame < this.traceCount; frame++) {
      const at = (frame % TRACE_COUNT) * 4;
      frames.push({ epochMs: trace[at], round: trace[at + 1], mediaSeconds: trace[at + 2], jawOpen: trace[at + 3] });
    }
    this.traceCount = 0;
    return frames;
  }

  private keep(trace: Float64Array, nowMs: number, round: number, mediaSeconds: number, jawOpen: number): void {
    const at = (this.traceCount % TRACE_COUNT) * 4;
    trace[at] = performance.timeOrigin + nowMs;
    trace[at + 1] = round;
    trace[at + 2] = mediaSeconds;
    trace[at + 3] = jawOpen;
    this.traceCount++;
  }

  private judge(nowMs: number): void {
    this.judgedCount = Math.max(this.judgedCount, this.shownCount - WAITING_COUNT);
    while (this.judgedCount < this.shownCount - (this.isNewestOpen ? 1 : 0)) {
      const slot = this.judgedCount % WAITING_COUNT;
      if (nowMs - this.shownMs[slot] < HINDSIGHT_MS) return;
      this.judgedCount++;
      // The playhead has the history of its current round only.
      if (this.shownRound[slot] !== this.playhead.round) continue;
      const audible = this.playhead.hindsightMediaSecondsAt(this.shownMs[slot]);
      if (Number.isNaN(audible)) continue;
      if (this.shownRound[slot] !== this.skewRound) {
        this.skewRound = this.shownRound[slot];
        this.skewCount = 0;
      }
      this.skewMs[this.skewCount % SKEW_COUNT] = (this.shownMedia[slot] - audible) * 1000;
      this.skewCount++;
    }
  }
}

function percentile(values: number[], fraction: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))];
}
