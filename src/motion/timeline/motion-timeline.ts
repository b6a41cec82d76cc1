import { CHANNEL_COUNT, EXTRA_CHANNEL_COUNT, EXTRA_LAYOUT } from '../../shared/contracts/channels.js';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';

/** Consecutive frames at one rate; `values` may be a view on a longer message. */
interface Segment {
  startSeconds: number;
  periodSeconds: number;
  frameCount: number;
  values: Float32Array;
  extra: Float32Array | null;
}

/** Tolerance of comparisons of time: times are sums of fractions. */
const EPSILON_SECONDS = 1e-6;

/**
 * The frames of one round by media time. Messages may arrive in any order and overlap: the later one replaces the earlier one.
 * Gaps stay uncovered. Frame rates may differ between messages.
 *
 * Single-threaded. `sample` and `coveredUntil` allocate nothing; `append` keeps a view on the message, no copy.
 */
export class MotionTimeline {
  /** Sorted by time, not overlapping. */
  private readonly segments: Segment[] = [];
  /** Segment of the last `sample`: the next sample is usually in it or the one after it. */
  private cursor = 0;
  private finished = false;

  /** True once the last frame of the round has arrived: moments after it are rest, not starvation. */
  get isFinished(): boolean {
    return this.finished;
  }

  /** End of the last frame, s; 0 if there is none. */
  get endSeconds(): number {
    const last = this.segments[this.segments.length - 1];
    return last ? endOf(last) : 0;
  }

  /** Frames held, for bounds in tests and statistics. */
  get frameCount(): number {
    let count = 0;
    for (const segment of this.segments) count += segment.frameCount;
    return count;
  }

  /**
   * Adds frames; they replace those that overlap them. Takes over `frames.values`.
   *
   * @throws {AvatarError} `invalidMotionData` for an invalid rate or count, or too few values.
   */
  append(frames: MotionFrames): void {
    const { frameRate, startFrame, frameCount, values, extra } = frames;
    const isSound =
      frameRate > 0 &&
      Number.isFinite(frameRate) &&
      Number.isFinite(startFrame) &&
      Number.isInteger(frameCount) &&
      frameCount >= 0 &&
      values.length >= frameCount * CHANNEL_COUNT &&
      (!extra || extra.values.length >= frameCount * EXTRA_CHANNEL_COUNT);
    if (!isSound) {
      throw new AvatarError(
        ErrorCode.invalidMotionData,
        `not valid motion: ${frameCount} frames from ${startFrame} at ${frameRate} per second in ${values.length} values`,
      );
    }
    if (frameCount === 0) return;
    const added: Segment = {
      startSeconds: startFrame / frameRate,
      periodSeconds: 1 / frameRate,
      frameCount,
      values,
      extra: extra?.values ?? null,
    };
    const end = endOf(added);
    let index = this.segments.findIndex((segment) => endOf(segment) > added.startSeconds + EPSILON_SECONDS);
    if (index < 0) index = this.segments.length;
    const kept: Segment[] = [];
    let replaced = 0;
    for (let i = index; i < this.segments.length; i++) {
      const segment = this.segments[i];
      if (segment.startSeconds >= end - EPSILON_SECONDS) break;
      replaced++;
      const before = framesBefore(segment, added.startSeconds);
      if (before > 0) kept.push(part(segment, 0, before));
    }
    kept.push(added);
    for (let i = index; i < index + replaced; i++) {
      const segment = this.segments[i];
      const before = framesBefore(segment, end);
      if (before < segment.frameCount) kept.push(part(segment, before, segment.frameCount));
    }
    this.segments.splice(index, replaced, ...kept);
    this.cursor = 0;
  }

  /** Copies of the frames held, as `append` takes them. */
  frames(): MotionFrames[] {
    return this.segments.map(({ startSeconds, periodSeconds, frameCount, values, extra }) => ({
      frameRate: 1 / periodSeconds,
      startFrame: startSeconds / periodSeconds,
      frameCount,
      values: values.slice(0, frameCount * CHANNEL_COUNT),
      ...(extra && { extra: { layout: EXTRA_LAYOUT, values: extra.slice(0, frameCount * EXTRA_CHANNEL_COUNT) } }),
    }));
  }

  /** Marks the end of the round's motion. */
  finish(): void {
    this.finished = true;
  }

  /**
   * Samples the face at one moment by linear interpolation. The last frame before a gap is held for one frame.
   *
   * @param seconds Media time of this round.
   * @param out Filled in place, `[58]`. Untouched when the result is false.
   * @param extra Filled in place, `[7]`, in the order of `EXTRA_CHANNELS`; 0 for frames that have none. Untouched when the result is false.
   * @returns False when no frame covers the moment.
   */
  sample(seconds: number, out: Float32Array, extra?: Float32Array): boolean {
    const index = this.find(seconds);
    if (index < 0) return false;
    this.cursor = index;
    const segment = this.segments[index];
    const place = Math.max(0, (seconds - segment.startSeconds) / segment.periodSeconds);
    const frame = Math.min(segment.frameCount - 1, Math.floor(place + EPSILON_SECONDS));
    let toSegment = segment;
    let toFrame = frame;
    let fraction = 0;
    if (frame + 1 < segment.frameCount) {
      toFrame = frame + 1;
      fraction = place - frame;
    } else {
      const next = this.segments[index + 1];
      if (next && isJoined(segment, next)) {
        const start = segment.startSeconds + frame * segment.periodSeconds;
        toSegment = next;
        toFrame = 0;
        fraction = (seconds - start) / (next.startSeconds - start);
      }
    }
    fraction = Math.min(1, Math.max(0, fraction));
    blend(out, segment.values, frame, toSegment.values, toFrame, CHANNEL_COUNT, fraction);
    if (extra) blend(extra, segment.extra, frame, toSegment.extra, toFrame, EXTRA_CHANNEL_COUNT, fraction);
    return true;
  }

  /** End of the contiguous frames that cover `seconds`; `seconds` itself if it is not covered. */
  coveredUntil(seconds: number): number {
    let index = this.find(seconds);
    if (index < 0) return seconds;
    while (index + 1 < this.segments.length && isJoined(this.segments[index], this.segments[index + 1])) index++;
    return endOf(this.segments[index]);
  }

  /** Drops messages that end before a moment; the playhead must be past it. */
  forget(beforeSeconds: number): void {
    let count = 0;
    while (count < this.segments.length && endOf(this.segments[count]) < beforeSeconds) count++;
    if (count === 0) return;
    this.segments.splice(0, count);
    this.cursor = Math.max(0, this.cursor - count);
  }

  /** Index of the segment that covers the moment, or −1. */
  private find(seconds: number): number {
    const { segments } = this;
    if (!(seconds >= 0)) return -1;
    let low = 0;
    let high = segments.length - 1;
    // Usually the segment of the previous call, or the next one.
    if (this.cursor < segments.length && segments[this.cursor].startSeconds <= seconds) {
      low = this.cursor;
      if (low + 1 > high || segments[low + 1].startSeconds > seconds) high = low;
    }
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (segments[middle].startSeconds <= seconds + EPSILON_SECONDS) low = middle;
      else high = middle - 1;
    }
    const segment = segments[low];
    if (!segment || segment.startSeconds > seconds + EPSILON_SECONDS) return -1;
    if (seconds < endOf(segment)) return low;
    const next = segments[low + 1];
    return next && isJoined(segment, next) && seconds < next.startSeconds ? low : -1;
  }
}

/** out = a + (b − a) · fraction for one frame of each; missing arrays are 0. */
function blend(
  out: Float32Array,
  a: Float32Array | null,
  aFrame: number,
  b: Float32Array | null,
  bFrame: number,
  channelCount: number,
  fraction: number,
): void {
  for (let i = 0; i < channelCount; i++) {
    const from = a ? a[aFrame * channelCount + i] : 0;
    const to = b ? b[bFrame * channelCount + i] : 0;
    out[i] = from + (to - from) * fraction;
  }
}

function endOf(segment: Segment): number {
  return segment.startSeconds + segment.frameCount * segment.periodSeconds;
}

/** Number of frames before a moment. */
function framesBefore(segment: Segment, seconds: number): number {
  const count = Math.ceil((seconds - EPSILON_SECONDS - segment.startSeconds) / segment.periodSeconds);
  return Math.min(segment.frameCount, Math.max(0, count));
}

function part(segment: Segment, from: number, to: number): Segment {
  return {
    startSeconds: segment.startSeconds + from * segment.periodSeconds,
    periodSeconds: segment.periodSeconds,
    frameCount: to - from,
    values: segment.values.subarray(from * CHANNEL_COUNT, to * CHANNEL_COUNT),
    extra: segment.extra?.subarray(from * EXTRA_CHANNEL_COUNT, to * EXTRA_CHANNEL_COUNT) ?? null,
  };
}

/** Grids of different rates or offsets leave up to one frame between them, which does not count as a gap. */
function isJoined(segment: Segment, next: Segment): boolean {
  return next.startSeconds - endOf(segment) < Math.max(segment.periodSeconds, next.periodSeconds) - EPSILON_SECONDS;
}
