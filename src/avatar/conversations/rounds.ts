/** The rounds of one controller: their numbers, ids, and who waits to hear their end. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { createLogId } from '../../shared/core/ids.js';

export class Round {
  readonly round: number;
  readonly conversationId: string;
  private readonly abortion = new AbortController();
  private audioAtMs = NaN;
  private soundAtMs = NaN;
  isOver = false;
  /** How often it has run dry. */
  stalls = 0;
  /** Sound handed over, s; NaN where it does not pass through here. */
  appendedSeconds = 0;
  /** Settle the promise of `heard`, once somebody waits. */
  resolve: (() => void) | null = null;
  reject: ((error: AvatarError) => void) | null = null;

  constructor(round: number, conversationId: string) {
    this.round = round;
    this.conversationId = conversationId;
  }

  /** Aborted when the round is over, however it ended. */
  get signal(): AbortSignal {
    return this.abortion.signal;
  }

  /** First audio handed over → first sound, ms; NaN before. */
  get firstSoundMs(): number {
    return this.soundAtMs - this.audioAtMs;
  }

  markAudio(): void {
    if (Number.isNaN(this.audioAtMs)) this.audioAtMs = performance.now();
  }

  markSound(): void {
    if (Number.isNaN(this.soundAtMs)) this.soundAtMs = performance.now();
  }

  finish(): void {
    this.isOver = true;
    this.abortion.abort();
  }
}

export class Rounds {
  private readonly entries = new Map<number, Round>();
  private lastRound = 0;

  get newest(): Round | null {
    return this.entries.get(this.lastRound) ?? null;
  }

  find(round: number): Round | null {
    return this.entries.get(round) ?? null;
  }

  /** Rounds are numbered upwards from 1. Finished ones are forgotten, but for the newest. */
  open(conversationId = createLogId()): Round {
    return this.add(new Round(this.lastRound + 1, conversationId));
  }

  /** A round that was numbered elsewhere. @returns Null for one that is no newer than those known. */
  adopt(round: number, conversationId: string): Round | null {
    return round > this.lastRound ? this.add(new Round(round, conversationId)) : null;
  }

  /** Resolves when the round was heard to its end, rejects with `aborted` when it was dropped before. */
  heard(entry: Round): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      entry.resolve = resolve;
      entry.reject = reject;
    });
    // Whoever waits sees the rejection; one that nobody waits for any more is no error of the page.
    promise.catch(() => undefined);
    return promise;
  }

  settle(entry: Round, error: AvatarError | null): void {
    if (entry.isOver) return;
    entry.finish();
    if (error) entry.reject?.(error);
    else entry.resolve?.();
  }

  dropBefore(beforeRound: number): void {
    for (const entry of this.entries.values()) {
      if (entry.round < beforeRound) this.settle(entry, new AvatarError(ErrorCode.aborted, 'The speech was interrupted.'));
    }
  }

  private add(entry: Round): Round {
    for (const [round, { isOver }] of this.entries) if (isOver) this.entries.delete(round);
    this.lastRound = entry.round;
    this.entries.set(entry.round, entry);
    return entry;
  }
}
