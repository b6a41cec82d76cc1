import { isGecko } from '../shared/core/gecko.js';

/** The parts of an AudioContext that report its latency. */
export interface LatencySource {
  readonly currentTime: number;
  readonly outputLatency?: number;
  readonly baseLatency?: number;
  getOutputTimestamp?(): { contextTime?: number; performanceTime?: number };
}

/** Typical latency in Firefox on Linux, which reports 32 to 49 ms. */
const UNASKED_SECONDS = 0.04;

/**
 * The context whose latency is read: the given one, or null in Firefox on Linux. There reading takes a lock that the audio graph
 * needs and waits for the sound server, which may be waiting for the graph: the page can deadlock.
 */
export function latencySourceOf(context: LatencySource): LatencySource {
  const mayHang = isGecko(navigator.userAgent) && navigator.platform.startsWith('Linux') && !navigator.userAgent.includes('Android');
  return mayHang ? { currentTime: 0, outputLatency: UNASKED_SECONDS } : context;
}

const WINDOW_READS = 16;
/** Below this `getOutputTimestamp` is not corrected for latency (Firefox), above it is nonsense. */
const MIN_SANE_SECONDS = 0.005;
const MAX_SANE_SECONDS = 0.5;
/** WebKit's output timestamps lie seconds in the future. */
const MAX_TIMESTAMP_AGE_MS = 1000;
/**
 * A reading this far from the window means another device, not jitter. `devicechange` would report that, too, but listening to it
 * makes Chromium start its camera process, 25 MB.
 */
const JUMP_SECONDS = 0.03;

/**
 * Reads the output latency: context time minus audible time, in seconds.
 *
 * `currentTime` moves in bursts and lags its own upper envelope by 0–10 ms, while the playhead follows the envelope.
 * So the largest of the last readings is used.
 */
export class OutputLatencyReader {
  private readonly source: LatencySource;
  private readonly readings: number[] = [];
  private _latencySeconds: number;
  private _hasJumped = false;

  constructor(source: LatencySource) {
    this.source = source;
    this._latencySeconds = this.reportedLatency();
  }

  /** Result of the last `read()`. */
  get latencySeconds(): number {
    return this._latencySeconds;
  }

  /** The last reading came from another device than the previous ones: a few more make it accurate. */
  get hasJumped(): boolean {
    return this._hasJumped;
  }

  /** @param nowMs `performance.now()` of the page. */
  read(nowMs: number): number {
    const measured = this.measuredLatency(nowMs);
    // The first one replaces the value that the browser reports.
    this._hasJumped = this.readings.length > 0 && Math.abs(measured - this._latencySeconds) > JUMP_SECONDS;
    if (Number.isNaN(measured)) {
      this.readings.length = 0;
      this._latencySeconds = this.reportedLatency();
      return this._latencySeconds;
    }
    if (this._hasJumped) this.readings.length = 0;
    this.readings.push(measured);
    if (this.readings.length > WINDOW_READS) this.readings.shift();
    this._latencySeconds = Math.max(...this.readings);
    return this._latencySeconds;
  }

  private measuredLatency(nowMs: number): number {
    const { contextTime, performanceTime } = this.source.getOutputTimestamp?.() ?? {};
    if (!contextTime || !performanceTime) return Number.NaN;
    const ageMs = nowMs - performanceTime;
    const latency = this.source.currentTime - (contextTime + ageMs / 1000);
    const isSane = Math.abs(ageMs) < MAX_TIMESTAMP_AGE_MS && latency > MIN_SANE_SECONDS && latency < MAX_SANE_SECONDS;
    return isSane ? latency : Number.NaN;
  }

  private reportedLatency(): number {
    return this.source.outputLatency || this.source.baseLatency || 0;
  }
}
