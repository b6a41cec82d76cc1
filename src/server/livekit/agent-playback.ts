/**
 * Reports playback to the LiveKit agent whose speech a session publishes, as LiveKit Agents expects it of an avatar: one RPC at the first sample
 * of a segment that left, one at its end or cut. Without the second the agent waits for the end of its speech and never takes the next turn.
 */

import { setTimeout as sleep } from 'node:timers/promises';

/** Performs an RPC at the agent; rejects where it is not answered. */
export type AgentCall = (method: string, payload: string) => Promise<string>;

export const AGENT_IDENTITY_ATTRIBUTE = 'livekit_agent_identity';
const STARTED = 'lk.playback_started';
const FINISHED = 'lk.playback_finished';
/** A report waits this long for the answer to the one before, ms: RPCs that are under way together may arrive in any order. */
const ORDER_MS = 300;

export class AgentPlayback {
  private readonly call: AgentCall;
  private readonly handleFault: (message: string) => void;
  /** The last segment whose start was reported. Segments are numbered in the order in which they are played. */
  private startedNumber = 0;
  private sending: Promise<unknown> = Promise.resolve();
  /** Seconds by segment, of those whose last samples are leaving. */
  private readonly ending = new Map<number, number>();

  /** @param handleFault Receives why the agent was not reached, or that it refused a report. */
  constructor(call: AgentCall, handleFault: (message: string) => void) {
    this.call = call;
    this.handleFault = handleFault;
  }

  /** A sample of a segment has left. */
  start(number: number): void {
    if (number <= this.startedNumber) return;
    for (const earlier of this.ending.keys()) if (earlier < number) this.end(earlier);
    this.startedNumber = number;
    this.report(STARTED, {});
  }

  /** All of a segment is with the encoder; `end()` follows. @param seconds Its duration. */
  beginEnd(number: number, seconds: number): void {
    this.ending.set(number, seconds);
  }

  /** The last sample has left. */
  end(number: number): void {
    const seconds = this.ending.get(number);
    if (seconds !== undefined) this.finish(number, seconds, false);
  }

  /** A segment was cut. @param seconds What had left of it. */
  cut(number: number, seconds: number): void {
    this.finish(number, seconds, true);
  }

  private finish(number: number, seconds: number, interrupted: boolean): void {
    this.ending.delete(number);
    if (seconds > 0) this.start(number);
    this.report(FINISHED, { playback_position: Math.round(seconds * 1000) / 1000, interrupted });
  }

  private report(method: string, payload: object): void {
    this.sending = this.sending.then(() =>
      Promise.race([this.send(method, JSON.stringify(payload)), sleep(ORDER_MS, null, { ref: false })]),
    );
  }

  private async send(method: string, payload: string): Promise<void> {
    try {
      if ((await this.call(method, payload)) === 'reject') this.handleFault(`${method} was refused`);
    } catch (reason) {
      this.handleFault(`${method}: ${reason instanceof Error ? reason.message : String(reason)}`);
    }
  }
}
