/** What the collected evidence says: skew of each drawn frame, gaps, losses. All times in ms since the epoch. */
import type { PlaybackState } from '../../../src/shared/contracts/playback-messages.js';
import type { TracedFrame } from '../../../src/shared/contracts/stage.js';
import type { Evidence } from './talking-page.js';

/** A straight line through the readings of the context's output clock: context time in s at a moment. */
function outputClock(clock: Evidence['clock']): (epochMs: number) => number {
  const origin = clock[0].epochMs;
  const count = clock.length;
  const x = clock.map(({ epochMs }) => epochMs - origin);
  const y = clock.map(({ contextSeconds }) => contextSeconds);
  const meanX = x.reduce((sum, value) => sum + value, 0) / count;
  const meanY = y.reduce((sum, value) => sum + value, 0) / count;
  const slope =
    x.reduce((sum, value, index) => sum + (value - meanX) * (y[index] - meanY), 0) /
    x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  return (epochMs) => meanY + slope * (epochMs - origin - meanX);
}

/** Media time of a round that is audible at a context time, s; NaN while it is silent. */
function audibleMedia(states: readonly PlaybackState[], round: number, contextSeconds: number): number {
  const past = states.filter((state) => state.round === round && state.contextSeconds <= contextSeconds);
  const last = past[past.length - 1];
  if (!last || !['started', 'recovered', 'resumed'].includes(last.state)) return Number.NaN;
  return last.mediaSeconds + contextSeconds - last.contextSeconds;
}

/** Media time drawn minus media time audible at the moment of drawing, ms, of every frame of a round. */
export function skewsOf({ trace, states, clock }: Evidence, round: number): number[] {
  const contextSecondsAt = outputClock(clock);
  return trace
    .filter((frame) => frame.round === round)
    .map((frame) => (frame.mediaSeconds - audibleMedia(states, round, contextSecondsAt(frame.epochMs))) * 1000)
    .filter((skew) => Number.isFinite(skew));
}

export function framesWithin(trace: readonly TracedFrame[], fromMs: number, toMs: number): number {
  return trace.filter(({ epochMs }) => epochMs >= fromMs && epochMs < toMs).length;
}

/** Sound that was missing between the start and the end of a round, ms: silence put in where it ran dry. */
export function lostSoundMs(states: readonly PlaybackState[], round: number): number {
  const own = states.filter((state) => state.round === round);
  const started = own.find((state) => state.state === 'started');
  const last = own[own.length - 1];
  if (!started || last.state !== 'ended') return Number.NaN;
  return (last.contextSeconds - started.contextSeconds - (last.mediaSeconds - started.mediaSeconds)) * 1000;
}
